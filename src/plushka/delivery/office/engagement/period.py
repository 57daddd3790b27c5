"""The days of a coupon or a promotion in words, and where it stands among them."""

from datetime import date
from typing import Literal

from plushka.delivery.office.visit import Visit
from plushka.engine.spans import Span
from plushka.platform.i18n import marked

State = Literal["running", "planned", "paused", "draft", "ended"]
STATES: dict[State, str] = {
    "running": marked("on"),
    "planned": marked("to come"),
    "paused": marked("paused"),
    "draft": marked("in the draft only"),
    "ended": marked("over"),
}
"""In the order in which the calendar lists them."""
SPAN_WORDS: dict[Span, str] = {
    "always": marked("for all time"),
    "day": marked("a day"),
    "month": marked("a month"),
    "year": marked("a year"),
}
"""Within which a limit or a budget counts."""


def stage(first_on: date | None, last_on: date | None, today: date, *, is_paused: bool) -> State:
    """Return where what is published stands today; what is over is over, paused or not."""
    if last_on is not None and last_on < today:
        return "ended"
    if is_paused:
        return "paused"
    return "planned" if first_on is not None and first_on > today else "running"


def tell_period(first_on: date | None, last_on: date | None, visit: Visit) -> str:
    """Return from when to when, both days inclusive; None: without a bound."""
    gettext, told = visit.words.gettext, visit.figures
    if first_on and last_on:
        return gettext("from {first} to {last}", first=told.day(first_on), last=told.day(last_on))
    if first_on:
        return gettext("since {first}", first=told.day(first_on))
    if last_on:
        return gettext("until {last} inclusive", last=told.day(last_on))
    return gettext("at any time")
