"""Whoever writes what is added up notes it: found by reading the source, so that a new writer is not forgotten."""

import re
from pathlib import Path

import plushka

SOURCE = Path(plushka.__file__).parent
WRITES = re.compile(
    r"""(?:insert\s+into|update|delete\s+from|merge\s+into)\s+(?:public\.)?(receipts|returns|postings)\b"""
    r"""|copy\(\s*["'](receipts|returns|postings)["']"""
)
NOTED = {
    ("domain/purchases/store.py", "insert_receipts", "receipts"): 'noting("receipts"',
    ("domain/purchases/store.py", "copy_receipts", "receipts"): 'note(tx, "receipts"',
    ("domain/purchases/return_store.py", "insert_return", "returns"): 'noting("returns"',
    # What a return adds to its receipt.
    ("domain/purchases/return_store.py", "insert_return", "receipts"): 'noting("returns"',
    ("domain/purchases/merging.py", "_move_receipts", "receipts"): 'note(tx, "members"',
    ("domain/purchases/merging.py", "_return_receipts", "receipts"): 'note(tx, "members"',
    ("domain/ledger/bookkeeping.py", "save_books", "postings"): 'noting("postings"',
}
"""By file, function and table: how it notes what it writes."""


def functions(text: str) -> list[tuple[str, str]]:
    """Return the functions of a module with their text, in order; what stands before the first has no name."""
    parts = re.split(r"^(?=(?:async )?def |class )", text, flags=re.MULTILINE)
    named = [(re.match(r"(?:async )?(?:def|class) (\w+)", part), part) for part in parts]
    return [(match[1] if match else "", part) for match, part in named]


def test_every_function_that_writes_what_is_added_up_notes_it() -> None:
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text()
        if not WRITES.search(text):
            continue
        for name, part in functions(text):
            for match in WRITES.finditer(part):
                found[path.relative_to(SOURCE).as_posix(), name, match[1] or match[2]] = part
    assert found.keys() == NOTED.keys()
    for writer, part in found.items():
        assert NOTED[writer] in part, writer


def test_what_takes_changes_is_the_sums_alone() -> None:
    takers = [
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if re.search(r"import .*\btake\b", path.read_text())
        and "domain.changes.operations" in path.read_text()
    ]
    assert sorted(takers) == ["domain/rollups/folding.py", "domain/rollups/rebuilding.py"]
