"""When points begin and cease to be spendable (S4, S5). Instants are UTC and half-open."""

from calendar import monthrange
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import assert_never
from zoneinfo import ZoneInfo

from plushka.engine.local_time import instant
from plushka.engine.program import (
    ActivationPolicy,
    AfterDays,
    AtOnce,
    ExpiryCalendar,
    ExpiryFixed,
    ExpiryNever,
    ExpiryPolicy,
    ExpirySliding,
)

DAY = timedelta(days=1)
SHORTEST_MONTH_DAYS = 28
MONTHS_OF = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}


def active_on(policy: ActivationPolicy, business_date: date) -> date:
    """Return the business day on which points earned on ``business_date`` become spendable."""
    match policy:
        case AtOnce():
            return business_date
        case AfterDays(days=days):
            return business_date + timedelta(days=days)
        case _:
            assert_never(policy)


def activates_at(
    policy: ActivationPolicy, active: date, time_zone: str, day_starts_minutes: int
) -> datetime | None:
    """Return the start of the business day ``active``, when the branch lets points be spent (S5); None: at once."""
    match policy:
        case AtOnce():
            return None
        case AfterDays():
            return instant(active, day_starts_minutes, time_zone)
        case _:
            assert_never(policy)


@lru_cache(maxsize=4096)
def expires_at(policy: ExpiryPolicy, active: date, time_zone: str) -> datetime | None:
    """Return 00:00 local of the day after the last valid day, for points active since ``active``; None: never."""
    last = last_valid_on(policy, active)
    return None if last is None else midnight_after(last, time_zone)


def last_valid_on(policy: ExpiryPolicy, active: date) -> date | None:
    """Return the last day on which points active since ``active`` can be spent.

    A sliding policy's answer is that of a member who does not buy again: see ``effective_expiry``.
    """
    match policy:
        case ExpiryNever():
            return None
        case ExpiryFixed(days=days, months=months, round_up_to=unit):
            later = add_months(active, months) if months is not None else active + timedelta(days=days or 0)
            return _end_of(unit, later)
        case ExpirySliding(days=days):
            return active + timedelta(days=days)
        case ExpiryCalendar(month=month, day=day):
            this_year = clamped(active.year, month, day)
            return this_year if this_year > active else clamped(active.year + 1, month, day)
        case _:
            assert_never(policy)


def effective_expiry(
    expires_at: datetime | None, sliding_days: int | None, last_purchase_on: date | None, time_zone: str
) -> datetime | None:
    """Return when a lot really expires: a sliding lot lives ``sliding_days`` past the member's last purchase.

    Computed when read, so a purchase extends all of a member's sliding lots without rewriting one
    of them. The later of the stored and the sliding moment counts: a purchase never shortens a lot,
    and a returned purchase takes back only what it gave.
    """
    if expires_at is None or sliding_days is None or last_purchase_on is None:
        return expires_at
    return max(expires_at, midnight_after(last_purchase_on + timedelta(days=sliding_days), time_zone))


def midnight_after(day: date, time_zone: str) -> datetime:
    """Return the instant at which ``day`` is over in ``time_zone``."""
    return instant(day + DAY, 0, time_zone)


def last_day(until: datetime, time_zone: str) -> date:
    """Return the last day in ``time_zone`` before ``until``, which is exclusive (S4)."""
    return (until - timedelta(microseconds=1)).astimezone(ZoneInfo(time_zone)).date()


def add_months(day: date, months: int) -> date:
    """Return the same day ``months`` later, or the last day of a month too short for it (S4)."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return clamped(year, month0 + 1, day.day)


def clamped(year: int, month: int, day: int) -> date:
    """Return the date, with ``day`` lowered to the month's last: 29 February is the 28th in common years (S15)."""
    return date(year, month, day if day <= SHORTEST_MONTH_DAYS else min(day, monthrange(year, month)[1]))


def period_start(unit: str, day: date) -> date:
    """Return the first day of the calendar month, quarter, half-year or year that ``day`` is in."""
    months = MONTHS_OF[unit]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def _end_of(unit: str, day: date) -> date:
    if unit == "day":
        return day
    if unit == "week":
        return day + timedelta(days=7 - day.isoweekday())
    return add_months(period_start(unit, day), MONTHS_OF[unit]) - DAY
