"""Where a bar stands among the months that the calendar shows. All days are inclusive."""

from calendar import monthrange
from datetime import date, timedelta

from msgspec import Struct

from plushka.engine.expiry import add_months

MONTHS_SHOWN = 3
MONTH_WIDTH = 1000
"""Every month is as wide as another, so that its name stands right above its days."""


class Bar(Struct, frozen=True):
    """A stretch of the row, in units of ``MONTH_WIDTH`` a month."""

    x: int
    width: int


class Months(Struct, frozen=True):
    """The months from ``first_on``, a first of a month."""

    first_on: date

    @property
    def last_on(self) -> date:
        return add_months(self.first_on, MONTHS_SHOWN) - timedelta(days=1)

    @property
    def all(self) -> list[date]:
        """The first day of each."""
        return [add_months(self.first_on, count) for count in range(MONTHS_SHOWN)]

    @property
    def width(self) -> int:
        return MONTHS_SHOWN * MONTH_WIDTH

    def bar(self, first_on: date | None, last_on: date | None) -> Bar | None:
        """Return the bar of a period (None: without a bound); None where it is all before or after these months."""
        begins, ends = max(first_on or date.min, self.first_on), min(last_on or date.max, self.last_on)
        if begins > ends:
            return None
        start, end = self._place(begins), self._place(ends + timedelta(days=1))
        return Bar(start, end - start)

    def _place(self, day: date) -> int:
        months = (day.year - self.first_on.year) * 12 + day.month - self.first_on.month
        return months * MONTH_WIDTH + (day.day - 1) * MONTH_WIDTH // monthrange(day.year, day.month)[1]


def months_of(text: str, today: date) -> Months:
    """Return the months from one that an address names, ``2026-11``; from this one where it names none."""
    try:
        first_on = date.fromisoformat(f"{text}-01")
    except ValueError:
        return Months(today.replace(day=1))
    # Near the ends of the calendar there are no three months, nor a page before or after.
    is_far = not date(2000, 1, 1) <= first_on <= date(2200, 1, 1)
    return Months(today.replace(day=1) if is_far else first_on)
