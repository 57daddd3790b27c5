"""Points moving in one wallet's book, without a database."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plushka.domain.ledger.book import Book
from plushka.domain.ledger.model import (
    Balance,
    BalanceOverMaximum,
    Cause,
    Clawback,
    DebtNotCovered,
    InsufficientPoints,
)
from plushka.engine.program import Debt
from plushka.engine.purchase import POINTS_MAX, Grant, LotUse
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


def claw_back(
    book: Book,
    points: int,
    so_far: Clawback | None = None,
    *,
    receipt_id: UUID | None = None,
    burned: int = 0,
    debt: Debt | None = None,
    at: datetime = NOON,
) -> Clawback:
    return book.claw_back(
        points,
        so_far or Clawback(),
        receipt_id=receipt_id or new_id(),
        burned=burned,
        debt=debt or Debt(),
        cause=cause(at),
    )


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
        claw_back(book, 10)
        accrue(book, grant(10, active_in=DAY))
        for days in moments:
            book.settle(NOON + days * DAY)
        left.append((book.lots[held].available, book.balance()))
    assert left == [(10, Balance(available=10))] * 2


def test_debt_is_repaid_when_points_become_active_not_while_they_are_pending() -> None:
    book = empty()
    claw_back(book, 30)
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
    taken = claw_back(book, 25, receipt_id=receipt_id)
    assert (taken.taken(), taken.owed) == (25, 0)
    assert book.balance() == Balance(available=5)


def test_what_was_clawed_back_last_is_given_back_first_and_never_more_than_was_taken() -> None:
    book = empty()
    receipt_id = new_id()
    own = accrue(book, grant(10), document_id=receipt_id)
    other = accrue(book, grant(5))
    book.redeem([LotUse(own, 7)], cause=cause())
    taken = claw_back(book, 10, receipt_id=receipt_id)
    assert (taken.by_lot, taken.owed, book.balance()) == ({own: 3, other: 5}, 2, Balance(debt=2))
    taken = claw_back(book, 4, taken, receipt_id=receipt_id)
    assert (taken.by_lot, taken.owed, book.balance()) == ({own: 3, other: 1}, 0, Balance(available=4))
    taken = claw_back(book, 0, taken, receipt_id=receipt_id)
    assert (taken.points(), book.balance()) == (0, Balance(available=8))
    book.restore([LotUse(own, 7)], grace_days=14, zone="Europe/Moscow", cause=cause())
    assert (book.lots[own].available, book.lots[other].available) == (10, 5)


def test_a_debt_that_was_repaid_goes_back_to_the_lot_that_repaid_it() -> None:
    book = empty()
    receipt_id = new_id()
    taken = claw_back(book, 10, receipt_id=receipt_id)
    lot_id = accrue(book, grant(6))
    assert book.balance() == Balance(debt=4)
    taken = claw_back(book, 3, taken, receipt_id=receipt_id)
    assert (taken.owed, book.balance(), book.lots[lot_id].available) == (3, Balance(available=3), 3)
    assert [posting.kind for posting in book.postings[-2:]] == ["hand_back", "grant_back"]


def test_a_debt_that_was_forgiven_is_neither_taken_again_nor_given_back() -> None:
    book = empty()
    receipt_id = new_id()
    own = accrue(book, grant(10), document_id=receipt_id)
    book.redeem([LotUse(own, 4)], cause=cause())
    taken = claw_back(book, 10, receipt_id=receipt_id)
    book.forgive(4, cause=cause())
    accrue(book, grant(50))
    for points, available in ((10, 50), (7, 50), (6, 50), (2, 54), (10, 50)):
        taken = claw_back(book, points, taken, receipt_id=receipt_id)
        assert book.balance() == Balance(available=available)


def test_a_lot_past_its_date_is_given_nothing_back_and_what_burned_counts_as_taken() -> None:
    book = empty()
    receipt_id = new_id()
    accrue(book, grant(10, lives=DAY), document_id=receipt_id)
    other = accrue(book, grant(10))
    taken = claw_back(book, 4, receipt_id=receipt_id)
    book.settle(NOON + DAY)
    for points, burned, available in ((10, 6, 10), (4, 0, 10), (1, 0, 10), (8, 4, 10)):
        taken = claw_back(book, points, taken, receipt_id=receipt_id, burned=6, at=NOON + DAY)
        assert (taken.burned, book.lots[other].available) == (burned, available)


debts = st.sampled_from([Debt(), Debt(limit=15), Debt(policy="clamp")])


@given(
    st.lists(st.integers(0, 60), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(1, 20), st.booleans(), st.integers(0, 3)), max_size=5),
    debts,
)
def test_returns_take_what_one_return_of_all_would(
    dues: list[int], lots: list[tuple[int, bool, int]], debt: Debt
) -> None:
    left = []
    for steps in (dues, dues[-1:]):
        book = empty()
        receipt_id, other_id = UUID(int=1), UUID(int=2)
        for points, is_own, active_in in lots:
            accrue(
                book,
                grant(points, active_in=active_in * DAY),
                document_id=receipt_id if is_own else other_id,
            )
        taken = Clawback()
        for due in steps:
            taken = claw_back(book, due, taken, receipt_id=receipt_id, debt=debt)
            check_projection(book)
        left.append(
            (book.balance(), taken.taken(), [(lot.pending, lot.available) for lot in book.lots.values()])
        )
    assert left[0] == left[1]


@given(st.data(), st.integers(0, 40), debts)
def test_the_order_of_returns_does_not_matter_where_they_bring_spent_points_back(
    data: st.DataObject, available: int, debt: Debt
) -> None:
    parts = data.draw(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 30)), min_size=2, max_size=4))
    left = []
    for order in (parts, data.draw(st.permutations(parts))):
        book = empty()
        spent = accrue(book, grant(200))
        book.redeem([LotUse(spent, 200 - available)], cause=cause())
        taken, due = Clawback(), 0
        for back, no_longer_earned in order:
            due += no_longer_earned
            book.restore([LotUse(spent, back)] if back else [], grace_days=0, zone="UTC", cause=cause())
            taken = claw_back(book, due, taken, debt=debt)
            check_projection(book)
        left.append((book.balance(), taken.taken()))
    assert left[0] == left[1]


def test_a_wallet_holds_and_owes_only_so_many_points() -> None:
    book = empty()
    accrue(book, grant(POINTS_MAX - 1))
    book.hold(new_id(), 5, expires_at=NOON + DAY, cause=cause())
    with pytest.raises(BalanceOverMaximum):
        accrue(book, grant(2))
    assert book.balance() == Balance(available=POINTS_MAX - 6, held=5)
    book = empty()
    claw_back(book, POINTS_MAX)
    with pytest.raises(BalanceOverMaximum):
        claw_back(book, 1)
    assert book.balance() == Balance(debt=POINTS_MAX)


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
        claw_back(book, size, receipt_id=by.document_id, at=by.at)
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
