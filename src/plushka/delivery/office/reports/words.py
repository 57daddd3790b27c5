"""Periods and comparisons as the bar calls them."""

from datetime import date

from plushka.delivery.office.visit import Visit
from plushka.domain.insights.reports.period import Comparison, Kind, Period
from plushka.platform.i18n import marked

PERIOD_WORDS: dict[Kind, str] = {
    "days30": marked("The last 30 days"),
    "month": marked("This month"),
    "last_month": marked("The last month"),
    "quarter": marked("This quarter"),
    "year": marked("This year"),
    "custom": marked("Days of my own"),
}
COMPARISON_WORDS: dict[Comparison, str] = {
    "previous": marked("with the days before"),
    "year": marked("with the same days a year ago"),
    "none": marked("do not compare"),
}


def told_period(period: Period, visit: Visit) -> str:
    """Return ``1 марта – 31 марта 2026``; a day alone is told once."""
    first, last = period.from_on, period.last_on
    if first == last:
        return visit.figures.full_day(last)
    told = visit.figures.day_of_month(first) if first.year == last.year else visit.figures.full_day(first)
    return f"{told} – {visit.figures.full_day(last)}"


def told_month(month: date, visit: Visit, *, short: bool = False) -> str:
    """Return ``март 2026``; ``short``, for the axis of a chart: ``март 26``."""
    year = f"{month.year % 100:02}" if short else str(month.year)
    return f"{visit.figures.month(month.month)} {year}"
