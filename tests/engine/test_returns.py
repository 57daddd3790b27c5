"""The laws of returns (S9), on random receipts."""

from datetime import datetime
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.engine.strategies import MONDAY_NOON, PLACE, members, programs, sales

from plushka.engine.evaluate import evaluate
from plushka.engine.program import EarningRule, Percent, Program, Redemption
from plushka.engine.purchase import Basket, Line, Lot, Member
from plushka.engine.returns import ReturnedMoreThanSold, remainder
from plushka.engine.version import Version, compile_version

Sale = tuple[Version, Member, Basket, datetime]


def some_of(data: st.DataObject, basket: Basket, at_least: dict[int, int] | None = None) -> dict[int, int]:
    """Draw quantities to return, none below ``at_least``."""
    least = at_least or {}
    return {
        index: data.draw(st.integers(least.get(index, 0), line.quantity_milli))
        for index, line in enumerate(basket.lines)
    }


@settings(max_examples=50, deadline=None)
@given(sales())
def test_returning_nothing_changes_nothing(sale: Sale) -> None:
    version, member, basket, at = sale
    outcome = evaluate(version, member, basket, at)
    rest = remainder(version, member, basket, outcome, {}, at)
    assert rest.earned_points == outcome.earned_points
    assert rest.earned_by_rule == {award.rule: award.points for award in outcome.awards}
    assert rest.spend_minor == outcome.spend_minor
    assert sum(rest.refund_minor_by_line) == sum(rest.points_back_by_line) == 0
    assert rest.points_back_to_lots == ()
    assert not rest.is_empty


@settings(max_examples=50, deadline=None)
@given(sales())
def test_a_full_return_is_a_receipt_that_never_was(sale: Sale) -> None:
    version, member, basket, at = sale
    outcome = evaluate(version, member, basket, at)
    everything = {index: line.quantity_milli for index, line in enumerate(basket.lines)}
    rest = remainder(version, member, basket, outcome, everything, at)
    spent = outcome.redeemed.lots if outcome.redeemed else ()
    assert (rest.earned_points, rest.earned_by_rule, rest.spend_minor, rest.is_empty) == (0, {}, 0, True)
    assert rest.refund_minor_by_line == tuple(line.payable_minor for line in outcome.lines)
    assert {use.lot_id: use.points for use in rest.points_back_to_lots} == {u.lot_id: u.points for u in spent}


@settings(max_examples=50, deadline=None)
@given(sales(), st.data())
def test_a_later_return_only_gives_back_more(sale: Sale, data: st.DataObject) -> None:
    version, member, basket, at = sale
    outcome = evaluate(version, member, basket, at)
    first = some_of(data, basket)
    second = some_of(data, basket, first)
    before, after = (remainder(version, member, basket, outcome, r, at) for r in (first, second))
    for earlier, later, line in zip(
        before.refund_minor_by_line, after.refund_minor_by_line, outcome.lines, strict=True
    ):
        assert 0 <= earlier <= later <= line.payable_minor
    assert sum(before.points_back_by_line) <= sum(after.points_back_by_line)
    kept = {use.lot_id: use.points for use in after.points_back_to_lots}
    assert all(use.points <= kept[use.lot_id] for use in before.points_back_to_lots)
    assert sum(kept.values()) == sum(after.points_back_by_line)
    assert max(before.earned_points, after.earned_points) <= outcome.earned_points
    assert before.spend_minor >= after.spend_minor


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_without_discounts_a_return_of_whole_lines_is_the_receipt_without_them(data: st.DataObject) -> None:
    made = data.draw(programs())
    version = compile_version(UUID(int=1), replace(made, tiers=None, redemption=None, promotions=()))
    _, _, basket, at = data.draw(sales())
    basket = replace(basket, redeem=0)
    member = replace(data.draw(members(version)), personal_discount_bp=0)
    outcome = evaluate(version, member, basket, at)
    gone = data.draw(st.sets(st.sampled_from(range(len(basket.lines))), max_size=len(basket.lines) - 1))
    rest = remainder(version, member, basket, outcome, {i: basket.lines[i].quantity_milli for i in gone}, at)
    left = replace(basket, lines=tuple(line for i, line in enumerate(basket.lines) if i not in gone))
    again = evaluate(version, member, left, at)
    assert rest.earned_points == min(again.earned_points, outcome.earned_points)
    assert rest.spend_minor == again.spend_minor


def test_points_return_to_the_lot_that_was_used_last() -> None:
    version = compile_version(UUID(int=1), Program("p", "RUB", redemption=Redemption()))
    soon, late = (
        Lot(UUID(int=1), 100, MONDAY_NOON, MONDAY_NOON.replace(month=4)),
        Lot(UUID(int=2), 100, MONDAY_NOON),
    )
    member = Member(available=200, lots=(late, soon))
    basket = Basket((Line("tea", 1000, 7_500), Line("cup", 1000, 7_500)), PLACE, redeem=150)
    outcome = evaluate(version, member, basket, MONDAY_NOON)
    rest = remainder(version, member, basket, outcome, {1: 1000}, MONDAY_NOON)
    assert [(use.lot_id, use.points) for use in rest.points_back_to_lots] == [(late.id, 50), (soon.id, 25)]


@pytest.mark.parametrize("returned", [{0: 1001}, {0: -1}, {1: 0}, {-1: 0}])
def test_more_than_was_sold_cannot_come_back(returned: dict[int, int]) -> None:
    version = compile_version(
        UUID(int=1), Program("p", "RUB", earning=(EarningRule("a", "a", Percent(500)),))
    )
    basket = Basket((Line("tea", 1000, 7_500),), PLACE)
    outcome = evaluate(version, Member(), basket, MONDAY_NOON)
    with pytest.raises(ReturnedMoreThanSold):
        remainder(version, Member(), basket, outcome, returned, MONDAY_NOON)
