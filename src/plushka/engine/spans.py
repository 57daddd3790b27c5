"""Windows in which uses are counted: for all time, a business day, a calendar month or year."""

from datetime import date, timedelta
from typing import Literal

from plushka.engine.expiry import add_months

ShortSpan = Literal["always", "day", "month"]
Span = Literal["always", "day", "month", "year"]
ALWAYS = date(1970, 1, 1)
"""Where the window of all time begins."""


def since_of(span: Span, day: date) -> date:
    """Return the first day of the window that ``day`` is in."""
    match span:
        case "always":
            return ALWAYS
        case "day":
            return day
        case "month":
            return day.replace(day=1)
        case "year":
            return day.replace(month=1, day=1)


def until_of(span: Span, since: date) -> date:
    """Return the day after the last one of the window that begins at ``since``."""
    match span:
        case "always":
            return date.max
        case "day":
            return since + timedelta(days=1)
        case "month":
            return add_months(since, 1)
        case "year":
            return add_months(since, 12)
