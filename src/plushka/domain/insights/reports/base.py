"""How the base of members grows and buys, month by month."""

from datetime import date

from msgspec import Struct

from plushka.domain.insights.reports.period import Period
from plushka.engine.expiry import add_months
from plushka.engine.local_time import instant
from plushka.platform.database import Tx


class BaseMonth(Struct, frozen=True):
    """``enrolled``: joined in the month. ``first_bought``: bought for the first time. ``buyers``: bought at least once.

    ``base``: all who had joined when it ended, deleted and merged ones left out as they are now.
    """

    month_on: date
    enrolled: int
    first_bought: int
    buyers: int
    base: int


async def list_base_months(tx: Tx, months: list[date], time_zone: str) -> list[BaseMonth]:
    """Return the base in each of ``months``, which are neighbours in order."""
    if not months:
        return []
    first, until = months[0], add_months(months[-1], 1)
    enrolled = await _enrolled(tx, first, until, time_zone)
    rows = await tx.fetch(
        """
        -- insights.list_buyers_by_month
        select month_on, count(*) as buyers from member_months
        where tenant_id = $1 and month_on >= $2 and month_on < $3
        group by month_on
        """,
        tx.tenant_id,
        first,
        until,
    )
    buyers = {row["month_on"]: row["buyers"] for row in rows}
    rows = await tx.fetch(
        """
        -- insights.list_first_buyers_by_month
        select date_trunc('month', first_on)::date as month_on, count(*) as members from member_paths
        where tenant_id = $1 and first_on >= $2 and first_on < $3
        group by 1
        """,
        tx.tenant_id,
        first,
        until,
    )
    first_bought = {row["month_on"]: row["members"] for row in rows}
    base, lines = enrolled.get(None, 0), []
    for month in months:
        base += enrolled.get(month, 0)
        lines.append(
            BaseMonth(month, enrolled.get(month, 0), first_bought.get(month, 0), buyers.get(month, 0), base)
        )
    return lines


async def _enrolled(tx: Tx, first: date, until: date, time_zone: str) -> dict[date | None, int]:
    """Return how many joined in each month by the business's clock, and under None how many before all of them."""
    rows = await tx.fetch(
        """
        -- insights.list_enrolled_by_month
        select case when enrolled_at >= $3 then date_trunc('month', enrolled_at at time zone $2)::date end as month_on,
               count(*) as members
        from members
        where tenant_id = $1 and enrolled_at < $4 and merged_into is null and erased_at is null
        group by 1
        """,
        tx.tenant_id,
        time_zone,
        instant(first, 0, time_zone),
        instant(until, 0, time_zone),
    )
    return {row["month_on"]: row["members"] for row in rows}


async def count_enrolled(tx: Tx, period: Period, time_zone: str) -> int:
    """Return how many joined in a period by the business's clock and are members still."""
    count: int = await tx.fetchval(
        """
        -- insights.count_enrolled
        select count(*) from members
        where tenant_id = $1 and enrolled_at >= $2 and enrolled_at < $3 and merged_into is null and erased_at is null
        """,
        tx.tenant_id,
        instant(period.from_on, 0, time_zone),
        instant(period.until_on, 0, time_zone),
    )
    return count
