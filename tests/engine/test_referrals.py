"""Laws of what friends' purchases give."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.strategies import sales

from plushka.engine.check import problems
from plushka.engine.conditions import Product, Weekday
from plushka.engine.evaluate import evaluate
from plushka.engine.program import EarningRule, ExpiryFixed, Percent, PointsReward, Program, Referral
from plushka.engine.purchase import Basket, Member
from plushka.engine.referral_parts import BaseShare
from plushka.engine.returns import remainder
from plushka.engine.version import Version

Sale = tuple[Version, Member, Basket, datetime]


@settings(max_examples=50, deadline=None)
@given(sales())
def test_a_purchase_that_gives_nothing_to_anybody_says_why(sale: Sale) -> None:
    outcome = evaluate(*sale)
    if sale[0].program.referral is None:
        assert outcome.referred is None
        return
    referred = outcome.referred
    gives = referred is not None and referred.counts and any(referred.levels)
    assert gives != any(note.rule == "referral" for note in outcome.notes)


@settings(max_examples=50, deadline=None)
@given(sales(), st.data())
def test_a_return_leaves_at_most_what_there_was_and_all_of_it_nothing(
    sale: Sale, data: st.DataObject
) -> None:
    version, member, basket, at = sale
    outcome = evaluate(*sale)
    whole = {index: line.quantity_milli for index, line in enumerate(basket.lines)}
    back = {index: data.draw(st.integers(0, quantity)) for index, quantity in whole.items()}
    rest = remainder(version, member, basket, outcome, back, at)
    if outcome.referred is None:
        assert rest.referred is None
    else:
        assert rest.referred is None or all(
            left <= points for left, points in zip(rest.referred, outcome.referred.levels, strict=True)
        )
        untouched = remainder(version, member, basket, outcome, {}, at)
        assert untouched.referred == outcome.referred.levels
    assert remainder(version, member, basket, outcome, whole, at).referred is None


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        ({"levels": (BaseShare(6000), BaseShare(4001))}, "levels", "rates_over_whole"),
        ({"when": Product(("x",))}, "when", "line_condition_on_receipt"),
        ({"lines": Weekday((1,))}, "lines", "receipt_condition_on_line"),
        ({"expiry": ExpiryFixed()}, "expiry", "days_or_months"),
        ({"friend": PointsReward(5, expiry=ExpiryFixed())}, "friend.expiry", "days_or_months"),
    ],
)
def test_what_makes_no_sense_is_told_where_it_stands(change: dict[str, object], path: str, code: str) -> None:
    referral = Referral(**{"levels": (BaseShare(1000),), **change})  # type: ignore[arg-type]
    found = problems(Program("p", "RUB", referral=referral))
    assert (f"referral.{path}", code) in {(each.path, each.code) for each in found}


def test_no_rule_may_have_the_name_of_the_referral() -> None:
    rule = EarningRule("referral", "x", Percent(500))
    program = Program("p", "RUB", earning=(rule,), referral=Referral((BaseShare(1000),)))
    assert [each.path for each in problems(program)] == ["earning[0].id"]
