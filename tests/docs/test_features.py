"""Every mechanic, message and report that the product promises by a number is named by a test or an example file."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
MECHANICS = (
    *(8, 15, 20, *range(24, 28), 30, 31, 47, 48, 50, 54, 55, 56, 78, 79, 80, 82, 89, 90, 91, 105, 109, 115),
    *(163, 165, 166, 167, 209, 210, 234, 242),
)
MESSAGES = (
    33,
    106,
    110,
    111,
    120,
    121,
    139,
    140,
    141,
    *range(168, 171),
    172,
    213,
    214,
    217,
    218,
    236,
    237,
    244,
)
REPORTS = (112, 113, 122, 123, 179, *range(186, 213), 219, 239)


@pytest.mark.parametrize("promised", [MECHANICS, MESSAGES, REPORTS])
def test_everything_promised_is_named_where_it_is_proved(promised: tuple[int, ...]) -> None:
    assert set(promised) - named() == set()


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
