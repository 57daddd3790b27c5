"""What is wrong with the life of points."""

from collections.abc import Iterator

from plushka.engine.check_conditions import Problem
from plushka.engine.expiry import clamped
from plushka.engine.program import ExpiryCalendar, ExpiryFixed, ExpiryPolicy

LEAP_YEAR = 2024


def expiry_problems(path: str, policy: ExpiryPolicy | None) -> Iterator[Problem]:
    """Find what makes no sense in a policy that stands at ``path``."""
    match policy:
        case ExpiryFixed(days=days, months=months) if (days is None) == (months is None):
            yield Problem(path, "days_or_months")
        case ExpiryCalendar(month=month, day=day) if clamped(LEAP_YEAR, month, day).day != day:
            yield Problem(path, "no_such_day", {"month": month, "day": day})
        case _:
            pass
