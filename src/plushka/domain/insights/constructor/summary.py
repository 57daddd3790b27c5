"""The figures of all rows of a report, kept with its file and told where the file is sent."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct

from plushka.domain.insights.constructor.grid import NOT_SAID, value_of
from plushka.domain.insights.constructor.model import Answer, Figure, Question
from plushka.domain.insights.constructor.sources import SOURCES
from plushka.domain.insights.reports.kinds import MEAN_DECIMALS, PARTS, PERCENT, Kind
from plushka.domain.insights.reports.ratio import Ratio
from plushka.platform.errors import Fact
from plushka.platform.i18n import (
    Language,
    format_money,
    format_number,
    format_percent,
    format_points_number,
    format_quantity,
    translator,
)

_decode = msgspec.json.Decoder(tuple[Figure, ...]).decode


class Units(Struct, frozen=True):
    """In what a business counts: its currency, and of how many decimals its points are."""

    currency: str
    points_scale: int


def summary_of(found: Answer) -> Mapping[str, Fact]:
    """Return the sums of an answer and its days as facts of a task; an answer without rows has none."""
    total = next((group for group in found.groups if not group.keys and group.column is None), None)
    if total is None:
        return {}
    facts: dict[str, Fact] = {"figures": msgspec.json.encode(total.figures).decode()}
    if found.period is not None:
        first_on, until_on = found.period
        facts |= {"first_on": first_on.isoformat(), "last_on": (until_on - timedelta(days=1)).isoformat()}
    return facts


def told_figures(
    question: Question, facts: Mapping[str, Fact], units: Units, language: Language
) -> tuple[tuple[str, str], ...]:
    """Return each measure of a question by its name with its figure of all rows, in words."""
    figures = _decode(str(facts.get("figures") or "[]"))
    if not figures:
        return ()
    measures = [SOURCES[question.source].measures[name] for name in question.measures]
    gettext = translator(language).gettext
    return tuple(
        (gettext(measure.title), _told(value_of(figure, measure), measure.kind, units, language))
        for measure, figure in zip(measures, figures, strict=True)
    )


def told_days(facts: Mapping[str, Fact]) -> Mapping[str, Any]:
    """Return the first and the last day of a summary, None where it is of all there are."""
    return {
        name: date.fromisoformat(str(facts[name])) if facts.get(name) else None
        for name in ("first_on", "last_on")
    }


def _told(value: int | Ratio | None, kind: Kind, units: Units, language: Language) -> str:
    if isinstance(value, Ratio) and (kind in PARTS or kind == "decimal"):
        return _told_quotient(value, kind, language)
    whole = value.rounded() if isinstance(value, Ratio) else value
    if whole is None:
        return NOT_SAID
    match kind:
        case "money":
            return format_money(whole, units.currency, language)
        case "points":
            return format_points_number(whole, units.points_scale, language)
        case "quantity":
            return format_quantity(whole, language)
        case _:
            return format_number(whole, language)


def _told_quotient(ratio: Ratio, kind: Kind, language: Language) -> str:
    scale = PERCENT + 2 if kind in PARTS else MEAN_DECIMALS
    told = ratio.rounded(scale)
    if told is None:
        return NOT_SAID
    if kind in PARTS:
        return format_percent(told, language)
    return format_number(Decimal(told).scaleb(-scale), language, decimals=scale)
