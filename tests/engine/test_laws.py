"""Laws of a decision that hold for every programme, member and basket."""

from datetime import datetime
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.engine.strategies import (
    MONDAY_NOON,
    PLACE,
    ladders,
    line_conditions,
    lines,
    members,
    percents,
    programs,
    receipt_conditions,
    sales,
)

from plushka.engine import conditions as c
from plushka.engine.evaluate import evaluate
from plushka.engine.line_masks import line_test
from plushka.engine.program import EarningRule, Fixed, Percent, Program
from plushka.engine.purchase import Basket, Line, Look, Member
from plushka.engine.version import Version, compile_version

Sale = tuple[Version, Member, Basket, datetime]


@settings(max_examples=60, deadline=None)
@given(sales())
def test_lines_sum_to_the_receipt_and_are_never_negative(sale: Sale) -> None:
    outcome = evaluate(*sale)
    for line in outcome.lines:
        assert line.amount_minor - line.discount_minor - line.redeemed_minor == line.payable_minor >= 0
        assert min(line.discount_minor, line.redeemed_minor, line.redeemed_points, line.earned_points) >= 0
    assert sum(line.discount_minor for line in outcome.lines) == outcome.discount_minor
    assert sum(line.redeemed_minor for line in outcome.lines) == outcome.redeemed_minor
    assert sum(line.payable_minor for line in outcome.lines) == outcome.payable_minor
    assert sum(line.earned_points for line in outcome.lines) == outcome.earned_points
    assert sum(award.points for award in outcome.awards) == outcome.earned_points
    assert sum(grant.points for grant in outcome.grants) == outcome.earned_points
    assert all(sum(award.by_line) == award.points for award in outcome.awards)
    if outcome.redeemed:
        assert sum(line.redeemed_points for line in outcome.lines) == outcome.redeemed.points


@settings(max_examples=60, deadline=None)
@given(sales())
def test_redemption_keeps_every_bound(sale: Sale) -> None:
    version, member, _, _ = sale
    outcome = evaluate(*sale)
    redeemed = outcome.redeemed
    if redeemed is None or redeemed.points == 0:
        return
    program = version.program
    assert program.redemption is not None
    bounds = program.redemption.limits
    before = outcome.payable_minor + redeemed.amount_minor
    value, unit = program.point.value_minor, 10**program.point.scale
    assert redeemed.points <= redeemed.points_max == min(limit.points for limit in redeemed.limits)
    assert redeemed.points + bounds.balance_residual_min <= member.available
    assert redeemed.points * value // unit == redeemed.amount_minor > (redeemed.points - 1) * value // unit
    assert redeemed.amount_minor * 10_000 <= before * bounds.receipt_share_bp
    assert bounds.receipt_share_bp == 10_000 or outcome.payable_minor >= 1
    assert sum(use.points for use in redeemed.lots) == redeemed.points
    available = {lot.id: lot.available for lot in member.lots}
    assert all(0 < use.points <= available[use.lot_id] for use in redeemed.lots)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_splitting_a_line_never_changes_the_total_points(data: st.DataObject) -> None:
    visits = st.just(Fixed(50))
    made = data.draw(programs(st.one_of(percents, ladders, visits)))
    rules = replace(made, tiers=None, redemption=None, promotions=(), cards=(), referral=None)
    version = compile_version(UUID(int=1), rules)
    member = replace(data.draw(members(version)), personal_discount_bp=0)
    whole = data.draw(st.lists(lines(), min_size=1, max_size=4))
    line = whole[0]
    quantity_milli = data.draw(st.integers(0, line.quantity_milli))
    amount_minor = data.draw(st.integers(0, line.amount_minor))
    halves = [
        replace(line, quantity_milli=quantity_milli, amount_minor=amount_minor),
        replace(
            line,
            quantity_milli=line.quantity_milli - quantity_milli,
            amount_minor=line.amount_minor - amount_minor,
        ),
    ]
    one = evaluate(version, member, Basket(tuple(whole), PLACE), MONDAY_NOON)
    two = evaluate(version, member, Basket((*halves, *whole[1:]), PLACE), MONDAY_NOON)
    assert two.earned_points == one.earned_points
    assert {a.rule: a.points for a in two.awards} == {a.rule: a.points for a in one.awards}


@given(sales())
def test_equal_inputs_decide_equally_whatever_was_decided_before(sale: Sale) -> None:
    version, member, basket, at = sale
    first = evaluate(version, member, basket, at)
    evaluate(version, member, replace(basket, lines=basket.lines[::-1], redeem=0), at)
    assert evaluate(version, member, basket, at) == first
    assert evaluate(compile_version(UUID(int=2), version.program), member, basket, at) == first


@given(sales())
def test_an_anonymous_receipt_pays_in_full_and_earns_nothing(sale: Sale) -> None:
    version, _, basket, at = sale
    for_members = tuple(replace(each, for_anonymous=False) for each in version.program.promotions)
    version = compile_version(UUID(int=1), replace(version.program, promotions=for_members))
    outcome = evaluate(version, None, basket, at)
    assert outcome.payable_minor == sum(line.amount_minor for line in basket.lines)
    assert (outcome.earned_points, outcome.grants, outcome.redeemed) == (0, (), None)
    assert [note.code for note in outcome.notes] == ["anonymous"]


@given(line_conditions, line_conditions, lines())
def test_conditions_on_lines_obey_de_morgan(left: c.Condition, right: c.Condition, line: Line) -> None:
    assert line_test(c.Not(c.All((left, right))))(line) == line_test(c.Any((c.Not(left), c.Not(right))))(line)
    assert line_test(c.Not(c.Any((left, right))))(line) == line_test(c.All((c.Not(left), c.Not(right))))(line)
    assert line_test(c.Not(c.Not(left)))(line) == line_test(left)(line)


@settings(deadline=None)
@given(receipt_conditions, receipt_conditions, st.data())
def test_conditions_on_receipts_obey_de_morgan(
    left: c.Condition, right: c.Condition, data: st.DataObject
) -> None:
    conditions: tuple[c.Condition, ...] = (
        c.Not(c.All((left, right))),
        c.Any((c.Not(left), c.Not(right))),
        c.Not(c.Any((left, right))),
        c.All((c.Not(left), c.Not(right))),
    )
    rules = tuple(
        EarningRule(str(index), "rule", Percent(10_000), when=condition, policy="stack")
        for index, condition in enumerate(conditions)
    )
    version = compile_version(UUID(int=1), Program("p", "RUB", earning=rules))
    _, member, basket, at = data.draw(sales())
    line = Line("bread", 1000, 100_000, Look(("bakery", "food")))
    outcome = evaluate(version, replace(member, totals=()), replace(basket, lines=(*basket.lines, line)), at)
    gave = {award.rule for award in outcome.awards}
    assert ("0" in gave) == ("1" in gave)
    assert ("2" in gave) == ("3" in gave)
