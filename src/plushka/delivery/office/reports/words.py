"""Periods and comparisons as the bar calls them."""

from datetime import date

from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.blocks import Empty
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.reports.period import Comparison, Kind, Period
from plushka.engine.expiry import add_months
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


def no_receipts(visit: Visit) -> Empty:
    return Empty(
        visit.words.gettext("No receipts in this period"),
        visit.words.gettext("Choose other days, or wait for the first receipt of a till."),
    )


def of_all_programs(asked: Asked, visit: Visit) -> tuple[str, ...]:
    """Return the note of figures that do not tell programmes apart, where one was asked for."""
    return (visit.words.gettext("Of all programmes together."),) if asked.program_id else ()


def whole_months(period: Period) -> tuple[date, date]:
    """Return the whole months that a period touches, for sums that are kept by month: the first, and where they end."""
    return period.from_on.replace(day=1), add_months(period.last_on.replace(day=1), 1)


def of_months(first: date, until: date, visit: Visit) -> str:
    """Return the note that says of which whole months figures are."""
    last = add_months(until, -1)
    gettext = visit.words.gettext
    if first == last:
        return gettext("Of the whole month: {month}.", month=told_month(first, visit))
    return gettext(
        "Of whole months: {first} – {last}.", first=told_month(first, visit), last=told_month(last, visit)
    )
