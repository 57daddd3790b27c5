"""Laws of promotions that hold for every programme, member and basket."""

from datetime import date, datetime
from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.engine.strategies import MONDAY_NOON, PLACE, line_conditions, sales

from plushka.engine import conditions as c
from plushka.engine.check import problems
from plushka.engine.evaluate import evaluate
from plushka.engine.price_effects import Combo, ComboPart, PercentOff, RaisedShare, Sets
from plushka.engine.program import Budget, Program, Promotion
from plushka.engine.purchase import Basket, Line, Member, Outcome
from plushka.engine.returns import remainder
from plushka.engine.stamp_parts import Gift
from plushka.engine.version import Version, compile_version

Sale = tuple[Version, Member, Basket, datetime]


@settings(deadline=None)
@given(sales())
def test_a_promotion_is_the_sum_of_its_lines_and_keeps_its_floor_and_cap(sale: Sale) -> None:
    outcome = evaluate(*sale)
    left = [line.amount_minor for line in sale[2].lines]
    for discount in outcome.discounts:
        assert sum(discount.by_line) == discount.amount_minor
        assert min(discount.by_line) >= 0
        left = [price - cut for price, cut in zip(left, discount.by_line, strict=True)]
        if discount.source == "promotion":
            promotion = promotion_of(sale[0], discount.id)
            assert discount.amount_minor <= (promotion.cap_minor or discount.amount_minor)
            for price, line, cut in zip(left, sale[2].lines, discount.by_line, strict=True):
                assert not cut or price * 10_000 >= line.amount_minor * promotion.floor_bp
    assert min(left) >= 0


@settings(deadline=None)
@given(sales())
def test_promotions_that_exclude_each_other_never_share_a_line(sale: Sale) -> None:
    version = sale[0]
    plans = {plan.promotion.id: plan for plan in version.promotions}
    applied = [each for each in evaluate(*sale).discounts if each.source == "promotion"]
    for one, two in combinations(applied, 2):
        first, second = plans[one.id or ""], plans[two.id or ""]
        assert first.excludes(second) == second.excludes(first)
        if first.excludes(second):
            assert not any(a and b for a, b in zip(one.by_line, two.by_line, strict=True))


@settings(deadline=None)
@given(sales(), st.randoms(use_true_random=False))
def test_the_order_in_the_file_changes_nothing(sale: Sale, random: object) -> None:
    version, member, basket, at = sale
    shuffled = list(version.program.promotions)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    other = compile_version(UUID(int=1), replace(version.program, promotions=tuple(shuffled)))
    one, two = evaluate(version, member, basket, at), evaluate(other, member, basket, at)
    assert two.lines == one.lines
    assert two.discounts == one.discounts


@settings(deadline=None)
@given(sales())
def test_each_promotion_of_the_day_takes_something_off_or_says_why_not(sale: Sale) -> None:
    version = sale[0]
    outcome = evaluate(*sale)
    spoke = {each.id for each in outcome.discounts} | {note.rule for note in outcome.notes}
    spoke |= {gift.promotion for gift in outcome.gifts}
    for plan in (*version.promotions, *version.gifts):
        is_weighed = plan.is_on(outcome.business_date) and (
            not plan.coupons or not plan.coupons.isdisjoint(sale[2].coupons)
        )
        if is_weighed and not isinstance(plan.promotion.effect, RaisedShare):
            assert plan.promotion.id in spoke
        elif not is_weighed:
            assert plan.promotion.id not in spoke


@settings(deadline=None)
@given(sales())
def test_a_gift_is_won_by_the_whole_receipt_and_by_nothing_of_it_is_not(sale: Sale) -> None:
    version, member, basket, at = sale
    outcome = evaluate(*sale)
    won = {gift.promotion for gift in outcome.gifts if gift.promotion is not None}
    whole = remainder(version, member, basket, outcome, {}, at)
    assert {name: whole.promotions_minor[name] for name in won} == dict.fromkeys(won, 1)
    every = {index: line.quantity_milli for index, line in enumerate(basket.lines)}
    nothing = remainder(version, member, basket, outcome, every, at)
    assert {name: nothing.promotions_minor[name] for name in won} == dict.fromkeys(won, 0)


@settings(deadline=None)
@given(sales())
def test_a_larger_discount_by_itself_is_never_outbid_by_a_smaller_one_of_its_group(sale: Sale) -> None:
    version, member, basket, at = sale
    rivals = tuple(
        replace(each, group="one", policy="best_in_group", priority=0, lines=None, base="current")
        for each in version.program.promotions
        if not isinstance(each.effect, Combo)
    )
    program = replace(version.program, promotions=rivals, redemption=None)

    def decide(promotions: tuple[Promotion, ...]) -> Outcome:
        made = compile_version(UUID(int=1), replace(program, promotions=promotions))
        return evaluate(made, replace(member, totals=()), basket, at)

    alone = [decide((each,)).discount_minor for each in rivals]
    assert decide(rivals).discount_minor >= max(alone, default=0)


@settings(deadline=None)
@given(line_conditions, st.integers(2, 4), st.data())
def test_units_of_a_set_come_back_for_what_was_paid_for_them(
    where: c.Condition, units: int, data: st.DataObject
) -> None:
    promotion = Promotion("p", "p", Sets(units), lines=where)
    version = compile_version(UUID(int=1), Program("p", "RUB", promotions=(promotion,)))
    _, member, basket, at = data.draw(sales())
    member = replace(member, totals=())
    outcome = evaluate(version, member, basket, at)
    returned: dict[int, int] = {}
    refunded = 0
    for index, line in enumerate(basket.lines):
        returned[index] = line.quantity_milli
        rest = remainder(version, member, basket, outcome, returned, at)
        assert sum(rest.refund_minor_by_line) - refunded == outcome.lines[index].payable_minor
        refunded = sum(rest.refund_minor_by_line)
    assert refunded == outcome.payable_minor


def test_a_thousand_nails_are_one_line() -> None:
    promotion = Promotion("p", "p", Sets(3))
    version = compile_version(UUID(int=1), Program("p", "RUB", promotions=(promotion,)))
    basket = Basket((Line("nail", 10**9, 300_000_000),), PLACE)
    outcome = evaluate(version, Member(), basket, MONDAY_NOON)
    assert outcome.discount_minor == 100 * 300  # a hundred sets at most, one nail of each


@pytest.mark.parametrize(
    ("promotion", "path", "code"),
    [
        (Promotion("p", "p", Sets(2, 2)), "effect.cheaper", "whole_set_cheaper"),
        (
            Promotion("p", "p", Combo((ComboPart(c.Brand(("a",))), ComboPart(c.Brand(("b",)))))),
            "effect.price_minor",
            "price_or_rates",
        ),
        (
            Promotion("p", "p", PercentOff(100), when=c.Product(("tea",))),
            "when",
            "line_condition_on_receipt",
        ),
        (Promotion("p", "p", PercentOff(100), lines=c.FirstPurchase()), "lines", "receipt_condition_on_line"),
        (Promotion("p", "p", RaisedShare(100), lines=c.Brand(("a",))), "lines", "lines_without_use"),
        (Promotion("p", "p", RaisedShare(100)), "effect", "share_without_redemption"),
        (
            Promotion("p", "p", RaisedShare(100), budgets=(Budget("uses", 1),)),
            "budgets",
            "budget_without_use",
        ),
        (Promotion("p", "p", Gift("x"), for_anonymous=True), "for_anonymous", "gift_for_anonymous"),
        (
            Promotion("p", "p", PercentOff(100), for_anonymous=True, control_bp=1),
            "control_bp",
            "control_for_anonymous",
        ),
        (
            Promotion("p", "p", PercentOff(100), when=c.Coupon(("x",)), control_bp=1),
            "control_bp",
            "control_of_coupon",
        ),
        (Promotion("p", "p", Gift("x"), budgets=(Budget("amount", 1),)), "budgets", "gift_budget_of_money"),
        (
            Promotion("p", "p", PercentOff(100), first_on=MONDAY_NOON.date(), last_on=date.min),
            "last_on",
            "period_reversed",
        ),
    ],
)
def test_nonsense_is_told_where_it_stands(promotion: Promotion, path: str, code: str) -> None:
    found = problems(Program("p", "RUB", promotions=(promotion,)))
    assert (f"promotions[0].{path}", code) in {(each.path, each.code) for each in found}


def test_a_promotion_and_a_rule_have_different_ids() -> None:
    twice = (Promotion("p", "p", PercentOff(100)), Promotion("p", "p", PercentOff(200)))
    assert [each.code for each in problems(Program("p", "RUB", promotions=twice))] == ["duplicate_id"]


def promotion_of(version: Version, promotion_id: str | None) -> Promotion:
    return next(each for each in version.program.promotions if each.id == promotion_id)
