"""A tally moves what a book moves, though what is earned waits in it until somebody looks."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from plushka.domain.ledger.book import Book
from plushka.domain.ledger.model import Cause
from plushka.domain.simulation.tally import Moved, Tally
from plushka.engine.purchase import Grant
from plushka.platform.ids import new_id

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
MEMBER = UUID(int=1)
DAY = timedelta(days=1)


class Earned(Struct, frozen=True):
    """A purchase of ``day`` that is booked ``late`` days after it; its lot lives ``lives`` days (None: for ever)."""

    day: int
    late: int
    points: int
    waits: int
    lives: int | None
    sliding_days: int | None


class Spent(Struct, frozen=True):
    """What is spent on a day, of what there is."""

    day: int
    points: int


days = st.integers(0, 60)
earned = st.builds(
    Earned,
    days,
    st.sampled_from((0, 0, 0, 5)),
    st.integers(1, 100),
    st.integers(0, 4),
    st.none() | st.integers(1, 40),
    st.sampled_from((None, None, 20)),
)
steps = st.lists(earned | st.builds(Spent, days, st.integers(0, 300)), max_size=30)


def happen(book: Book, step: Earned | Spent) -> None:
    at = START + step.day * DAY
    if isinstance(step, Spent):
        book.settle(at)
        book.spend(min(step.points, book.for_rewards()), cause=Cause(new_id(), None, at))
        return
    grant = Grant(
        step.points,
        at + step.waits * DAY,
        None if step.lives is None else at + (step.waits + step.lives) * DAY,
        (),
        step.sliding_days,
    )
    booked_at = at + step.late * DAY
    if book.is_due(booked_at):
        book.settle(booked_at)
    book.note_purchase(at.date(), "UTC")
    book.earn([grant], earned_at=at, cause=Cause(new_id(), None, booked_at))


def booked_on(step: Earned | Spent) -> int:
    return step.day + (step.late if isinstance(step, Earned) else 0)


def moved_by(book: Book) -> Moved:
    moved: Moved = Counter()
    for posting in book.postings:
        moved[posting.kind, posting.debit] += posting.points
    return moved


def in_hand(book: Book) -> list[tuple[int, int, int, datetime, datetime | None]]:
    return [
        (lot.granted, lot.pending, lot.available, lot.earned_at, lot.expires_at)
        for lot in book.in_order_of_use()
        if lot.pending or lot.available
    ]


TWINS = [Earned(0, 0, 1, 0, None, None), Earned(0, 0, 1, 1, None, 20)]
"""Earned at one moment, both for ever as yet: which one is used first is told by their ids alone."""


@settings(max_examples=300, deadline=None)
@example(TWINS, 0, 0)
@given(steps, st.integers(0, 30), st.integers(0, 120))
def test_a_tally_comes_to_what_a_book_comes_to(life: list[Earned | Spent], debt: int, looks_on: int) -> None:
    book, tally = Book(MEMBER, MEMBER, debt=debt), Tally(MEMBER, MEMBER, debt=debt)
    for step in sorted(life, key=booked_on):
        for one in (book, tally):
            happen(one, step)
    end = START + max([looks_on, *map(booked_on, life)]) * DAY
    for one in (book, tally):
        one.settle(end)
    assert tally.balance() == book.balance()
    assert in_hand(tally) == in_hand(book)
    assert +tally.moved == +moved_by(book)
