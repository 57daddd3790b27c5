"""The days that a report is of, and those that it is compared with."""

from datetime import date, timedelta
from typing import Literal

from msgspec import Struct

from plushka.engine.expiry import add_months

Kind = Literal["days30", "month", "last_month", "quarter", "year", "custom"]
Comparison = Literal["previous", "year", "none"]
_MONTHS: dict[Kind, int] = {"month": 1, "last_month": 1, "quarter": 3, "year": 12}
DAYS = 30


class Period(Struct, frozen=True):
    """Business days from ``from_on`` to the one before ``until_on``.

    ``months``: of which piece of the calendar it is the whole or the beginning, 0 if of none: what comes before it is
    then the same beginning of the piece before.
    """

    from_on: date
    until_on: date
    months: int = 0

    @property
    def days(self) -> int:
        return (self.until_on - self.from_on).days

    @property
    def last_on(self) -> date:
        return self.until_on - timedelta(days=1)


def period_of(kind: Kind, today: date) -> Period:
    """Return the period of this kind as of the business day ``today``, which is its last day unless it is over.

    A ``custom`` one says itself from when to when.
    """
    until_on, months = today + timedelta(days=1), _MONTHS.get(kind, 0)
    first = today.replace(day=1)
    match kind:
        case "month":
            return Period(first, until_on, months)
        case "last_month":
            return Period(add_months(first, -1), first, months)
        case "quarter":
            return Period(add_months(first, -((today.month - 1) % 3)), until_on, months)
        case "year":
            return Period(first.replace(month=1), until_on, months)
        case "days30" | "custom":
            return Period(until_on - timedelta(days=DAYS), until_on)


def custom(from_on: date, last_on: date) -> Period:
    """Return the days from the one to the other, both count; whole months are known as such."""
    until_on = last_on + timedelta(days=1)
    is_whole = from_on.day == 1 and until_on.day == 1
    months = (until_on.year - from_on.year) * 12 + until_on.month - from_on.month if is_whole else 0
    return Period(from_on, until_on, months)


def compared(period: Period, comparison: Comparison) -> Period | None:
    """Return the days that a period is compared with.

    ``previous``: as many days directly before it; of a piece of the calendar the same beginning of the piece before,
    at most the whole of it. ``year``: the same dates a year before.
    """
    match comparison:
        case "none":
            return None
        case "year":
            return Period(add_months(period.from_on, -12), add_months(period.until_on, -12), period.months)
        case "previous" if period.months:
            from_on = add_months(period.from_on, -period.months)
            is_whole = period.until_on == add_months(period.from_on, period.months)
            until_on = period.from_on if is_whole else min(from_on + timedelta(period.days), period.from_on)
            return Period(from_on, until_on, period.months)
        case "previous":
            return Period(period.from_on - timedelta(days=period.days), period.from_on)


def months_of(period: Period, *, at_most: int) -> list[date]:
    """Return the first days of the months that a period touches, the latest ``at_most``, in order."""
    months: list[date] = []
    month = period.last_on.replace(day=1)
    while month >= period.from_on.replace(day=1) and len(months) < at_most:
        months.append(month)
        month = add_months(month, -1)
    return months[::-1]
