"""The branch's clock: business days and local midnights (S15)."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from msgspec import Struct

from plushka.engine.purchase import Place

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Moment(Struct, frozen=True):
    """An instant as a branch sees it. ``weekday`` is the business day's, Monday = 1; ``minute`` is the clock's."""

    business_date: date
    weekday: int
    minute: int


def moment(at: datetime, place: Place) -> Moment:
    """Return what the branch's clock and calendar show at ``at`` (aware)."""
    return _moment(int(at.timestamp() // 60), place.time_zone, place.day_starts_minutes)


# Receipts of one till come many a minute, and converting a zone costs more than a rule.
@lru_cache(maxsize=4096)
def _moment(epoch_minute: int, time_zone: str, day_starts_minutes: int) -> Moment:
    local = (EPOCH + epoch_minute * MINUTE).astimezone(ZoneInfo(time_zone))
    minute = local.hour * 60 + local.minute
    business_date = local.date() if minute >= day_starts_minutes else local.date() - timedelta(days=1)
    return Moment(business_date=business_date, weekday=business_date.isoweekday(), minute=minute)


@lru_cache(maxsize=4096)
def instant(day: date, minute: int, time_zone: str) -> datetime:
    """Return the UTC instant at which the clock of ``time_zone`` shows ``minute`` of ``day``.

    A time that comes twice when clocks go back is its first coming. A time that is skipped when
    they go forward is as late after the jump as it would be without it (PEP 495): where midnight is
    skipped, the day begins at 01:00.
    """
    wall = datetime.combine(day, time(minute // 60, minute % 60), tzinfo=ZoneInfo(time_zone))
    return wall.astimezone(UTC)
