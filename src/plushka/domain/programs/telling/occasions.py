"""An occasion as its owner would say it: for what members get points without a purchase."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import assert_never

from plushka.domain.events.asking import find_field, tell_tests
from plushka.domain.events.model import BUILT_IN, EventKind, translated
from plushka.domain.programs.telling.conditions import tell_receipt
from plushka.domain.programs.telling.life import tell_activation, tell_expiry
from plushka.domain.programs.telling.rules import tell_grant_cap
from plushka.domain.programs.telling.voice import Voice, as_sentence
from plushka.engine.expiry import last_day
from plushka.engine.occasion_parts import (
    OccasionBudget,
    Often,
    OnBirthday,
    OnBotJoined,
    OnCloseDate,
    OnEvent,
    OnProfileFilled,
)
from plushka.engine.program import AtOnce, Occasion
from plushka.engine.purchase import Grant
from plushka.platform.i18n import format_number, join, marked

MESSENGERS: Mapping[str, str] = MappingProxyType({"telegram": "Telegram", "max": "MAX", "vk": "VK"})
PROFILE_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "name": marked("the name"),
        "sex": marked("the sex"),
        "birthday": marked("the birthday"),
        "phone": marked("the phone"),
        "email": marked("the e-mail"),
        "close_date": marked("a day of somebody close"),
    }
)
CLOSE_DATES: Mapping[str, str] = MappingProxyType(
    {
        "birthday": marked("a birthday"),
        "wedding": marked("a wedding day"),
        "other": marked("another day"),
    }
)


def tell_occasion(occasion: Occasion, voice: Voice) -> str:
    """Return for what it gives how many points, to whom, how often, and how they live, as sentences."""
    words = voice.words
    told = words.gettext(
        "{points} {occasion}", points=_points(occasion, voice), occasion=_trigger(occasion, voice)
    )
    if occasion.when is not None:
        told = f"{told} {tell_receipt(occasion.when, voice)}"
    sentences = [as_sentence(told), as_sentence(_life(occasion, voice))]
    if occasion.limit is not None:
        sentences.append(as_sentence(tell_often(occasion.limit, voice)))
    if occasion.budget is not None:
        sentences.append(as_sentence(tell_whole_budget(occasion.budget, voice)))
    if occasion.is_paused:
        sentences.append(words.gettext("Paused."))
    return " ".join(sentences)


def tell_gift(occasion: Occasion, grant: Grant, voice: Voice, *, at: datetime) -> str:
    """Return what an occasion gives at the moment ``at``, and through which day it can be spent."""
    words = voice.words
    clauses = [voice.points(grant.points)]
    if grant.activates_at > at:
        clauses.append(words.gettext("can be spent from {day}", day=voice.day(grant.activates_at)))
    if grant.expires_at is None:
        clauses.append(words.gettext("never burn"))
    else:
        last = last_day(grant.expires_at, voice.zone)
        clauses.append(words.gettext("valid through {day}", day=voice.day(last)))
    if occasion.grant_cap is not None:
        clauses.append(tell_grant_cap(occasion.grant_cap, voice))
    return as_sentence(", ".join(clauses))


def tell_often(often: Often, voice: Voice) -> str:
    """Return how often a member gets it, as a clause."""
    words, times = voice.words, often.times
    match often.per:
        case "ever":
            return words.ngettext(
                "once for a member", "at most {count} times for a member", times, count=times
            )
        case "year":
            return words.ngettext(
                "at most {count} time a calendar year for a member",
                "at most {count} times a calendar year for a member",
                times,
                count=times,
            )
        case "month":
            return words.ngettext(
                "at most {count} time a calendar month for a member",
                "at most {count} times a calendar month for a member",
                times,
                count=times,
            )
        case "days":
            count = words.ngettext("{count} time", "{count} times", times, count=times)
            days = often.days or 0
            return words.ngettext(
                "at most {times} within {count} day for a member",
                "at most {times} within {count} days for a member",
                days,
                times=count,
                count=days,
            )
        case _:
            assert_never(often.per)


def tell_whole_budget(budget: OccasionBudget, voice: Voice) -> str:
    """Return the most that it gives all members together, as a clause."""
    words = voice.words
    if budget.of == "points":
        bound = voice.points_bound(budget.most)
    else:
        bound = words.ngettext(
            "{number} time", "{number} times", budget.most, number=format_number(budget.most, voice.language)
        )
    if budget.window == "month":
        return words.gettext("for all members together no more than {bound} a month", bound=bound)
    return words.gettext("for all members together no more than {bound}", bound=bound)


def event_title(kind: str, voice: Voice) -> str:
    """Return what a kind of events is called."""
    found = _find_kind(kind, voice)
    return found.title if found else kind


def field_title(kind: str, field: str, voice: Voice) -> str:
    """Return what a field of a kind of events is called."""
    known = _find_kind(kind, voice)
    found = find_field(known, field) if known else None
    return found.title if found else field


def _find_kind(kind: str, voice: Voice) -> EventKind | None:
    found = voice.names.events.get(kind) or BUILT_IN.get(kind)
    return translated(found, voice.words) if found else None


def _points(occasion: Occasion, voice: Voice) -> str:
    told = voice.points(occasion.points)
    if not occasion.by_tier:
        return told
    by_tier = [
        voice.words.gettext(
            "{points} on “{tier}”", tier=voice.tier_name(tier), points=voice.points(occasion.by_tier[tier])
        )
        for tier in voice.in_tier_order(occasion.by_tier)
    ]
    return f"{told} ({', '.join(by_tier)})"


def _trigger(occasion: Occasion, voice: Voice) -> str:  # noqa: PLR0911 - one case a trigger
    words, trigger = voice.words, occasion.trigger
    match trigger:
        case OnBirthday(days_before=0):
            return words.gettext("on the birthday")
        case OnBirthday(days_before=days):
            return words.ngettext(
                "for the birthday, {count} day before it",
                "for the birthday, {count} days before it",
                days,
                count=days,
            )
        case OnCloseDate(days_before=days, kinds=kinds):
            return _close_date(days, kinds, voice)
        case OnBotJoined(messengers=messengers):
            if not messengers:
                return words.gettext("for joining the bot")
            names = join([MESSENGERS[each] for each in messengers], voice.language, either=True)
            return words.gettext("for joining the bot in {messengers}", messengers=names)
        case OnProfileFilled(fields=fields):
            named = join([words.gettext(PROFILE_FIELDS[each]) for each in fields], voice.language)
            return words.gettext("for a profile that has {fields}", fields=named)
        case OnEvent(event=event, where=where):
            told = words.gettext("for the event “{event}”", event=event_title(event, voice))
            if not where:
                return told
            tests = tell_tests(where, _find_kind(event, voice), words, voice.money)
            return words.gettext("{event} where {tests}", event=told, tests=tests)
        case _:
            assert_never(trigger)


def _close_date(days: int, kinds: tuple[str, ...], voice: Voice) -> str:
    words = voice.words
    if kinds:
        dates = join([words.gettext(CLOSE_DATES[each]) for each in kinds], voice.language, either=True)
        told = words.gettext("for {dates} of somebody close", dates=dates)
    else:
        told = words.gettext("for any day of somebody close")
    if not days:
        return told
    return words.ngettext(
        "{dates}, {count} day before it", "{dates}, {count} days before it", days, dates=told, count=days
    )


def _life(occasion: Occasion, voice: Voice) -> str:
    words = voice.words
    life = words.gettext(
        "{activation} and {expiry}",
        activation=words.gettext("can be spent at once")
        if isinstance(occasion.activation or AtOnce(), AtOnce)
        else tell_activation(occasion.activation or AtOnce(), voice),
        expiry=tell_expiry(occasion.expiry or voice.program.expiry, voice),
    )
    told = words.gettext("these points {life}", life=life)
    if occasion.grant_cap is not None:
        told = f"{told}, {tell_grant_cap(occasion.grant_cap, voice)}"
    return told
