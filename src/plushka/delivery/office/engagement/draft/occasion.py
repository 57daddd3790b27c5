"""One occasion as a form."""

from collections.abc import Mapping, Sequence
from typing import Literal, assert_never

from msgspec import structs

from plushka.delivery.office.engagement.draft import life
from plushka.delivery.office.engagement.draft.typist import Typed, Typist, one, tick, under
from plushka.delivery.office.engagement.draft.when import read_when, write_when
from plushka.delivery.web.forms import Form
from plushka.domain.events.model import EventKind, FieldType
from plushka.engine.occasion_parts import (
    CloseDateKind,
    FieldTest,
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
from plushka.platform.i18n import Translator, currency_decimals

TRIGGERS = ("birthday", "close_date", "bot_joined", "profile_filled", "event")
MESSENGERS: tuple[Messenger, ...] = ("telegram", "max", "vk")
FIELDS: tuple[ProfileField, ...] = ("name", "sex", "birthday", "phone", "email", "close_date")
CLOSE_DATES: tuple[CloseDateKind, ...] = ("birthday", "wedding", "other")
LIMITS: tuple[Literal["ever", "year", "month", "days"], ...] = ("ever", "year", "month", "days")
BUDGET_OF: tuple[Literal["uses", "points"], ...] = ("uses", "points")
BUDGET_WINDOWS: tuple[Literal["month", "always"], ...] = ("month", "always")
TESTS = ("at_least", "at_most", "equals", "yes", "no")
TESTS_MAX = 10
_DAYS_BEFORE_MAX = 60
_TIMES_MAX = 1000
_DAYS_MAX = 3650
_POINTS_MAX = 10**12
_BUDGET_MAX = 10**15
_NUMBER_MAX = 10**15
_VALUE_LENGTH_MAX = 200

FieldTypes = Mapping[tuple[str, str], FieldType]


def types_of(kinds: Sequence[EventKind]) -> FieldTypes:
    """Return the types of the fields of all kinds of events, by kind and field."""
    return {(kind.name, each.name): each.type for kind in kinds for each in kind.fields}


def write_occasion(occasion: Occasion, typist: Typist, types: FieldTypes) -> Typed:
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
        **_write_trigger(occasion.trigger, typist, types),
        **life.write_activation("activation", occasion.activation),
        **life.write_expiry("expiry", occasion.expiry),
        **life.write_grant_cap("grant", occasion.grant_cap, typist),
        **write_when(occasion.when, typist),
    }


def _write_trigger(trigger: Trigger, typist: Typist, types: FieldTypes) -> Typed:
    match trigger:
        case OnBirthday(days_before=days):
            return one(trigger="birthday", days_before=str(days))
        case OnCloseDate(days_before=days, kinds=kinds):
            return {**one(trigger="close_date", days_before=str(days)), "close_dates": list(kinds)}
        case OnBotJoined(messengers=messengers):
            return {**one(trigger="bot_joined"), "messengers": list(messengers)}
        case OnProfileFilled(fields=fields):
            return {**one(trigger="profile_filled"), "fields": list(fields)}
        case OnEvent(event=event, where=where):
            rows = [row for test in where for row in _rows(test, typist, types.get((event, test.field)))]
            typed: Typed = {
                **one(trigger="event", event=event),
                "tests": [str(key) for key in range(len(rows))],
            }
            for key, (field, how, value) in enumerate(rows):
                typed |= under(f"test.{key}", one(field=field, how=how, value=value))
            return typed
        case _:
            assert_never(trigger)


def _rows(test: FieldTest, typist: Typist, kind: FieldType | None) -> list[tuple[str, str, str]]:
    if isinstance(test.equals, bool):
        return [(test.field, "yes" if test.equals else "no", "")]
    if test.equals is not None:
        return [(test.field, "equals", test.equals)]
    bounds = (("at_least", test.at_least), ("at_most", test.at_most))
    tell = typist.money if kind == "money" else typist.number
    return [(test.field, how, tell(value)) for how, value in bounds if value is not None]


def read_occasion(
    form: Form, occasion: Occasion, program: Program, words: Translator, kinds: Sequence[EventKind]
) -> Occasion:
    """Return the occasion as it was typed over ``occasion``, which it is itself where it means the same.

    A field that cannot be read has a problem in ``form``.
    """
    typist = Typist(words.language, program.currency, program.point.scale)
    types = types_of(kinds)
    read = _read(form, occasion, program, words, types)
    return (
        occasion if write_occasion(read, typist, types) == write_occasion(occasion, typist, types) else read
    )


def _read(form: Form, occasion: Occasion, program: Program, words: Translator, types: FieldTypes) -> Occasion:
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
        trigger=_read_trigger(form, program, words, types) or occasion.trigger,
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
    form: Form, program: Program, words: Translator, types: FieldTypes
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
            event = form.choice("event", tuple(dict.fromkeys(kind for kind, _ in types)), default="review")
            if event is None:
                return None
            return OnEvent(event, _read_tests(form, event, program, words, types))
        case _:
            return None


def _days_before(form: Form) -> int:
    return form.number("days_before", most=_DAYS_BEFORE_MAX, required=False) or 0


def _read_tests(
    form: Form, event: str, program: Program, words: Translator, types: FieldTypes
) -> tuple[FieldTest, ...]:
    tests = []
    for key in form.values("tests")[:TESTS_MAX]:
        prefix = f"test.{key}"
        field, how = form.value(f"{prefix}.field"), form.choice(f"{prefix}.how", TESTS, default="at_least")
        kind = types.get((event, field))
        if kind is None:
            form.fail(f"{prefix}.field", words.gettext("Choose a field of this kind of events."))
        elif how in {"yes", "no"}:
            tests.append(FieldTest(field, equals=how == "yes"))
        elif how == "equals":
            text = form.text(f"{prefix}.value", length_max=_VALUE_LENGTH_MAX)
            if text:
                tests.append(FieldTest(field, equals=text))
        else:
            decimals = currency_decimals(program.currency) if kind == "money" else 0
            number = form.number(f"{prefix}.value", decimals=decimals, most=_NUMBER_MAX)
            if number is not None:
                tests.append(
                    FieldTest(field, at_least=number)
                    if how == "at_least"
                    else FieldTest(field, at_most=number)
                )
    return tuple(tests)


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
