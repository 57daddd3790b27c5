"""Why a receipt condition does not hold: the notes that closures and generated code answer with."""

from typing import assert_never

from plushka.engine.conditions import (
    Any,
    Birthday,
    Branch,
    Channel,
    Coupon,
    FirstPurchase,
    HasLines,
    Not,
    Period,
    RepeatWithin,
    Segment,
    Tag,
    Tier,
    TimeWindow,
    Weekday,
)
from plushka.engine.purchase import Note
from plushka.engine.reasons import note

OneNote = (
    Any
    | Not
    | HasLines
    | Branch
    | Channel
    | Weekday
    | TimeWindow
    | Period
    | Tier
    | Segment
    | Tag
    | Coupon
    | FirstPurchase
    | RepeatWithin
    | Birthday
)
"""Conditions that fail in one way only. All parts of ``All`` may fail, and an amount may be too small or too large."""


def why_not(condition: OneNote, rule: str) -> Note:  # noqa: C901, PLR0911, PLR0912 - one case a kind
    """Return the note of a condition that fails, for the rule that it names."""
    match condition:
        case Any():
            return note("no_alternative", rule=rule)
        case Not(of=part):
            return note("excluded_when", rule=rule, condition=str(type(part).__struct_config__.tag))
        case HasLines(quantity_min_milli=quantity_min_milli, amount_min_minor=amount_min_minor):
            return note(
                "lines_missing",
                rule=rule,
                quantity_min_milli=quantity_min_milli,
                amount_min_minor=amount_min_minor,
            )
        case Branch(ids=ids):
            return note("other_branch", rule=rule, branches=", ".join(ids))
        case Channel(ids=ids):
            return note("other_channel", rule=rule, channels=", ".join(ids))
        case Weekday(days=days):
            return note("other_weekday", rule=rule, days=", ".join(map(str, sorted(set(days)))))
        case TimeWindow(start=start, end=end):
            return note("outside_time", rule=rule, start=start, end=end)
        case Period(first_on=first_on, last_on=last_on):
            return note("outside_period", rule=rule, first_on=str(first_on or ""), last_on=str(last_on or ""))
        case Tier(ids=ids):
            return note("other_tier", rule=rule, tiers=", ".join(ids))
        case Segment(ids=ids):
            return note("other_segment", rule=rule, segments=", ".join(ids))
        case Tag(ids=ids):
            return note("other_tag", rule=rule, tags=", ".join(ids))
        case Coupon(ids=ids):
            return note("coupon_missing", rule=rule, coupons=", ".join(ids))
        case FirstPurchase():
            return note("not_first_purchase", rule=rule)
        case RepeatWithin(days=days):
            return note("no_recent_purchase", rule=rule, days=days)
        case Birthday(days_before=before, days_after=after):
            return note("not_birthday", rule=rule, days_before=before, days_after=after)
        case _:
            assert_never(condition)


def too_small(rule: str, min_minor: int) -> Note:
    """Return the note of a receipt that comes to less than a rule asks for."""
    return note("receipt_too_small", rule=rule, min_minor=min_minor)


def too_large(rule: str, max_minor: int) -> Note:
    """Return the note of a receipt that comes to more."""
    return note("receipt_too_large", rule=rule, max_minor=max_minor)
