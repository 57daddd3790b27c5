"""What a point buys by the programme in force on a day."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction
from uuid import UUID
from zoneinfo import ZoneInfo

from plushka.domain.businesses.queries import get_business
from plushka.platform.database import Tx


class Prices:
    """The money that one unit of points buys, in minor units, day by day."""

    def __init__(self, since: Sequence[tuple[date, Fraction]]) -> None:
        """``since``: from which day on which price, the earliest first."""
        self.days = tuple(day for day, _ in since)
        self._prices = [price for _, price in since]

    def on(self, day: date) -> Fraction:
        """Return the price at the end of a day; before the first programme that of the first; 0 without any."""
        if not self._prices:
            return Fraction(0)
        return self._prices[max(bisect_right(self.days, day) - 1, 0)]


async def load_prices(tx: Tx, program_id: UUID | None) -> Prices:
    """Return the prices by all versions of a programme that have come into force, by the business's calendar."""
    zone = ZoneInfo((await get_business(tx)).time_zone)
    rows = await tx.fetch(
        """
        -- insights.load_prices
        select valid_from, coalesce((body #>> '{point,value_minor}')::bigint, 100) as value_minor,
               coalesce((body #>> '{point,scale}')::integer, 0) as scale
        from program_versions
        where tenant_id = $1 and program_id = $2 and valid_from <= $3
        order by valid_from, number
        """,
        tx.tenant_id,
        program_id,
        tx.at,
    )
    return Prices(
        [(_day(row["valid_from"], zone), Fraction(row["value_minor"], 10 ** row["scale"])) for row in rows]
    )


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()
