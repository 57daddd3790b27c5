"""Conditions that are written out as Python hold where the closures find nothing that fails."""

from collections.abc import Callable, Sequence
from datetime import datetime

import pytest
from hypothesis import given, settings
from tests.engine.strategies import sales

from plushka.engine.conditions import (
    All,
    Any,
    Birthday,
    Condition,
    FirstPurchase,
    Not,
    ReceiptAmount,
    RepeatWithin,
    Tag,
    TimeWindow,
    Weekday,
)
from plushka.engine.line_masks import LineMasks
from plushka.engine.local_time import moment
from plushka.engine.phases.case import scene_of
from plushka.engine.purchase import Basket, Member, Note
from plushka.engine.receipt_code import SCENE, Conditional, explaining_of, holding
from plushka.engine.receipt_tests import Scene, receipt_test
from plushka.engine.version import Version
from plushka.engine.written import Code

NIGHT = TimeWindow("22:00", "06:00")
CONDITIONS: tuple[Condition, ...] = (
    NIGHT,
    Not(NIGHT),
    Not(All((NIGHT, Not(FirstPurchase())))),
    Any((FirstPurchase(), RepeatWithin(3))),
    Not(RepeatWithin(1)),
    ReceiptAmount(min_minor=1_000, min_included=False, max_minor=5_000, max_included=False),
    All(
        (Weekday((6, 7)), ReceiptAmount(min_minor=1_000, max_minor=5_000), All((NIGHT, Not(RepeatWithin(3)))))
    ),
    All((NIGHT, Birthday(30, 30), Tag(("vip",)))),
    Any((Birthday(3, 3), NIGHT)),
    # A part that is left to its closure, so the whole is.
    Any((Tag(("vip",)), NIGHT)),
)


def scene_at(sale: tuple[Version, Member, Basket, datetime]) -> Scene:
    version, member, basket, at = sale
    sight = version.see(basket, moment(at, basket.place))
    return scene_of(basket, sight, sight.amounts_minor, member, member.tier)


def holding_of(conditional: Sequence[Conditional], masks: LineMasks | None = None) -> Callable[[Scene], int]:
    """Return a function that does nothing but tell which rules hold, as one that is written out does."""
    code = Code(masks)
    return code.function("scene", [*SCENE, "bits = 0", *holding(conditional, code), "return bits"])


@settings(max_examples=300, deadline=None)
@given(sales())
def test_rules_of_a_programme_hold_where_nothing_fails(
    sale: tuple[Version, Member, Basket, datetime],
) -> None:
    version, scene = sale[0], scene_at(sale)
    holds = holding_of(version.conditional, version.masks)
    assert holds(scene) == sum(rule.bit for rule in version.conditional if rule.test(scene) is None)


@settings(max_examples=300, deadline=None)
@given(sales())
def test_rules_of_a_programme_say_why_not_as_their_closures(
    sale: tuple[Version, Member, Basket, datetime],
) -> None:
    version, scene, notes = sale[0], scene_at(sale), list[Note]()
    answers = [rule.test(scene) for rule in version.conditional]
    holds = holding_of(version.conditional, version.masks)
    assert version.explaining(scene, notes) == holds(scene)
    assert notes == [failed for failed in answers if failed is not None]


@pytest.mark.parametrize("condition", CONDITIONS, ids=str)
@settings(max_examples=50, deadline=None)
@given(sale=sales())
def test_each_shape_holds_where_its_closure_finds_nothing(
    condition: Condition, sale: tuple[Version, Member, Basket, datetime]
) -> None:
    scene = scene_at(sale)
    test = receipt_test(condition, "rule", LineMasks(None, delivery_takes_part=True))
    assert holding_of([Conditional(4, condition, test, "rule")])(scene) == (4 if test(scene) is None else 0)


@pytest.mark.parametrize("condition", CONDITIONS, ids=str)
@settings(max_examples=50, deadline=None)
@given(sale=sales())
def test_each_shape_says_why_not_as_its_closure(
    condition: Condition, sale: tuple[Version, Member, Basket, datetime]
) -> None:
    scene, notes = scene_at(sale), list[Note]()
    failed = receipt_test(condition, "rule", LineMasks(None, delivery_takes_part=True))(scene)
    test = receipt_test(condition, "rule", LineMasks(None, delivery_takes_part=True))
    assert explaining_of([Conditional(4, condition, test, "rule")])(scene, notes) == (
        4 if failed is None else 0
    )
    assert notes == ([] if failed is None else [failed])
