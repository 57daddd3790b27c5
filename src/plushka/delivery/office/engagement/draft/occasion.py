"""One occasion as a form."""

from collections.abc import Sequence
from typing import Literal, assert_never

from msgspec import structs

from plushka.delivery.office.engagement.draft import life
from plushka.delivery.office.engagement.draft.typist import Typed, Typist, one, tick, under
from plushka.delivery.office.engagement.draft.when import read_when, write_when
from plushka.delivery.office.events.tests import read_tests, write_tests
from plushka.delivery.web.forms import Form
from plushka.domain.events.model import EventKind
from plushka.engine.occasion_parts import (
    CloseDateKind,
    Messenger,
    OccasionBudget,
    Often,
    OnBirthday,
    OnBotJoined,
    OnCloseDate,
    OnEvent,
    OnProfileFilled,
    ProfileField,
    Trigger,
)
from plushka.engine.program import Occasion, Program
from plushka.platform.i18n import Translator

TRIGGERS = ("birthday", "close_date", "bot_joined", "profile_filled", "event")
MESSENGERS: tuple[Messenger, ...] = ("telegram", "max", "vk")
FIELDS: tuple[ProfileField, ...] = ("name", "sex", "birthday", "phone", "email", "close_date")
CLOSE_DATES: tuple[CloseDateKind, ...] = ("birthday", "wedding", "other")
LIMITS: tuple[Literal["ever", "year", "month", "days"], ...] = ("ever", "year", "month", "days")
BUDGET_OF: tuple[Literal["uses", "points"], ...] = ("uses", "points")
BUDGET_WINDOWS: tuple[Literal["month", "always"], ...] = ("month", "always")
_DAYS_BEFORE_MAX = 60
_TIMES_MAX = 1000
_DAYS_MAX = 3650
_POINTS_MAX = 10**12
_BUDGET_MAX = 10**15
DEFAULT_EVENT = "review"
WHERE = "where"


def kind_of(event: str, kinds: Sequence[EventKind]) -> EventKind | None:
    """Return a kind of events that is taken now; without a name the first."""
    return next((kind for kind in kinds if kind.name == (event or DEFAULT_EVENT)), None)


def write_occasion(occasion: Occasion, typist: Typist, kinds: Sequence[EventKind]) -> Typed:
    """Return the occasion as texts of the form."""
    limit, budget = occasion.limit, occasion.budget
    most = ""
    if budget is not None:
        most = typist.points(budget.most) if budget.of == "points" else str(budget.most)
    return {
        **one(
            name=occasion.name,
            running=tick(on=not occasion.is_paused),
            points=typist.points(occasion.points),
            limit=limit.per if limit else "",
            times=str(limit.times) if limit else "1",
            limit_days=str(limit.days) if limit and limit.days else "",
            budget=most,
            budget_of=budget.of if budget else "uses",
            budget_window=budget.window if budget else "month",
        ),
        **under("tier_points", {tier: [typist.points(points)] for tier, points in occasion.by_tier.items()}),
        **_write_trigger(occasion.trigger, typist, kinds),
        **life.write_activation("activation", occasion.activation),
        **life.write_expiry("expiry", occasion.expiry),
        **life.write_grant_cap("grant", occasion.grant_cap, typist),
        **write_when(occasion.when, typist),
    }


def _write_trigger(trigger: Trigger, typist: Typist, kinds: Sequence[EventKind]) -> Typed:
    match trigger:
        case OnBirthday(days_before=days):
            return one(trigger="birthday", days_before=str(days))
        case OnCloseDate(days_before=days, kinds=dates):
            return {**one(trigger="close_date", days_before=str(days)), "close_dates": list(dates)}
        case OnBotJoined(messengers=messengers):
            return {**one(trigger="bot_joined"), "messengers": list(messengers)}
        case OnProfileFilled(fields=fields):
            return {**one(trigger="profile_filled"), "fields": list(fields)}
        case OnEvent(event=event, where=where):
            kind = kind_of(event, kinds)
            tests = write_tests(where, kind, WHERE, typist) if kind else {}
            return {**one(trigger="event", event=event), **tests}
        case _:
            assert_never(trigger)


def read_occasion(
    form: Form, occasion: Occasion, program: Program, words: Translator, kinds: Sequence[EventKind]
) -> Occasion:
    """Return the occasion as it was typed over ``occasion``, which it is itself where it means the same.

    A field that cannot be read has a problem in ``form``.
    """
    typist = Typist(words.language, program.currency, program.point.scale)
    read = _read(form, occasion, program, words, kinds)
    return (
        occasion if write_occasion(read, typist, kinds) == write_occasion(occasion, typist, kinds) else read
    )


def _read(
    form: Form, occasion: Occasion, program: Program, words: Translator, kinds: Sequence[EventKind]
) -> Occasion:
    scale = program.point.scale
    tiers = program.tiers.tiers if program.tiers else ()
    by_tier = {
        tier.id: form.number(
            f"tier_points.{tier.id}", decimals=scale, least=1, most=_POINTS_MAX, required=False
        )
        for tier in tiers
    }
    points = form.number("points", decimals=scale, least=1, most=_POINTS_MAX)
    return structs.replace(
        occasion,
        name=form.text("name") or occasion.name,
        trigger=_read_trigger(form, program, words, kinds) or occasion.trigger,
        points=points or occasion.points,
        by_tier={tier: given for tier, given in by_tier.items() if given},
        when=read_when(form, words, currency=program.currency),
        activation=life.read_activation(form, "activation", inherits=True),
        expiry=life.read_expiry(form, "expiry", inherits=True),
        grant_cap=life.read_grant_cap(form, "grant"),
        limit=_read_limit(form),
        budget=_read_budget(form, scale),
        is_paused=not form.flag("running"),
    )


def _read_trigger(  # noqa: PLR0911 - one case a trigger
    form: Form, program: Program, words: Translator, kinds: Sequence[EventKind]
) -> Trigger | None:
    match form.choice("trigger", TRIGGERS, default="birthday"):
        case "birthday":
            return OnBirthday(_days_before(form))
        case "close_date":
            chosen = form.values("close_dates")
            return OnCloseDate(_days_before(form), tuple(kind for kind in CLOSE_DATES if kind in chosen))
        case "bot_joined":
            chosen = form.values("messengers")
            return OnBotJoined(tuple(each for each in MESSENGERS if each in chosen))
        case "profile_filled":
            fields = tuple(field for field in FIELDS if field in form.values("fields"))
            if not fields:
                form.fail("fields", words.gettext("Say what must be filled in."))
                return None
            return OnProfileFilled(fields)
        case "event":
            event = form.choice("event", [kind.name for kind in kinds], default=DEFAULT_EVENT)
            kind = kind_of(event, kinds) if event else None
            if kind is None:
                return None
            return OnEvent(kind.name, read_tests(form, kind, WHERE, program.currency, words))
        case _:
            return None


def _days_before(form: Form) -> int:
    return form.number("days_before", most=_DAYS_BEFORE_MAX, required=False) or 0


def _read_limit(form: Form) -> Often | None:
    if not form.value("limit"):
        return None
    per = form.choice("limit", LIMITS)
    times = form.number("times", least=1, most=_TIMES_MAX)
    days = form.number("limit_days", least=1, most=_DAYS_MAX) if per == "days" else None
    if per is None or not times or (per == "days" and not days):
        return None
    return Often(times, per, days)


def _read_budget(form: Form, scale: int) -> OccasionBudget | None:
    of = form.choice("budget_of", BUDGET_OF, default="uses")
    window = form.choice("budget_window", BUDGET_WINDOWS, default="month")
    most = form.number(
        "budget", decimals=scale if of == "points" else 0, least=1, most=_BUDGET_MAX, required=False
    )
    return OccasionBudget(of, most, window) if of and window and most else None
