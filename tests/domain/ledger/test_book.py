"""Points moving in one wallet's book, without a database."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plushka.domain.ledger.book import Book
from plushka.domain.ledger.model import Balance, Cause, DebtNotCovered, InsufficientPoints
from plushka.engine.program import Debt
from plushka.engine.purchase import Grant, LotUse
from plushka.platform.ids import new_id

NOON = datetime(2026, 3, 10, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def cause(at: datetime = NOON, document_id: UUID | None = None) -> Cause:
    return Cause(document_id or new_id(), None, at)


def empty() -> Book:
    return Book(wallet_id=new_id(), member_id=new_id())


def grant(points: int, *, active_in: timedelta = timedelta(), lives: timedelta | None = None) -> Grant:
    active_at = NOON + active_in
    return Grant(points, active_at, None if lives is None else active_at + lives, rules=())


def accrue(book: Book, granted: Grant, *, document_id: UUID | None = None) -> UUID:
    return book.accrue(granted, earned_at=NOON, cause=cause(document_id=document_id)).id


def test_lots_are_spent_by_expiry_then_by_age() -> None:
    book = empty()
    never = accrue(book, grant(10))
    late = accrue(book, grant(10, lives=20 * DAY))
    soon = accrue(book, grant(10, lives=10 * DAY))
    assert [lot.id for lot in book.in_order_of_use()] == [soon, late, never]


def test_a_pending_lot_first_becomes_active_and_then_burns_even_when_both_are_overdue() -> None:
    book = empty()
    accrue(book, grant(10, active_in=DAY, lives=5 * DAY))
    assert book.balance() == Balance(pending=10)
    assert book.due_at == NOON + DAY
    book.settle(NOON + 30 * DAY)
    assert [(p.kind, p.at) for p in book.postings[1:]] == [
        ("activate", NOON + DAY),
        ("expire", NOON + 6 * DAY),
    ]
    assert book.due_at is None


def test_a_lot_expires_at_its_very_moment() -> None:
    book = empty()
    accrue(book, grant(10, lives=DAY))
    book.settle(NOON + DAY - timedelta(microseconds=1))
    assert book.available == 10
    book.settle(NOON + DAY)
    assert book.available == 0


def test_held_points_outlive_their_date_and_burn_when_released() -> None:
    book = empty()
    accrue(book, grant(10, lives=DAY))
    hold = book.hold(new_id(), 6, expires_at=NOON + 3 * DAY, cause=cause())
    book.settle(NOON + 2 * DAY)
    assert book.balance() == Balance(held=6)
    book.capture(hold, [LotUse(hold.lots[0].lot_id, 4)], cause=cause(NOON + 2 * DAY))
    assert book.balance() == Balance(available=2)
    book.settle(NOON + 2 * DAY)
    assert book.balance() == Balance()


def test_a_hold_that_ran_out_gives_points_back_before_they_burn_at_that_moment() -> None:
    book = empty()
    accrue(book, grant(10, lives=DAY))
    book.hold(new_id(), 6, expires_at=NOON + 3 * DAY, cause=cause())
    book.settle(NOON + 9 * DAY)
    burned = [(posting.points, posting.at) for posting in book.postings if posting.kind == "expire"]
    assert burned == [(4, NOON + DAY), (6, NOON + 3 * DAY)]


def test_the_lot_that_repays_a_debt_does_not_depend_on_how_often_the_wallet_was_settled() -> None:
    left = []
    for moments in ((9,), (1, 2, 3, 9)):
        book = empty()
        held = accrue(book, grant(10))
        book.hold(new_id(), 10, expires_at=NOON + 2 * DAY, cause=cause())
        book.claw_back(10, receipt_id=new_id(), debt=Debt(), cause=cause())
        accrue(book, grant(10, active_in=DAY))
        for days in moments:
            book.settle(NOON + days * DAY)
        left.append((book.lots[held].available, book.balance()))
    assert left == [(10, Balance(available=10))] * 2


def test_debt_is_repaid_when_points_become_active_not_while_they_are_pending() -> None:
    book = empty()
    receipt_id = new_id()
    book.claw_back(30, receipt_id=receipt_id, debt=Debt(), cause=cause())
    assert book.balance() == Balance(debt=30)
    accrue(book, grant(50, active_in=DAY))
    assert book.balance() == Balance(pending=50, debt=30)
    book.settle(NOON + DAY)
    assert book.balance() == Balance(available=20)


def test_a_clawback_takes_the_receipts_own_points_first() -> None:
    book = empty()
    receipt_id = new_id()
    accrue(book, grant(10, lives=DAY))
    accrue(book, grant(10), document_id=receipt_id)
    accrue(book, grant(10, active_in=DAY), document_id=receipt_id)
    assert book.claw_back(25, receipt_id=receipt_id, debt=Debt(), cause=cause()) == (25, 0)
    assert book.balance() == Balance(available=5)


def test_clawed_back_points_can_be_granted_again_and_repay_what_was_owed() -> None:
    book = empty()
    receipt_id = new_id()
    lot_id = accrue(book, grant(10), document_id=receipt_id)
    book.redeem([LotUse(lot_id, 7)], cause=cause())
    book.claw_back(10, receipt_id=receipt_id, debt=Debt(), cause=cause())
    assert book.balance() == Balance(debt=7)
    book.grant_back(8, receipt_id=receipt_id, cause=cause())
    assert book.balance() == Balance(available=1)


def test_a_hand_takes_no_more_than_there_is_and_forgives_no_more_than_is_owed() -> None:
    book = empty()
    accrue(book, grant(10))
    with pytest.raises(InsufficientPoints):
        book.take_away(11, cause=cause())
    with pytest.raises(DebtNotCovered):
        book.forgive(1, cause=cause())


def test_a_late_receipt_does_not_move_sliding_points_back() -> None:
    book = empty()
    book.note_purchase(date(2026, 3, 10), "Europe/Moscow")
    book.note_purchase(date(2026, 3, 1), "Europe/Moscow")
    assert book.last_purchase == (date(2026, 3, 10), "Europe/Moscow")


moves = st.lists(
    st.tuples(
        st.sampled_from(["accrue", "redeem", "hold", "release", "capture", "claw_back", "take", "wait"]),
        st.integers(1, 50),
    ),
    max_size=30,
)


@given(moves)
def test_whatever_happens_the_balances_are_the_sums_of_the_postings(steps: list[tuple[str, int]]) -> None:
    book, now, receipt_id = empty(), NOON, new_id()
    for move, size in steps:
        if move == "wait":
            now += size * DAY / 10
            book.settle(now)
        elif move in {"hold", "release", "capture"}:
            use_hold(book, move, size, cause(now))
        else:
            move_points(book, move, size, cause(now, receipt_id))
        check_projection(book)


def move_points(book: Book, move: str, size: int, by: Cause) -> None:
    if move == "accrue":
        active_at = by.at + size % 3 * DAY
        expires_at = active_at + size * DAY if size % 2 else None
        book.accrue(Grant(size, active_at, expires_at, rules=()), earned_at=by.at, cause=by)
    elif move == "redeem":
        for lot in book.in_order_of_use()[:1]:
            book.redeem([LotUse(lot.id, min(size, lot.available))], cause=by)
    elif move == "claw_back":
        book.claw_back(size, receipt_id=by.document_id, debt=Debt(), cause=by)
    elif book.available >= size:
        book.take_away(size, cause=by)


def use_hold(book: Book, move: str, size: int, by: Cause) -> None:
    if move == "hold":
        if book.available >= size:
            book.hold(new_id(), size, expires_at=by.at + size * DAY, cause=by)
        return
    for hold in list(book.holds.values())[:1]:
        if move == "release":
            book.release(hold, state="cancelled", cause=by)
        else:
            book.capture(hold, hold.lots[: size % 2], cause=by)


def check_projection(book: Book) -> None:
    sums: Counter[str] = Counter()
    by_lot: Counter[tuple[UUID | None, str]] = Counter()
    for posting in book.postings:
        assert posting.points > 0
        sums[posting.debit] -= posting.points
        sums[posting.credit] += posting.points
        by_lot[posting.lot_id, posting.debit] -= posting.points
        by_lot[posting.lot_id, posting.credit] += posting.points
    assert book.balance() == Balance(sums["available"], sums["pending"], sums["held"], -sums["debt"])
    for lot in book.lots.values():
        left = (lot.pending, lot.available, lot.held)
        assert left == tuple(by_lot[lot.id, account] for account in ("pending", "available", "held"))
        assert min(left) >= 0
        assert sum(left) <= lot.granted
    assert min(book.available, book.pending, book.held, book.debt) >= 0
    dues = [d for lot in book.lots.values() if (d := lot.activates_at if lot.pending else None)]
    assert not dues or (book.due_at is not None and book.due_at <= min(dues))
