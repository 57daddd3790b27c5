"""What stands in an address after the question mark: people edit it, so nonsense counts as not chosen."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from plushka.engine.local_time import instant

TEXT_LENGTH_MAX = 200
YEARS = (2000, 2199)
"""Further than this no clock of ours goes, and arithmetic with the last day of time fails."""
UNITS_MAX = 10**15
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{0,10})?", re.ASCII)


def text_of(query: Mapping[str, str], name: str) -> str:
    return query.get(name, "").replace("\0", "").strip()[:TEXT_LENGTH_MAX]


def id_of(query: Mapping[str, str], name: str) -> UUID | None:
    try:
        return UUID(query.get(name, ""))
    except ValueError:
        return None


def day_of(query: Mapping[str, str], name: str) -> date | None:
    try:
        day = date.fromisoformat(query.get(name, ""))
    except ValueError:
        return None
    return day if YEARS[0] <= day.year <= YEARS[1] else None


def span(first_on: date | None, last_on: date | None, zone: str) -> tuple[datetime | None, datetime | None]:
    """Return the moment at which the first day begins by the clock of ``zone``, and that at which the last is over."""
    return (
        instant(first_on, 0, zone) if first_on else None,
        instant(last_on + timedelta(days=1), 0, zone) if last_on else None,
    )


def units_of(text: str, decimals: int) -> int | None:
    """Return a number as people write it, exactly, in units of ``10 ** -decimals``."""
    plain = "".join(text.split()).replace(",", ".").replace("\N{MINUS SIGN}", "-")
    if not _NUMBER.fullmatch(plain):
        return None
    units = Decimal(plain).scaleb(decimals)
    return int(units) if units == units.to_integral_value() and abs(units) <= UNITS_MAX else None
