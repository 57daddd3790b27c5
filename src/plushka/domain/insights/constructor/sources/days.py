"""Dimensions of a day, the same in each source that knows one."""

from collections.abc import Mapping

from plushka.domain.insights.constructor.catalogue import Dimension
from plushka.platform.i18n import WEEKDAYS, marked

_WEEKDAYS = {str(number): title for number, title in enumerate(WEEKDAYS, start=1)}


def dimensions_of_day(day: str) -> Mapping[str, Dimension]:
    """Return day, week, month, quarter, year and day of the week of ``day``, SQL of a date."""
    return {
        "month": Dimension(
            marked("Month"), f"to_char(date_trunc('month', {day}), 'YYYY-MM-DD')", "month", rises=True
        ),
        "day": Dimension(marked("Each day"), f"to_char({day}, 'YYYY-MM-DD')", "day", rises=True),
        "week": Dimension(
            marked("Week, from Monday"),
            f"to_char(date_trunc('week', {day}), 'YYYY-MM-DD')",
            "day",
            rises=True,
        ),
        "quarter": Dimension(
            marked("Quarter, from the month"),
            f"to_char(date_trunc('quarter', {day}), 'YYYY-MM-DD')",
            "month",
            rises=True,
        ),
        "year": Dimension(marked("Year"), f"to_char({day}, 'YYYY')", "text", rises=True),
        "weekday": Dimension(
            marked("Day of the week"), f"extract(isodow from {day})::text", "weekday", words=_WEEKDAYS, rises=True
        ),
    }  # fmt: skip
