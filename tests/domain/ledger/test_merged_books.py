"""Laws of two wallets that become one, and two again."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.domain.ledger.test_book import claw_back

from plushka.domain.ledger.book import Book
from plushka.domain.ledger.model import Cause
from plushka.engine.purchase import Grant
from plushka.platform.ids import new_id

NOON = datetime(2026, 3, 10, 9, tzinfo=UTC)
DAY = timedelta(days=1)
LATER = NOON + 5 * DAY

lots = st.tuples(st.integers(1, 500), st.integers(0, 9), st.none() | st.integers(1, 9))


@st.composite
def books(draw: st.DrawFn) -> Book:
    """A settled wallet with lots that wait, can be spent or are held, or with a debt."""
    book = Book(wallet_id=new_id(), member_id=new_id())
    cause = Cause(new_id(), None, NOON)
    for points, active_in, lives in draw(st.lists(lots, max_size=5)):
        activates_at = NOON + active_in * DAY
        expires_at = None if lives is None else activates_at + lives * DAY
        book.accrue(Grant(points, activates_at, expires_at, rules=()), earned_at=NOON, cause=cause)
    book.settle(LATER)
    if book.available and draw(st.booleans()):
        held = draw(st.integers(1, book.available))
        expires_at = LATER + draw(st.integers(1, 3)) * DAY
        book.hold(new_id(), held, expires_at=expires_at, cause=Cause(new_id(), None, LATER))
    if draw(st.booleans()):
        debt = draw(st.integers(1, 400))
        claw_back(book, book.available + debt, at=LATER)
    book.settle(LATER)
    return book


def worth(book: Book) -> int:
    return book.pending + book.available + book.held - book.debt


def seen(book: Book) -> dict[str, Any]:
    return {
        "balance": book.balance(),
        "lots": {lot.id: deepcopy(lot) for lot in book.lots.values()},
        "holds": dict(book.holds),
        "due_at": book.due_at,
    }


@given(books(), books())
def test_nothing_is_lost_or_made_and_the_other_is_left_empty(kept: Book, merged: Book) -> None:
    before = worth(kept) + worth(merged)
    held = kept.held + merged.held
    lot_ids = kept.lots.keys() | merged.lots.keys()

    kept.take_over(merged, cause=Cause(new_id(), None, LATER))

    assert worth(kept) == before
    assert (kept.held, worth(merged), merged.debt) == (held, 0, 0)
    assert set(kept.lots) == lot_ids
    assert (len(merged.lots), merged.due_at) == (0, None)
    assert not (kept.debt and kept.available)
    for account in ("pending", "available", "held"):
        assert getattr(kept, account) == sum(getattr(lot, account) for lot in kept.lots.values())


@given(books(), books())
def test_undone_at_once_both_are_as_they_were(kept: Book, merged: Book) -> None:
    before = seen(kept), seen(merged)
    lot_ids, hold_ids, debt = set(merged.lots), set(merged.holds), merged.debt
    cause = Cause(new_id(), None, LATER)

    repaid = kept.take_over(merged, cause=cause)
    kept.give_back(merged, lot_ids=lot_ids, hold_ids=hold_ids, debt=debt, repaid=repaid, cause=cause)
    kept.settle(LATER)
    merged.settle(LATER)

    assert (seen(kept), seen(merged)) == before


def test_a_lot_that_had_repaid_the_others_debt_comes_due_again_when_that_is_undone() -> None:
    kept, merged = (Book(wallet_id=new_id(), member_id=new_id()) for _ in range(2))
    cause = Cause(new_id(), None, NOON)
    kept.accrue(Grant(1, NOON, NOON + DAY, rules=()), earned_at=NOON, cause=cause)
    claw_back(merged, 1)

    repaid = kept.take_over(merged, cause=cause)
    kept.give_back(merged, lot_ids=(), hold_ids=(), debt=1, repaid=repaid, cause=cause)
    kept.settle(NOON)

    assert kept.due_at == NOON + DAY
