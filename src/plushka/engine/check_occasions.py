"""What is wrong with a programme's occasions that their types cannot say."""

from collections.abc import Iterator, Sequence

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
from plushka.engine.occasion_parts import FieldTest, OnEvent
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


def field_test_problems(path: str, tests: Sequence[FieldTest]) -> Iterator[Problem]:
    """Find tests of an event's fields that ask for nothing, for two kinds of things, or for what cannot be."""
    for place, test in enumerate(tests):
        at = f"{path}[{place}]"
        least, most, first, last = test.at_least, test.at_most, test.first_on, test.last_on
        asks_number, asks_day = (least, most) != (None, None), (first, last) != (None, None)
        if (test.equals is not None) + asks_number + asks_day != 1:
            yield Problem(at, "value_or_bounds")
        elif least is not None and most is not None and least > most:
            yield Problem(at, "amounts_reversed")
        elif first is not None and last is not None and first > last:
            yield Problem(at, "period_reversed")


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
