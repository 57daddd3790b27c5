"""What gives points without a purchase, how often and how many: plain data."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from plushka.engine.conditions import Id
from plushka.engine.parts import Part

DaysBefore = Annotated[int, Meta(ge=0, le=60)]
Messenger = Literal["telegram", "vk", "max"]
ProfileField = Literal["name", "sex", "birthday", "phone", "email", "close_date"]
CloseDateKind = Literal["birthday", "wedding", "other"]


class OnBirthday(Part, frozen=True, tag_field="is", tag="birthday"):
    """From ``days_before`` the member's birthday on, once for each (29 Feb is 28 Feb in common years, S15)."""

    days_before: DaysBefore = 0


class OnCloseDate(Part, frozen=True, tag_field="is", tag="close_date"):
    """From ``days_before`` a day of somebody close to the member on (F236), of one of ``kinds`` (none: of any)."""

    days_before: DaysBefore = 0
    kinds: Annotated[tuple[CloseDateKind, ...], Meta(max_length=3)] = ()


class OnBotJoined(Part, frozen=True, tag_field="is", tag="bot_joined"):
    """The member can be written to in one of ``messengers`` (none: in any), once for each."""

    messengers: Annotated[tuple[Messenger, ...], Meta(max_length=3)] = ()


class OnProfileFilled(Part, frozen=True, tag_field="is", tag="profile_filled"):
    """All of ``fields`` are known of the member, once."""

    fields: Annotated[tuple[ProfileField, ...], Meta(min_length=1, max_length=6)]


class FieldTest(Part, frozen=True):
    """A field of an event is what is asked for, by one of these ways.

    ``equals`` is for words and ticks, ``contains`` for a part of a text, capitals or not; bounds, both included, for
    numbers and for days; ``is_there``: whether the event says anything in it at all.
    """

    field: Id
    equals: Annotated[str, Meta(max_length=200)] | bool | None = None
    at_least: int | None = None
    at_most: int | None = None
    first_on: date | None = None
    last_on: date | None = None
    contains: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    is_there: bool | None = None


FIELD_TESTS_MAX = 10
FieldTests = Annotated[tuple[FieldTest, ...], Meta(max_length=FIELD_TESTS_MAX)]
"""All of them are asked of one event."""


class OnEvent(Part, frozen=True, tag_field="is", tag="event"):
    """An event of the kind ``event`` was noted, all of whose fields in ``where`` are what is asked for."""

    event: Id
    where: FieldTests = ()


Trigger = OnBirthday | OnCloseDate | OnBotJoined | OnProfileFilled | OnEvent


class Often(Part, frozen=True):
    """An occasion gives a member points at most ``times``: ever, in a calendar year or month, or within ``days``."""

    times: Annotated[int, Meta(ge=1, le=1000)]
    per: Literal["ever", "year", "month", "days"] = "ever"
    days: Annotated[int, Meta(ge=1, le=3650)] | None = None


class OccasionBudget(Part, frozen=True):
    """The most that an occasion gives to all members together: times (``uses``) or ``points``, always or a month."""

    of: Literal["uses", "points"]
    most: Annotated[int, Meta(ge=1, le=10**15)]
    window: Literal["always", "month"] = "month"
