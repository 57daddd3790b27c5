"""A rule of an automatic tag: in words, in the fields of its form, and read from them."""

from collections.abc import Sequence
from datetime import time
from typing import Any, assert_never

from msgspec import Struct

from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.domain.catalog.model import Category
from plushka.domain.segments.auto_tags.model import (
    AtHours,
    FullBaskets,
    Holds,
    LargeReceipts,
    LikesCategory,
    OnWeekdays,
    Rule,
)
from plushka.domain.segments.definitions import segments_in
from plushka.domain.segments.model import StoredSegment
from plushka.engine.conditions import Segment
from plushka.platform.i18n import WEEKDAYS_SHORT, join, marked

KINDS = {
    "hours": marked("comes at these hours"),
    "weekdays": marked("comes on these days of the week"),
    "category": marked("likes a category"),
    "large": marked("has the largest average receipts"),
    "baskets": marked("buys many things at once"),
    "audience": marked("is in a segment"),
}
READY: dict[str, tuple[str, Rule]] = {
    "morning": (marked("morning coffee"), AtHours(from_minute=5 * 60)),
    "evening": (marked("evening"), AtHours(from_minute=18 * 60, until_minute=23 * 60)),
    "weekend": (marked("weekend"), OnWeekdays()),
    "large": (marked("large receipt"), LargeReceipts()),
    "family": (marked("family"), FullBaskets()),
}
"""Rules to begin with; a category is the business's own."""
OFFERED_CATEGORIES_MAX = 500
_DAY_MINUTES = 24 * 60


class Goods(Struct, frozen=True):
    """What rules may name."""

    categories: Sequence[Category]
    segments: Sequence[StoredSegment]

    def category_name(self, code: str) -> str:
        return next((each.name for each in self.categories if each.code == code), code)

    def segment_name(self, segment_id: str) -> str:
        return next((each.name for each in self.segments if str(each.id) == segment_id), "…")


def told(rule: Rule, goods: Goods, visit: Visit) -> str:
    """Return the rule as a sentence about a member."""
    words, number = visit.words, visit.figures.number
    match rule:
        case Holds(audience=Segment(ids=ids)):
            names = join(
                [words.gettext("“{name}”", name=goods.segment_name(each)) for each in ids],
                visit.look.language,
                either=True,
            )
            return words.gettext("is in the segment {names}", names=names)
        case Holds(audience=audience):
            count = len(list(segments_in(audience)))
            return words.gettext("satisfies conditions, with segments: {count}", count=number(count))
        case AtHours():
            does = words.gettext(
                "{percent}% of receipts from {first} to {until}",
                percent=number(rule.percent_min),
                first=_clock(rule.from_minute),
                until=_clock(rule.until_minute),
            )
        case OnWeekdays():
            days = join(
                [words.gettext(WEEKDAYS_SHORT[day - 1]) for day in rule.weekdays], visit.look.language
            )
            does = words.gettext(
                "{percent}% of receipts on {days}", percent=number(rule.percent_min), days=days
            )
        case LikesCategory():
            does = words.gettext(
                "{percent}% of receipts have something of “{category}”",
                percent=number(rule.percent_min),
                category=goods.category_name(rule.category),
            )
        case LargeReceipts():
            does = words.gettext(
                "average receipt among the largest {percent}%", percent=number(rule.top_percent)
            )
        case FullBaskets():
            does = words.gettext("{lines} things in a receipt on average", lines=number(rule.lines_min))
        case _:
            assert_never(rule)
    return words.gettext(
        "{does}; of {receipts} receipts or more in {days} days",
        does=does,
        receipts=number(rule.receipts_min),
        days=number(rule.days),
    )


def typed(tag: str, rule: Rule) -> dict[str, str]:
    """Return a rule as it stands in the fields; days of the week stand in ``weekdays`` beside them."""
    fields = {"tag": tag, "kind": str(rule.__struct_config__.tag)}
    if not isinstance(rule, Holds):
        fields |= {"days": str(rule.days), "receipts_min": str(rule.receipts_min)}
    match rule:
        case Holds(audience=Segment(ids=ids)):
            fields["segment"] = ids[0]
        case AtHours():
            fields |= {"first": _clock(rule.from_minute), "until": _clock(rule.until_minute)}
            fields["percent_min"] = str(rule.percent_min)
        case OnWeekdays():
            fields["percent_min"] = str(rule.percent_min)
        case LikesCategory():
            fields |= {"category": rule.category, "percent_min": str(rule.percent_min)}
        case LargeReceipts():
            fields["top_percent"] = str(rule.top_percent)
        case FullBaskets():
            fields["lines_min"] = str(rule.lines_min)
        case _:
            pass
    return fields


def weekdays_of(rule: Rule) -> list[str]:
    return [str(day) for day in rule.weekdays] if isinstance(rule, OnWeekdays) else ["6", "7"]


def read(form: Form, goods: Goods, visit: Visit) -> Rule | None:
    """Return the rule that was typed; None with problems noted at the fields."""
    kind = form.choice("kind", tuple(KINDS))
    if kind == "audience":
        known = tuple(str(each.id) for each in goods.segments)
        segment = form.choice("segment", known)
        return None if segment is None else Holds(Segment((segment,)))
    days = form.number("days", least=7, most=1096)
    receipts = form.number("receipts_min", least=1, most=1000)
    percent = (
        form.number("percent_min", least=1, most=100) if kind in {"hours", "weekdays", "category"} else None
    )
    made = _of_kind(kind, form, goods, visit, percent)
    if made is None or days is None or receipts is None or not form.is_sound:
        return None
    habit: dict[str, Any] = {"days": days, "receipts_min": receipts}
    return made[0](**habit, **made[1])


def _of_kind(
    kind: str | None, form: Form, goods: Goods, visit: Visit, percent: int | None
) -> tuple[type[AtHours | OnWeekdays | LikesCategory | LargeReceipts | FullBaskets], dict[str, Any]] | None:
    """Return the kind of habit with what is its own; what could not be read is noted in the form."""
    if kind == "hours":
        return AtHours, {**_hours(form, visit), "percent_min": percent}
    if kind == "weekdays":
        chosen = tuple(day for day in range(1, 8) if str(day) in form.values("weekdays"))
        if not chosen:
            form.fail("weekdays", visit.words.gettext("Choose one of these."))
        return OnWeekdays, {"weekdays": chosen, "percent_min": percent}
    if kind == "category":
        return LikesCategory, {"category": _category(form, goods, visit), "percent_min": percent}
    if kind == "large":
        return LargeReceipts, {"top_percent": form.number("top_percent", least=1, most=100)}
    return (FullBaskets, {"lines_min": form.number("lines_min", least=2, most=200)}) if kind else None


def _hours(form: Form, visit: Visit) -> dict[str, int]:
    first, until = form.clock("first"), form.clock("until")
    if first is None or until is None:
        return {}
    if first == until:
        form.fail("until", visit.words.gettext("The end must be another time than the beginning."))
    return {"from_minute": _minute(first), "until_minute": _minute(until)}


def _category(form: Form, goods: Goods, visit: Visit) -> str:
    text = form.text("category", length_max=100)
    codes = [each.code for each in goods.categories if each.code == text]
    codes += [each.code for each in goods.categories if each.name.casefold() == text.casefold()]
    if text and not codes:
        form.fail("category", visit.words.gettext("There is no such category."))
    return codes[0] if codes else ""


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _clock(minute: int) -> str:
    return f"{minute % _DAY_MINUTES // 60:02}:{minute % 60:02}"
