"""A book that counts movements instead of writing each of them down."""

from collections import Counter
from dataclasses import dataclass, field

from plushka.domain.ledger.book import Book, BookLot
from plushka.domain.ledger.model import Cause

Moved = Counter[tuple[str, str]]
"""Points that were moved, by what the journal calls the movement and the account that they came from."""


@dataclass(slots=True)
class Tally(Book):
    """Moves points as any book; of what was moved only the sums are kept, so nothing that it did can be taken back."""

    moved: Moved = field(default_factory=Counter)

    def _record(  # noqa: PLR0917 - as in a book
        self, kind: str, debit: str, credit: str, points: int, lot: BookLot | None, cause: Cause
    ) -> None:
        del credit, lot, cause
        self.moved[kind, debit] += points
