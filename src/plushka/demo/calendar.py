"""Moves the data set's year so that it ends yesterday, keeping weekdays and the clock on the wall.

The year is turned, not only moved: a day keeps its weekday only when moved by whole weeks, and then some
last days would lie in the future. Those go 52 weeks back and open the year (docs/decisions/0041).
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from plushka.demo.dataset import TIME_ZONE

LAST_DAY = date(2017, 12, 31)
CLOSED_ON = date(2017, 12, 25)
YEAR = timedelta(weeks=52)
WEEK = timedelta(weeks=1)


def shift(yesterday: date) -> timedelta:
    """Return the least number of whole weeks after which ``yesterday`` is a day on which the shops were open."""
    least = -((LAST_DAY - yesterday) // WEEK) * WEEK
    return least + WEEK if yesterday - least == CLOSED_ON else least


def opens_at(yesterday: date) -> datetime:
    """Return the instant at which the first day of the shifted year begins: 00:00 in the shops' zone."""
    return datetime.combine(yesterday - YEAR, time(), ZoneInfo(TIME_ZONE))


def yesterday_of(opened_at: datetime) -> date:
    """Return the day that ``opens_at`` was told, so that a demo loaded on another day can be gone on with."""
    return opened_at.astimezone(ZoneInfo(TIME_ZONE)).date() + YEAR


def yesterday_at(now: datetime) -> date:
    """Return the day before the shops' present day."""
    return now.astimezone(ZoneInfo(TIME_ZONE)).date() - timedelta(days=1)


def occurred_at(local_at: pl.Expr, yesterday: date) -> pl.Expr:
    """Return the instant, in UTC, of a wall-clock time of the data set's year.

    A time that the target day skips in spring becomes the hour after it, as on a clock that was put
    forward; of a time that comes twice in autumn, the first is meant.
    """
    moved = local_at + shift(yesterday)
    turned = pl.when(moved.dt.date() > yesterday).then(moved - YEAR).otherwise(moved)
    return pl.coalesce(_instant(turned), _instant(turned + timedelta(hours=1)))


def turned_period(first_on: date, last_on: date, yesterday: date) -> tuple[date, date]:
    """Return the days of something that has a beginning and an end; it is turned as a whole, by its first day.

    What was on when the year ended is on now, so uses of it in the days that open the year are before its time.
    """
    moved = first_on + shift(yesterday), last_on + shift(yesterday)
    return (moved[0] - YEAR, moved[1] - YEAR) if moved[0] > yesterday else moved


def _instant(wall_clock: pl.Expr) -> pl.Expr:
    return wall_clock.dt.replace_time_zone(
        TIME_ZONE, ambiguous="earliest", non_existent="null"
    ).dt.convert_time_zone("UTC")
