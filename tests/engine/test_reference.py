"""The compiled engine decides as a slow reference does that is written from the rules alone."""

from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.reference import Decision, decide
from tests.engine.reference_returns import rest
from tests.engine.strategies import sales

from plushka.engine.evaluate import evaluate
from plushka.engine.purchase import Basket, Member, Outcome, Remainder
from plushka.engine.reasons import REASONS
from plushka.engine.returns import remainder
from plushka.engine.version import Version

Sale = tuple[Version, Member, Basket, datetime]


@settings(max_examples=200, deadline=None)
@given(sales())
def test_compiled_evaluation_equals_the_reference(sale: Sale) -> None:
    outcome = evaluate(*sale)
    assert told(outcome) == expected(decide(*sale), len(outcome.lines))


@settings(max_examples=100, deadline=None)
@given(sales(), st.data())
def test_what_returns_leave_equals_the_reference(sale: Sale, data: st.DataObject) -> None:
    version, member, basket, at = sale
    gone = {
        index: data.draw(st.sampled_from((0, line.quantity_milli // 2, line.quantity_milli)))
        for index, line in enumerate(basket.lines)
    }
    left = remainder(version, member, basket, evaluate(*sale), gone, at)
    assert told_rest(left) == rest(version, member, basket, decide(*sale), gone, at)


def told_rest(left: Remainder) -> dict[str, object]:
    return {
        "refunds": list(left.refund_minor_by_line),
        "points_back": sum(left.points_back_by_line),
        "earned": left.earned_by_rule,
        "promotions": left.promotions_minor,
        "cards": {name: (card.stamps, card.rewards) for name, card in left.cards.items()},
        "referred": None if left.referred is None else list(left.referred),
        "spend": left.spend_minor,
        "is_empty": left.is_empty,
    }


def told(outcome: Outcome) -> dict[str, object]:
    redeemed = outcome.redeemed
    return {
        "discounts": [line.discount_minor for line in outcome.lines],
        "points": redeemed.points if redeemed else 0,
        "points_max": redeemed.points_max if redeemed else 0,
        "redeemed": [line.redeemed_minor for line in outcome.lines],
        "lots": {use.lot_id.int: use.points for use in redeemed.lots} if redeemed else {},
        "awards": {award.rule: award.points for award in outcome.awards},
        "by_line": {award.rule: list(award.by_line) for award in outcome.awards},
        "tier": outcome.tier_after,
        "cards": [(card.card, card.stamps, card.after, card.rewards, card.ends_on) for card in outcome.cards],
        "gifts": {gift.card or gift.promotion: gift.count for gift in outcome.gifts},
        "referred": (list(outcome.referred.levels), outcome.referred.counts) if outcome.referred else None,
    }


def expected(decision: Decision, line_count: int) -> dict[str, object]:
    return {
        "discounts": decision.discounts,
        "points": decision.points,
        "points_max": decision.points_max,
        "redeemed": decision.redeemed or [0] * line_count,
        "lots": decision.lots,
        "awards": decision.awards,
        "by_line": {rule: by_line for rule, by_line in decision.by_line.items() if rule in decision.awards},
        "tier": decision.tier,
        "cards": [(card.id, card.stamps, card.have, card.rewards, card.ends_on) for card in decision.cards],
        "gifts": decision.gifts | {card.id: card.gifts for card in decision.cards if card.gifts},
        "referred": (
            None if decision.brought.levels is None else (decision.brought.levels, decision.brought.counts)
        ),
    }


@settings(max_examples=50, deadline=None)
@given(sales())
def test_every_rule_either_gives_points_or_says_why_not(sale: Sale) -> None:
    outcome = evaluate(*sale)
    spoke = {award.rule for award in outcome.awards} | {note.rule for note in outcome.notes}
    # Of a rule that asks for a coupon that was not shown no receipt tells.
    shown = {
        rule.id
        for rule in sale[0].program.earning
        if not (asked := sale[0].coupons_used([rule.id])) or not asked.isdisjoint(sale[2].coupons)
    }
    silent = shown - spoke
    assert (
        not silent or any(note.code == "earning_off_when_redeeming" for note in outcome.notes) or cut(outcome)
    )


def cut(outcome: Outcome) -> bool:
    return any(note.rule is None and note.code.startswith("cap_") for note in outcome.notes)


@settings(max_examples=50, deadline=None)
@given(sales())
def test_notes_carry_the_facts_that_the_list_of_reasons_promises(sale: Sale) -> None:
    for note in evaluate(*sale).notes:
        assert tuple(note.facts) == REASONS[note.code]
