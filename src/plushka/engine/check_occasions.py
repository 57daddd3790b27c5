"""What is wrong with a programme's occasions that their types cannot say."""

from collections.abc import Iterator

from plushka.engine.check_conditions import Problem, condition_problems, unknown_tiers
from plushka.engine.check_expiry import expiry_problems
from plushka.engine.conditions import (
    All,
    Any,
    Birthday,
    Condition,
    FirstPurchase,
    Not,
    Period,
    RepeatWithin,
    Segment,
    Tag,
    Tier,
    Weekday,
)
from plushka.engine.field_tests import field_test_problems
from plushka.engine.occasion_parts import OnEvent
from plushka.engine.program import Occasion, Program

OF_MEMBER = (Tier, Segment, Tag, FirstPurchase, RepeatWithin, Birthday, Period, Weekday)
"""Conditions that can be answered where nothing is bought: of the member and of the day."""


def occasion_problems(program: Program, tier_ids: frozenset[str]) -> Iterator[Problem]:
    """Find everything nonsensical in the occasions of ``program``, in the order of its file."""
    ids = {part.id for parts in (program.earning, program.promotions, program.cards) for part in parts}
    for index, occasion in enumerate(program.occasions):
        path = f"occasions[{index}]"
        if occasion.id in ids:
            yield Problem(f"{path}.id", "duplicate_id", {"id": occasion.id})
        ids.add(occasion.id)
        yield from _occasion(path, occasion, tier_ids)


def _occasion(path: str, occasion: Occasion, tier_ids: frozenset[str]) -> Iterator[Problem]:
    if isinstance(occasion.trigger, OnEvent):
        yield from field_test_problems(f"{path}.trigger.where", occasion.trigger.where)
    yield from unknown_tiers(f"{path}.by_tier", occasion.by_tier, tier_ids)
    yield from condition_problems(f"{path}.when", occasion.when, tier_ids, of_lines=False)
    if occasion.when is not None:
        yield from _of_member(f"{path}.when", occasion.when)
    yield from expiry_problems(f"{path}.expiry", occasion.expiry)
    if occasion.limit is not None and (occasion.limit.per == "days") != (occasion.limit.days is not None):
        yield Problem(f"{path}.limit", "limit_days")


def _of_member(path: str, condition: Condition) -> Iterator[Problem]:
    match condition:
        case All(of=parts) | Any(of=parts):
            for index, part in enumerate(parts):
                yield from _of_member(f"{path}.of[{index}]", part)
        case Not(of=part):
            yield from _of_member(f"{path}.of", part)
        case _ if not isinstance(condition, OF_MEMBER):
            yield Problem(path, "receipt_condition_on_occasion")
        case _:
            pass
