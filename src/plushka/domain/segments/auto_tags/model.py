"""Rules of automatic tags (F110), and why one is refused."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from plushka.engine.audience import Audience
from plushka.platform.errors import Conflict, Invalid, NotFound

RULES_MAX = 50

Percent = Annotated[int, Meta(ge=1, le=100)]
Receipts = Annotated[int, Meta(ge=1, le=1000)]
Days = Annotated[int, Meta(ge=1, le=1096)]
Minute = Annotated[int, Meta(ge=0, le=24 * 60)]
Weekday = Annotated[int, Meta(ge=1, le=7)]


class Holds(Struct, frozen=True, tag="audience"):
    """Who is in an audience."""

    audience: Audience


class Habit(Struct, frozen=True):
    """What rules of behaviour share: of the receipts of the last ``days``, of whom there are at least so many."""

    days: Days = 180
    receipts_min: Receipts = 4


class AtHours(Habit, frozen=True, tag="hours"):
    """So many of a hundred receipts are made between two minutes of the day, by the branch's clock.

    The second is exclusive; from a later one to an earlier goes over midnight.
    """

    from_minute: Minute = 0
    until_minute: Minute = 11 * 60
    percent_min: Percent = 60


class OnWeekdays(Habit, frozen=True, tag="weekdays"):
    """So many of a hundred receipts are made on these days of the branch's week, Monday is 1."""

    weekdays: Annotated[tuple[Weekday, ...], Meta(min_length=1, max_length=7)] = (6, 7)
    percent_min: Percent = 60


class LikesCategory(Habit, frozen=True, kw_only=True, tag="category"):
    """So many of a hundred receipts have something of the category, or of one below it."""

    category: Annotated[str, Meta(min_length=1, max_length=100)]
    percent_min: Percent = 50


class LargeReceipts(Habit, frozen=True, tag="large"):
    """The average receipt is among the largest so many of a hundred; equals are in together."""

    top_percent: Percent = 10


class FullBaskets(Habit, frozen=True, tag="baskets"):
    """A receipt has so many lines on average: somebody buys for several."""

    lines_min: Annotated[int, Meta(ge=2, le=200)] = 4


Rule = Holds | AtHours | OnWeekdays | LikesCategory | LargeReceipts | FullBaskets


class AutoTag(Struct, frozen=True):
    """A tag with its rule; ``members`` have it by the rule since ``refreshed_at``."""

    id: UUID
    tag: str
    rule: Rule
    members: int
    created_at: datetime
    refreshed_at: datetime | None


class UnknownAutoTag(NotFound):
    code = "auto_tag_not_found"


class AutoTagExists(Conflict):
    """Another rule puts the same tag on: they would take it off each other's members."""

    code = "auto_tag_exists"


class TooManyAutoTags(Conflict):
    code = "auto_tags_too_many"


class AutoTagRuleWrong(Invalid):
    """The rule asks for nothing, or for something that there is not; ``reason`` is the code of what is wrong."""

    code = "auto_tag_rule_wrong"


decode_rule = msgspec.json.Decoder(Rule).decode


def encode_rule(rule: Rule) -> str:
    return msgspec.json.encode(rule).decode()
