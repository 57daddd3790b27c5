"""Laws of stamp cards that hold for every member and every order of events."""

from datetime import date, datetime, timedelta
from itertools import permutations
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.strategies import MONDAY_NOON, PLACE, lasting, sales

from plushka.engine.check import problems
from plushka.engine.conditions import FirstPurchase, Product
from plushka.engine.evaluate import evaluate
from plushka.engine.program import EarningRule, ExpiryFixed, Percent, PointsReward, Program, StampCard
from plushka.engine.purchase import Basket, Line, Member
from plushka.engine.returns import remainder
from plushka.engine.stamp_parts import Always, Gift, Units
from plushka.engine.stamps import Stamps, Terms, fill
from plushka.engine.version import Version, compile_version

Sale = tuple[Version, Member, Basket, datetime]
GIFT = Gift("cake")
DAY = date(2026, 3, 2)


@st.composite
def visits(draw: st.DrawFn) -> list[Stamps]:
    """Make the purchases of some weeks on one card, in their order."""
    terms = Terms(draw(st.integers(1, 5)), draw(lasting), draw(st.booleans()), draw(st.booleans()))
    days = sorted(draw(st.lists(st.integers(0, 60), max_size=12)))
    return [Stamps(DAY + timedelta(days=day), draw(st.integers(1, 4)), terms) for day in days]


@given(visits())
def test_a_card_is_never_full_and_ends_in_time(stamps: list[Stamps]) -> None:
    card = fill(stamps)
    assert 0 <= card.have < max((each.terms.needed for each in stamps), default=1)
    assert bool(card.have) == (card.first_on is not None)
    assert card.ends_on is None or card.last_on is None or card.ends_on >= card.last_on


@given(visits())
def test_without_end_and_loss_a_card_is_the_sum_of_its_stamps(stamps: list[Stamps]) -> None:
    plain = [Stamps(each.day, each.count, Terms(each.terms.needed, Always(), False, True)) for each in stamps]
    card = fill(plain)
    needed = plain[0].terms.needed if plain else 1
    assert card.finished * needed + card.have == sum(each.count for each in plain)


@given(visits(), st.data())
def test_purchases_that_count_for_nothing_never_were(stamps: list[Stamps], data: st.DataObject) -> None:
    gone = [data.draw(st.booleans()) for _ in stamps]
    rest = [Stamps(s.day, 0 if out else s.count, s.terms) for s, out in zip(stamps, gone, strict=True)]
    assert fill(rest) == fill(s for s, out in zip(stamps, gone, strict=True) if not out)


@settings(deadline=None)
@given(sales(), st.data())
def test_what_a_return_leaves_on_cards_does_not_depend_on_its_steps(sale: Sale, data: st.DataObject) -> None:
    version, member, basket, at = sale
    outcome = evaluate(version, member, basket, at)
    back = {index: data.draw(st.integers(0, line.quantity_milli)) for index, line in enumerate(basket.lines)}
    rest = remainder(version, member, basket, outcome, back, at).cards
    for card in outcome.cards:
        left = rest.get(card.card)
        assert left is None or (left.stamps <= card.stamps and left.rewards <= card.rewards)


@settings(deadline=None)
@given(sales())
def test_every_card_moves_or_says_why_not(sale: Sale) -> None:
    version, member, basket, at = sale
    outcome = evaluate(version, member, basket, at)
    told = {note.rule for note in outcome.notes}
    for card in outcome.cards:
        plan = next(each for each in version.cards if each.card.id == card.card)
        added = card.after + card.finished * card.needed - card.before
        assert added or card.card in told or not plan.card.carries_over
        assert 0 <= card.after < card.needed


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_of_a_file_changes_no_card(order: tuple[int, ...]) -> None:
    cards = [
        StampCard("a", "a", 2, GIFT),
        StampCard("b", "b", 3, PointsReward(50), counts=Units()),
        StampCard("c", "c", 2, PointsReward(10, expiry=ExpiryFixed(days=3)), lines=Product(("tea",))),
    ]
    program = Program(
        "p",
        "RUB",
        earning=(EarningRule("base", "base", Percent(500)),),
        cards=tuple(cards[index] for index in order),
    )
    basket = Basket((Line("tea", 4000, 400_00), Line("milk", 1000, 100_00)), PLACE)
    outcome = evaluate(compile_version(UUID(int=1), program), Member(), basket, MONDAY_NOON)
    assert {card.card: (card.after, card.finished) for card in outcome.cards} == {
        "a": (1, 0),
        "b": (2, 1),
        "c": (1, 0),
    }
    assert {award.rule: award.points for award in outcome.awards} == {"base": 25, "b": 50}


@pytest.mark.parametrize(
    ("card", "path", "code"),
    [
        (StampCard("base", "x", 2, GIFT), "id", "duplicate_id"),
        (StampCard("c", "x", 2, GIFT, when=Product(("tea",))), "when", "line_condition_on_receipt"),
        (StampCard("c", "x", 2, GIFT, lines=FirstPurchase()), "lines", "receipt_condition_on_line"),
        (
            StampCard("c", "x", 2, PointsReward(10, expiry=ExpiryFixed())),
            "reward.expiry",
            "days_or_months",
        ),
    ],
)
def test_nonsense_is_told_where_it_stands(card: StampCard, path: str, code: str) -> None:
    program = Program("p", "RUB", earning=(EarningRule("base", "base", Percent(500)),), cards=(card,))
    assert (f"cards[0].{path}", code) in {(each.path, each.code) for each in problems(program)}
