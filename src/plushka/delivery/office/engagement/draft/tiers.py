"""Tiers as a form: each with its name, colour and what lifts a member to it, and how tiers fall."""

import re
from typing import Literal

from plushka.delivery.office.engagement.draft.life import read_expiry, write_expiry
from plushka.delivery.office.engagement.draft.typist import TRUE, Typed, Typist, one, tick, under
from plushka.delivery.web.forms import Form
from plushka.engine.program import (
    Calendar,
    Lifetime,
    Metric,
    Program,
    Requirement,
    Rolling,
    TierReview,
    TierRule,
    Tiers,
    Window,
)
from plushka.platform.i18n import Translator

TIERS_MAX = 20
REQUIREMENTS_MAX = 10
COLOURS = ("#a8a29e", "#7c9a5e", "#8b9db3", "#d4a017", "#6b4fa0", "#2b2724")
"""What new tiers are painted with, from the lowest up."""
METRICS: tuple[Metric, ...] = ("spend", "visits", "points_earned", "active_friends")
Unit = Literal["day", "month", "quarter", "half_year", "year"]
Cycle = Literal["never", "month", "quarter", "half_year", "year", "anniversary"]
UNITS: tuple[Unit, ...] = ("day", "month", "quarter", "half_year", "year")
CYCLES: tuple[Cycle, ...] = ("never", "month", "quarter", "half_year", "year", "anniversary")
_COUNT_MAX = 10**15
_DAYS_MAX = 3650
_GRACE_MAX = 36_500
_DOWNGRADES: tuple[Literal["one_down", "to_fit"], ...] = ("one_down", "to_fit")
_MATCHES: tuple[Literal["all", "any"], ...] = ("all", "any")
_ID_LENGTH_MAX = 100
_COLOUR = re.compile("#[0-9a-f]{6}")


def write_tiers(program: Program, typist: Typist) -> Typed:
    """Return the tiers as texts of the form; where there are none yet, those that most begin with."""
    tiers = program.tiers
    typed = one(
        enabled=tick(on=tiers is not None),
        cycle=tiers.review.cycle if tiers else "never",
        downgrade=tiers.review.downgrade if tiers else "one_down",
        grace_days=str(tiers.review.grace_days) if tiers else "0",
        counts_now=tick(on=tiers is not None and tiers.upgrade_counts_now),
        returns=tick(on=tiers is not None and tiers.returns_downgrade),
    )
    rules = tiers.tiers if tiers else ()
    typed["tiers"] = [str(key) for key in range(len(rules))]
    for key, rule in enumerate(rules):
        typed |= under(f"tier.{key}", _write_tier(rule, typist))
    return typed


def _write_tier(rule: TierRule, typist: Typist) -> Typed:
    typed = one(
        id=rule.id,
        name=rule.name,
        colour=rule.colour or "",
        painted=tick(on=rule.colour is not None),
        match=rule.match,
        discount=typist.rate(rule.discount_bp) if rule.discount_bp else "",
    )
    typed["reqs"] = [str(key) for key in range(len(rule.requirements))]
    for key, requirement in enumerate(rule.requirements):
        typed |= under(f"req.{key}", _write_requirement(requirement, typist))
    return typed | write_expiry("expiry", rule.expiry)


def _write_requirement(requirement: Requirement, typist: Typist) -> Typed:
    amount = requirement.at_least
    match requirement.metric:
        case "spend":
            at_least = typist.money(amount)
        case "points_earned":
            at_least = typist.points(amount)
        case _:
            at_least = typist.number(amount)
    match requirement.window:
        case Lifetime():
            window, days = "lifetime", ""
        case Rolling(days=of_window):
            window, days = "rolling", str(of_window)
        case Calendar(unit=unit):
            window, days = unit, ""
    return one(metric=requirement.metric, at_least=at_least, window=window, days=days)


def read_tiers(form: Form, program: Program, words: Translator) -> Tiers | None:
    """Return the tiers typed; None: the programme has none."""
    if not form.flag("enabled"):
        return None
    keys = form.values("tiers")[:TIERS_MAX]
    rules = [
        _read_tier(form, f"tier.{key}", program, words, is_first=place == 0) for place, key in enumerate(keys)
    ]
    cycle = form.choice("cycle", CYCLES, default="never")
    downgrade = form.choice("downgrade", _DOWNGRADES, default="one_down")
    grace_days = form.number("grace_days", most=_GRACE_MAX, required=False)
    if not rules:
        form.fail("tiers", words.gettext("Add a tier, or switch tiers off."))
        return None
    return Tiers(
        tiers=tuple(rules),
        review=TierReview(
            cycle=cycle or "never", downgrade=downgrade or "one_down", grace_days=grace_days or 0
        ),
        upgrade_counts_now=form.flag("counts_now"),
        returns_downgrade=form.flag("returns"),
    )


def _read_tier(form: Form, prefix: str, program: Program, words: Translator, *, is_first: bool) -> TierRule:
    name = form.text(f"{prefix}.name")
    match = form.choice(f"{prefix}.match", _MATCHES, default="all")
    requirements = (
        []
        if is_first
        else [
            _read_requirement(form, f"{prefix}.req.{key}", program)
            for key in form.values(f"{prefix}.reqs")[:REQUIREMENTS_MAX]
        ]
    )
    return TierRule(
        id=form.value(f"{prefix}.id")[:_ID_LENGTH_MAX] or prefix,
        name=name or prefix,
        requirements=tuple(requirement for requirement in requirements if requirement is not None),
        match=match or "all",
        discount_bp=form.rate(f"{prefix}.discount", required=False) or 0,
        expiry=read_expiry(form, f"{prefix}.expiry", inherits=True),
        colour=_read_colour(form, prefix, words),
    )


def _read_requirement(form: Form, prefix: str, program: Program) -> Requirement | None:
    metric = form.choice(f"{prefix}.metric", METRICS)
    window = _read_window(form, prefix)
    at_least = f"{prefix}.at_least"
    match metric:
        case "spend":
            amount = form.money(at_least, program.currency, least=1)
        case "points_earned":
            amount = form.number(at_least, decimals=program.point.scale, least=1, most=_COUNT_MAX)
        case _:
            amount = form.number(at_least, least=1, most=_COUNT_MAX)
    return Requirement(metric, amount, window) if metric and amount and window else None


def _read_window(form: Form, prefix: str) -> Window | None:
    kind = form.value(f"{prefix}.window", "lifetime")
    if kind == "lifetime":
        return Lifetime()
    if kind == "rolling":
        days = form.number(f"{prefix}.days", least=1, most=_DAYS_MAX)
        return Rolling(days) if days else None
    unit = form.choice(f"{prefix}.window", UNITS)
    return Calendar(unit) if unit else None


def _read_colour(form: Form, prefix: str, words: Translator) -> str | None:
    if form.value(f"{prefix}.painted") != TRUE:
        return None
    colour = form.value(f"{prefix}.colour").lower()
    if not _COLOUR.fullmatch(colour):
        form.fail(f"{prefix}.colour", words.gettext("Enter a colour, such as #d4a017."))
        return None
    return colour
