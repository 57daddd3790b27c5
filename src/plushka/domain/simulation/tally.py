"""A book that counts movements instead of writing each of them down."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappush
from uuid import UUID

from plushka.domain.ledger.book import Book, BookLot
from plushka.domain.ledger.model import Cause
from plushka.engine.purchase import Grant
from plushka.platform.ids import new_id

Moved = Counter[tuple[str, str]]
"""Points that were moved, by what the journal calls the movement and the account that they came from."""


@dataclass(slots=True)
class Tally(Book):
    """Moves points as any book; of what was moved only the sums are kept, so nothing that it did can be taken back.

    What a purchase earns waits until the book is settled, as pending: lots that have burned by then are counted and
    never opened.
    """

    moved: Moved = field(default_factory=Counter)
    _waiting: list[tuple[Grant, datetime, Cause]] = field(default_factory=list)
    _names: list[UUID] = field(default_factory=list)
    """Of the first of those that wait: all that came before a lot that did not wait."""

    def earn(self, grants: Iterable[Grant], *, earned_at: datetime, cause: Cause) -> None:
        """Grant the lots of a purchase, by the time that the book is settled."""
        for grant in grants:
            if self.debt or self.is_closed or grant.sliding_days is not None:
                # What is active repays debt at once, and how long it lives may be told only by the next purchase.
                self.accrue(grant, earned_at=earned_at, cause=cause)
            else:
                self.pending += grant.points
                self._waiting.append((grant, earned_at, cause))

    def accrue(self, grant: Grant, *, earned_at: datetime, cause: Cause, kind: str = "accrue") -> BookLot:
        # Of lots that are alike in all else the older one is used first: what waits is named before this one.
        self._names += [new_id() for _ in self._waiting[len(self._names) :]]
        return Book.accrue(self, grant, earned_at=earned_at, cause=cause, kind=kind)

    def settle(self, at: datetime) -> None:
        if self._waiting:
            self._open(at)
        Book.settle(self, at)

    def _open(self, at: datetime) -> None:
        """Grant what waits as it is by now: not yet active, active, or burned."""
        names, lots, agenda = iter(self._names), self.lots, self._agenda
        issued = activated = burned = active = 0
        for grant, earned_at, cause in self._waiting:
            name = next(names, None)
            points, activates_at, expires_at = grant.points, grant.activates_at, grant.expires_at
            issued += points
            due_at, is_pending = expires_at, activates_at > at
            if is_pending:
                due_at = activates_at
            elif expires_at is None or expires_at > at:
                active += points
                if activates_at > cause.at:
                    activated += points
            else:
                burned += points
                # Told when its points had had their life, a receipt never made them active.
                if cause.at < activates_at and cause.at < expires_at:
                    activated += points
                continue
            lot = BookLot(
                name or new_id(), cause.document_id, points, points if is_pending else 0, 0 if is_pending else points,
                0, earned_at, activates_at, expires_at, None, grant.receipt_share_bp,
            )  # fmt: skip
            lots[lot.id] = lot
            # What is due next is found when the book has been settled.
            if agenda is not None and due_at is not None:
                heappush(agenda, (due_at, not is_pending, lot.id))
        self._waiting.clear()
        self._names.clear()
        self.pending -= active + burned
        self.available += active
        moved = self.moved
        moved["accrue", "issued"] += issued
        moved["activate", "pending"] += activated
        moved["expire", "available"] += burned

    def _record(  # noqa: PLR0917 - as in a book
        self, kind: str, debit: str, credit: str, points: int, lot: BookLot | None, cause: Cause
    ) -> None:
        del credit, lot, cause
        self.moved[kind, debit] += points
