"""The branch's clock, wherever it is put forward and back."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from plushka.engine.local_time import moment
from plushka.engine.purchase import Place

MINUTE, QUARTER, DAY = timedelta(minutes=1), timedelta(minutes=15), timedelta(days=1)


@pytest.mark.parametrize(
    ("time_zone", "day"),
    [
        ("Europe/Berlin", datetime(2026, 3, 29, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 10, 25, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2026, 4, 4, tzinfo=UTC)),
        ("America/St_Johns", datetime(2010, 11, 7, tzinfo=UTC)),
        ("Pacific/Apia", datetime(2011, 12, 30, tzinfo=UTC)),
        ("Africa/Monrovia", datetime(1972, 1, 7, tzinfo=UTC)),
        ("Asia/Kathmandu", datetime(2026, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_moment_is_what_the_clock_on_the_wall_shows(time_zone: str, day: datetime) -> None:
    place = Place(branch="", time_zone=time_zone)
    for quarters in range(-96, 2 * 96):
        for at in (day + quarters * QUARTER, day + quarters * QUARTER + MINUTE):
            wall = at.astimezone(ZoneInfo(time_zone))
            told = moment(at, place)
            minute = wall.hour * 60 + wall.minute
            business_date = (
                wall if minute >= place.day_starts_minutes else wall.replace(tzinfo=None) - DAY
            ).date()
            assert (told.business_date, told.weekday, told.minute) == (
                business_date,
                business_date.isoweekday(),
                minute,
            )
