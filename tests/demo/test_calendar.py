"""The year ends yesterday; weekdays and the clock on the wall stay."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from plushka.demo import calendar, dataset

WEEK = [date(2026, 11, 22) + timedelta(days=day) for day in range(7)]


@pytest.fixture(scope="module")
def baskets() -> pl.DataFrame:
    return dataset.read_year().baskets


@pytest.mark.parametrize("yesterday", WEEK, ids=str)
def test_the_year_ends_yesterday_and_keeps_weekday_and_hour(baskets: pl.DataFrame, yesterday: date) -> None:
    moved = baskets.select(
        before="local_at",
        after=calendar.occurred_at(pl.col("local_at"), yesterday).dt.convert_time_zone(dataset.TIME_ZONE),
    )
    assert moved["after"].dt.date().max() == yesterday
    assert moved.select(pl.col("after").min()).item() >= calendar.opens_at(yesterday)
    assert (moved["after"].dt.weekday() == moved["before"].dt.weekday()).all()
    skipped = moved.filter(pl.col("after").dt.time() != pl.col("before").dt.time())
    assert skipped["before"].dt.hour().is_in([2]).all()
    assert skipped.height < 10


def moved(wall_clock: datetime, *, yesterday: date) -> datetime:
    frame = pl.DataFrame({"at": [wall_clock]})
    instant: datetime = frame.select(calendar.occurred_at(pl.col("at"), yesterday)).item()
    return instant


def test_summer_and_winter_time_are_those_of_the_new_date() -> None:
    # 4 November 2017 was still summer time; 52 weeks and 9 years on, 7 November 2026 is not.
    assert moved(datetime.fromisoformat("2017-11-04 12:00"), yesterday=date(2027, 1, 3)) == datetime(
        2026, 11, 7, 17, tzinfo=UTC
    )
    assert moved(datetime.fromisoformat("2017-07-01 12:00"), yesterday=date(2027, 1, 3)).hour == 16


def test_an_hour_that_the_new_date_skips_becomes_the_next() -> None:
    # In 2026 clocks go forward on 8 March, 3353 days after 1 January 2017.
    yesterday = date(2027, 1, 3)
    source = datetime.fromisoformat("2026-03-08 02:30") - calendar.shift(yesterday)
    assert moved(source, yesterday=yesterday) == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize("yesterday", WEEK, ids=str)
def test_the_day_of_the_first_load_is_found_again_from_the_opening(yesterday: date) -> None:
    assert calendar.yesterday_of(calendar.opens_at(yesterday).astimezone(UTC)) == yesterday


def test_yesterday_is_the_shops_yesterday() -> None:
    assert calendar.yesterday_at(datetime(2026, 11, 23, 4, 59, tzinfo=UTC)) == date(2026, 11, 21)
