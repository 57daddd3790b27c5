"""Whether an occasion gives a member points: dates, joining a bot, a filled profile, events. Pure.

``decide`` is asked for one occasion, one member and one thing that happened (``Happening``), and answers with the lot
to be booked or with the reason why not. Which days are looked at is told by ``date_due`` and ``days_in_reach``.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import assert_never

from msgspec import Struct

from plushka.engine.expiry import activates_at, active_on, clamped, expires_at
from plushka.engine.field_tests import Value, field_holds
from plushka.engine.local_time import Moment, moment
from plushka.engine.occasion_parts import (
    Often,
    OnBirthday,
    OnBotJoined,
    OnCloseDate,
    OnEvent,
    OnProfileFilled,
    Trigger,
)
from plushka.engine.occasion_plans import OccasionPlan
from plushka.engine.program import AtOnce, ExpirySliding, Occasion, Program
from plushka.engine.purchase import Grant, Member, Note, Place
from plushka.engine.reasons import note
from plushka.engine.receipt_tests import Scene
from plushka.engine.spans import since_of, until_of

CATCH_UP_DAYS = 3
"""For so many days after a date its points are still given, where nobody could before."""
BIRTHDAYS_APART_DAYS = 300
"""Two birthdays for which a member is given points lie so far apart: who moves theirs does not have it twice (S15)."""
LEAP_DAY = (2, 29)


class DateCame(Struct, frozen=True):
    """A day of the year is near: ``on`` is that day itself. ``kind`` is None for the member's own birthday."""

    on: date
    kind: str | None = None


class BotJoined(Struct, frozen=True):
    """The member can be written to in a messenger from now on."""

    messenger: str


class ProfileFilled(Struct, frozen=True):
    """The ``fields`` that are known of the member now."""

    fields: frozenset[str]


class EventNoted(Struct, frozen=True):
    """An event of a kind, with the values of its fields; dates as ISO text, money in minor units."""

    kind: str
    data: Mapping[str, Value]


Happening = DateCame | BotJoined | ProfileFilled | EventNoted


class Given(Struct, frozen=True):
    """What an occasion has given already, without what was taken back.

    ``given_on`` are the business days on which it gave this member points, ``birthdays`` the birthdays that it did
    so for; ``has_this``: for this very happening. ``used`` is what all members have had within the budget's window.
    """

    given_on: tuple[date, ...] = ()
    birthdays: tuple[date, ...] = ()
    has_this: bool = False
    used: int = 0


class Facts(Struct, frozen=True):
    """All that a decision is made from besides the programme. ``today`` and its weekday are the business's."""

    member: Member
    happening: Happening
    given: Given
    place: Place
    at: datetime

    @property
    def moment(self) -> Moment:
        return moment(self.at, self.place)


def decide(plan: OccasionPlan, program: Program, facts: Facts) -> Grant | Note:
    """Return the points that the occasion gives, as a lot to be booked, or why it gives none."""
    occasion = plan.occasion
    if occasion.is_paused:
        return note("occasion_paused", rule=occasion.id)
    if facts.member.is_blocked:
        return note("blocked_gets_nothing", rule=occasion.id)
    today = facts.moment.business_date
    failed = _why_not(occasion, facts, today) or _why_not_member(plan, facts)
    if failed is None:
        failed = _why_not_again(occasion, facts, today)
    if failed is not None:
        return failed
    points = points_for(occasion, facts.member.tier)
    if occasion.budget is not None:
        cost = points if occasion.budget.of == "points" else 1
        if facts.given.used + cost > occasion.budget.most:
            budget = occasion.budget
            return note(
                "occasion_budget_spent",
                rule=occasion.id,
                of=budget.of,
                window=budget.window,
                most=budget.most,
            )
    return _grant(occasion, program, points, facts, today)


def points_for(occasion: Occasion, tier: str | None) -> int:
    """Return the points of the tier, or those of all."""
    return occasion.by_tier.get(tier, occasion.points) if tier is not None else occasion.points


def date_due(month: int, day: int, days_before: int, today: date) -> date | None:
    """Return the date for which points are given today, if one is near: from ``days_before`` it on, and shortly after.

    29 February is the 28th in common years.
    """
    for year in (today.year - 1, today.year, today.year + 1):
        on = clamped(year, month, day)
        if -CATCH_UP_DAYS <= (on - today).days <= days_before:
            return on
    return None


def days_in_reach(days_before: int, today: date) -> list[tuple[int, int, date]]:
    """Return every (month, day) for which points are given today, with the date: ``date_due`` turned round."""
    return days_of_year(today - timedelta(days=CATCH_UP_DAYS), today + timedelta(days=days_before))


def days_of_year(first_on: date, last_on: date) -> list[tuple[int, int, date]]:
    """Return every (month, day) that falls on a date of a period, both ends included, with the date."""
    reach = [first_on + timedelta(days=days) for days in range((last_on - first_on).days + 1)]
    found = [(on.month, on.day, on) for on in reach]
    leap_days = [on for on in reach if on == clamped(on.year, *LEAP_DAY) and on.day != LEAP_DAY[1]]
    return [*found, *((*LEAP_DAY, on) for on in leap_days)]


def listens_to(trigger: Trigger, happening: Happening) -> bool:
    """Tell whether an occasion is of what happened at all; only then it is worth telling why it gives nothing."""
    match trigger, happening:
        case OnBirthday(), DateCame(kind=None):
            return True
        case OnCloseDate(), DateCame(kind=str()):
            return True
        case (OnBotJoined(), BotJoined()) | (OnProfileFilled(), ProfileFilled()):
            return True
        case OnEvent(event=event), EventNoted(kind=kind):
            return event == kind
        case _:
            return False


def _why_not(  # noqa: PLR0911 - one case a trigger
    occasion: Occasion, facts: Facts, today: date
) -> Note | None:
    """Return why what happened is not what the occasion is for."""
    match occasion.trigger, facts.happening:
        case OnBirthday(days_before=days_before), DateCame(on=on, kind=None):
            return _not_the_day(occasion, on, days_before, today)
        case OnCloseDate(days_before=days_before, kinds=kinds), DateCame(on=on, kind=str() as kind):
            if kinds and kind not in kinds:
                return note("not_the_day", rule=occasion.id, days_before=days_before)
            return _not_the_day(occasion, on, days_before, today)
        case OnBotJoined(messengers=messengers), BotJoined(messenger=messenger):
            if messengers and messenger not in messengers:
                return note("other_messenger", rule=occasion.id)
            return None
        case OnProfileFilled(fields=fields), ProfileFilled(fields=known):
            return None if known.issuperset(fields) else note("profile_unfilled", rule=occasion.id)
        case OnEvent(event=event, where=where), EventNoted(kind=kind, data=data):
            if event != kind:
                return note("other_event", rule=occasion.id)
            wrong = next((test for test in where if not field_holds(test, data.get(test.field))), None)
            return note("event_differs", rule=occasion.id, field=wrong.field) if wrong else None
        case _:
            return note("other_event", rule=occasion.id)


def _not_the_day(occasion: Occasion, on: date, days_before: int, today: date) -> Note | None:
    if -CATCH_UP_DAYS <= (on - today).days <= days_before:
        return None
    return note("not_the_day", rule=occasion.id, days_before=days_before)


def _why_not_member(plan: OccasionPlan, facts: Facts) -> Note | None:
    if plan.when is None:
        return None
    return plan.when(
        Scene(
            member=facts.member,
            tier=facts.member.tier,
            branch="",
            channel="",
            moment=facts.moment,
            masks=(),
            quantities_milli=(),
            prices_minor=(),
            receipt_minor=0,
        )
    )


def _why_not_again(occasion: Occasion, facts: Facts, today: date) -> Note | None:
    given, happening = facts.given, facts.happening
    if given.has_this:
        return note("given_already", rule=occasion.id)
    if isinstance(happening, DateCame) and happening.kind is None:
        apart = [abs((happening.on - before).days) for before in given.birthdays]
        if apart and min(apart) < BIRTHDAYS_APART_DAYS:
            return note("date_given_lately", rule=occasion.id, days=BIRTHDAYS_APART_DAYS)
    limit = occasion.limit
    if limit is not None and _count(limit, given.given_on, today) >= limit.times:
        return note(
            "occasion_limit", rule=occasion.id, times=limit.times, per=limit.per, days=limit.days or 0
        )
    return None


def _count(limit: Often, given_on: tuple[date, ...], today: date) -> int:
    match limit.per:
        case "ever":
            return len(given_on)
        case "year" | "month" as span:
            since = since_of(span, today)
            until = until_of(span, since)
        case "days":
            since, until = today - timedelta(days=(limit.days or 1) - 1), today + timedelta(days=1)
        case _:
            assert_never(limit.per)
    return sum(since <= day < until for day in given_on)


def _grant(occasion: Occasion, program: Program, points: int, facts: Facts, today: date) -> Grant:
    activation = occasion.activation or AtOnce()
    expiry = occasion.expiry or program.expiry
    active, place = active_on(activation, today), facts.place
    return Grant(
        points=points,
        activates_at=activates_at(activation, active, place.time_zone, place.day_starts_minutes) or facts.at,
        expires_at=expires_at(expiry, active, place.time_zone),
        rules=(occasion.id,),
        sliding_days=expiry.days if isinstance(expiry, ExpirySliding) else None,
        receipt_share_bp=occasion.grant_cap.receipt_share_bp if occasion.grant_cap else None,
    )
