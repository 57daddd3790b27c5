"""When a schedule comes due: hours of the business's clock, each day of its kind once."""

from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from plushka.engine.local_time import instant

Every = Literal["day", "week", "month"]
DAYS_OF_MONTH = 28
"""Days that every month has."""
_LOOK_DAYS = 32


class Rhythm(Struct, frozen=True):
    """``day``: of the week from 1 (Monday), or of the month; 0 of what is daily. ``hour``: of the business's clock."""

    every: Every
    day: int
    hour: int

    def falls_on(self, day: date) -> bool:
        match self.every:
            case "day":
                return True
            case "week":
                return day.isoweekday() == self.day
            case "month":
                return day.day == self.day


def last_slot(rhythm: Rhythm, at: datetime, zone: str) -> datetime:
    """Return the latest moment of a rhythm that is not after ``at``.

    An hour that comes twice is its first coming, one that is skipped is as late after the jump.
    """
    today = at.astimezone(ZoneInfo(zone)).date()
    slots = (_slot(rhythm, today - timedelta(days=back), zone) for back in range(-1, _LOOK_DAYS))
    return next(slot for slot in slots if slot is not None and slot <= at)


def next_slot(rhythm: Rhythm, at: datetime, zone: str) -> datetime:
    """Return the first moment of a rhythm after ``at``."""
    today = at.astimezone(ZoneInfo(zone)).date()
    slots = (_slot(rhythm, today + timedelta(days=ahead), zone) for ahead in range(-1, _LOOK_DAYS))
    return next(slot for slot in slots if slot is not None and slot > at)


def _slot(rhythm: Rhythm, day: date, zone: str) -> datetime | None:
    return instant(day, rhythm.hour * 60, zone) if rhythm.falls_on(day) else None
