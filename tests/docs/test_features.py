"""Every mechanic that the product promises by a number is named by a test or an example file."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
MECHANICS = (
    *(8, 15, 20, *range(24, 28), 30, 31, 47, 48, 50, 54, 55, 56, 78, 79, 80, 82, 89, 90, 91, 105, 109, 115),
    *(163, 165, 166, 167, 209, 210, 234, 242),
)


def test_every_mechanic_is_named_where_it_is_proved() -> None:
    assert set(MECHANICS) - named() == set()


def named() -> set[int]:
    """Return the numbers that tests and example files name, also as F54 to F56 or F78–F80."""
    here = Path(__file__)
    texts = [path.name for path in TESTS.glob("engine/specs/*.json")]
    texts += [path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py") if path != here]
    found = set()
    for text in texts:
        found |= {int(number) for number in re.findall(r"\bF(\d+)\b", text)}
        for first, last in re.findall(r"\bF(\d+)(?: to |–)F(\d+)\b", text):
            found |= set(range(int(first), int(last) + 1))
    return found
