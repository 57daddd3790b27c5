"""Of a tier's and a personal discount only the larger applies, and it is told which."""

from uuid import UUID

import pytest
from tests.engine.strategies import MONDAY_NOON, PLACE

from plushka.engine.evaluate import evaluate
from plushka.engine.program import Program, TierRule, Tiers
from plushka.engine.purchase import Basket, Line, Member
from plushka.engine.version import compile_version


@pytest.mark.parametrize(
    ("tier_bp", "personal_bp", "source", "outbid"),
    [
        (300, 0, "tier", None),
        (0, 300, "personal", None),
        (300, 300, "tier", "personal"),
        (300, 301, "personal", "tier"),
    ],
)
def test_the_larger_discount_applies_and_of_equal_ones_the_tiers(
    tier_bp: int, personal_bp: int, source: str, outbid: str | None
) -> None:
    tiers = Tiers((TierRule("card", "Card", discount_bp=tier_bp),))
    version = compile_version(UUID(int=1), Program("p", "RUB", tiers=tiers))
    basket = Basket((Line("tea", 1000, 10_000),), PLACE)
    outcome = evaluate(version, Member(personal_discount_bp=personal_bp), basket, MONDAY_NOON)
    (discount,) = outcome.discounts
    assert (discount.source, discount.id) == (source, "card" if source == "tier" else None)
    assert [note.facts["source"] for note in outcome.notes] == ([outbid] if outbid else [])
