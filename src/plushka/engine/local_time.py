"""The branch's clock: business days and local midnights (S15)."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from msgspec import Struct

from plushka.engine.purchase import Place

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_ORDINAL = EPOCH.toordinal()
HOUR = timedelta(hours=1)
DAY_MINUTES = 24 * 60


class Moment(Struct, frozen=True):
    """An instant as a branch sees it. ``weekday`` is the business day's, Monday = 1; ``minute`` is the clock's."""

    business_date: date
    weekday: int
    minute: int


def moment(at: datetime, place: Place) -> Moment:
    """Return what the branch's clock and calendar show at ``at`` (aware)."""
    return _moment(int(at.timestamp() // 60), place.time_zone, place.day_starts_minutes)


def moment_once(at: datetime, place: Place) -> Moment:
    """Return the same where many are asked for and hardly one comes again: it is neither looked for nor remembered."""
    return _shown(int(at.timestamp() // 60), place.time_zone, place.day_starts_minutes)


# Receipts of one till come many a minute, and converting a zone costs more than a rule.
@lru_cache(maxsize=4096)
def _moment(epoch_minute: int, time_zone: str, day_starts_minutes: int) -> Moment:
    return _shown(epoch_minute, time_zone, day_starts_minutes)


def _shown(epoch_minute: int, time_zone: str, day_starts_minutes: int) -> Moment:
    ahead = _ahead_on(epoch_minute // DAY_MINUTES, time_zone)
    if ahead is None:
        ahead = _ahead(EPOCH + timedelta(minutes=epoch_minute), time_zone)
    days, minute = divmod((epoch_minute * 60 + ahead) // 60, DAY_MINUTES)
    business_date = _business_date(days if minute >= day_starts_minutes else days - 1)
    return Moment(business_date, business_date.isoweekday(), minute)


@lru_cache(maxsize=4096)
def _business_date(epoch_day: int) -> date:
    """Return the day. Remembered: one that is the same object is found as a key without being compared."""
    return date.fromordinal(EPOCH_ORDINAL + epoch_day)


@lru_cache(maxsize=4096)
def _ahead_on(epoch_day: int, time_zone: str) -> int | None:
    """Return the seconds by which a clock is ahead of UTC all through a day of UTC; None: it is put forward or back."""
    start = EPOCH + timedelta(days=epoch_day)
    [ahead, *others] = {_ahead(start + hours * HOUR, time_zone) for hours in range(25)}
    return None if others else ahead


def _ahead(at: datetime, time_zone: str) -> int:
    local = at.astimezone(ZoneInfo(time_zone))
    return (local.replace(tzinfo=UTC) - at) // timedelta(seconds=1)


@lru_cache(maxsize=4096)
def instant(day: date, minute: int, time_zone: str) -> datetime:
    """Return the UTC instant at which the clock of ``time_zone`` shows ``minute`` of ``day``.

    A time that comes twice when clocks go back is its first coming. A time that is skipped when
    they go forward is as late after the jump as it would be without it (PEP 495): where midnight is
    skipped, the day begins at 01:00.
    """
    wall = datetime.combine(day, time(minute // 60, minute % 60), tzinfo=ZoneInfo(time_zone))
    return wall.astimezone(UTC)
