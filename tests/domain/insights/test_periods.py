"""Days of reports: pieces of the calendar as of a day, what they are compared with, and ratios that stay exact."""

from datetime import date

import pytest

from plushka.domain.insights.reports.period import (
    Comparison,
    Kind,
    Period,
    compared,
    custom,
    months_of,
    period_of,
)
from plushka.domain.insights.reports.ratio import Ratio, change, total

TODAY = date(2026, 5, 20)


@pytest.mark.parametrize(
    ("kind", "first", "last"),
    [
        ("days30", date(2026, 4, 21), TODAY),
        ("month", date(2026, 5, 1), TODAY),
        ("last_month", date(2026, 4, 1), date(2026, 4, 30)),
        ("quarter", date(2026, 4, 1), TODAY),
        ("year", date(2026, 1, 1), TODAY),
    ],
)
def test_a_period_ends_today_or_with_the_month_before(kind: Kind, first: date, last: date) -> None:
    period = period_of(kind, TODAY)
    assert (period.from_on, period.last_on) == (first, last)


@pytest.mark.parametrize(
    ("period", "comparison", "first", "last"),
    [
        # 30 days, and the 30 before them.
        (period_of("days30", TODAY), "previous", date(2026, 3, 22), date(2026, 4, 20)),
        # The month so far, and as much of the month before.
        (period_of("month", TODAY), "previous", date(2026, 4, 1), date(2026, 4, 20)),
        # 30 days of March are more than February has.
        (period_of("month", date(2026, 3, 30)), "previous", date(2026, 2, 1), date(2026, 2, 28)),
        # A whole month, and the whole month before, however long.
        (period_of("month", date(2026, 2, 28)), "previous", date(2026, 1, 1), date(2026, 1, 31)),
        (period_of("last_month", date(2026, 4, 2)), "previous", date(2026, 2, 1), date(2026, 2, 28)),
        # A quarter that has just begun is compared with the beginning of the quarter before, not with last month.
        (period_of("quarter", date(2026, 4, 10)), "previous", date(2026, 1, 1), date(2026, 1, 10)),
        (custom(date(2026, 2, 1), date(2026, 3, 31)), "previous", date(2025, 12, 1), date(2026, 1, 31)),
        (custom(date(2026, 2, 3), date(2026, 2, 9)), "previous", date(2026, 1, 27), date(2026, 2, 2)),
        (period_of("month", TODAY), "year", date(2025, 5, 1), date(2025, 5, 20)),
        # The whole of February in a leap year, and the whole of it in the year before.
        (custom(date(2024, 2, 1), date(2024, 2, 29)), "year", date(2023, 2, 1), date(2023, 2, 28)),
    ],
)
def test_a_period_is_compared_with_its_like(
    period: Period, comparison: Comparison, first: date, last: date
) -> None:
    before = compared(period, comparison)
    assert before is not None
    assert (before.from_on, before.last_on) == (first, last)


def test_nothing_is_compared_with_when_nothing_is_asked() -> None:
    assert compared(period_of("month", TODAY), "none") is None


def test_the_latest_months_of_a_period_are_those_shown() -> None:
    period = custom(date(2025, 11, 15), date(2026, 2, 2))
    assert months_of(period, at_most=3) == [date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)]
    assert months_of(period, at_most=12)[0] == date(2025, 11, 1)


def test_a_ratio_is_rounded_half_up_and_of_nothing_is_none() -> None:
    assert Ratio(1, 8).rounded(2) == 13
    assert Ratio(-1, 8).rounded(2) == -13
    assert Ratio(5, 0).rounded() is None


def test_a_total_is_weighted() -> None:
    # 1 of 2 and 0 of 8: 10 per cent of all, not 25.
    assert total([Ratio(1, 2), Ratio(0, 8)]).rounded(2) == 10


def test_a_change_is_exact_also_of_means() -> None:
    assert change(110, 100).rounded(4) == 1000
    # 100 a receipt, then 75.
    assert change(Ratio(300, 4), Ratio(200, 2)).rounded(4) == -2500
    assert change(5, 0).rounded() is None
    assert change(5, -10).rounded() is None
    assert change(Ratio(0, 0), 5).rounded() is None
