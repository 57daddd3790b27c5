"""When it is bought: by the day of the week and the hour."""

from msgspec import Struct

from plushka.domain.insights.reports.scope import Scope
from plushka.platform.database import Tx


class Hour(Struct, frozen=True):
    """``weekday``: 1 is Monday, of the business day. ``hour``: by the clock of the branch."""

    weekday: int
    hour: int
    receipts: int
    revenue_minor: int


async def list_hours(tx: Tx, scope: Scope) -> list[Hour]:
    """Return each hour of the week with receipts, all weeks of the period together. Programmes are not told apart."""
    rows = await tx.fetch(
        """
        -- insights.list_hours
        select extract(isodow from business_date)::integer as weekday, hour, sum(receipts)::bigint as receipts,
               sum(revenue_minor)::bigint as revenue_minor
        from sales_hours
        where tenant_id = $1 and branch_id = any($2::uuid[]) and business_date >= $3 and business_date < $4
        group by weekday, hour
        having sum(receipts) > 0
        order by weekday, hour
        """,
        tx.tenant_id,
        scope.summed_branches,
        scope.period.from_on,
        scope.period.until_on,
    )
    return [Hour(**row) for row in rows]
