"""What a buyer brings: in a year (F196) and in all the time that they are one (F198)."""

from datetime import date

from msgspec import Struct

from plushka.domain.insights.reports.ratio import Ratio
from plushka.platform.database import Tx

ACTIVE_PURCHASES = 2
"""Who has bought so often, ever, is an active buyer."""


class Bought(Struct, frozen=True):
    """What so many members bought."""

    members: int
    receipts: int
    lines: int
    revenue_minor: int

    @property
    def revenue_each(self) -> Ratio:
        return Ratio(self.revenue_minor, self.members)

    @property
    def receipts_each(self) -> Ratio:
        return Ratio(self.receipts, self.members)

    @property
    def lines_each(self) -> Ratio:
        return Ratio(self.lines, self.members)

    @property
    def positions(self) -> Ratio:
        """Lines a receipt."""
        return Ratio(self.lines, self.receipts)


async def sum_active_year(tx: Tx, from_on: date, until_on: date) -> Bought:
    """Return what active buyers bought in whole months; those of them who bought in these at all are its members."""
    row = await tx.fetchrow(
        """
        -- insights.sum_active_year
        select count(*) as members, coalesce(sum(receipts), 0)::bigint as receipts,
               coalesce(sum(lines), 0)::bigint as lines, coalesce(sum(revenue_minor), 0)::bigint as revenue_minor
        from (
            select m.member_id, sum(m.receipts) as receipts, sum(m.lines) as lines,
                   sum(m.revenue_minor) as revenue_minor
            from member_months m
            join member_paths p on p.tenant_id = $1 and p.member_id = m.member_id and p.receipts >= $4
            where m.tenant_id = $1 and m.month_on >= $2 and m.month_on < $3
            group by m.member_id
        ) each
        """,
        tx.tenant_id,
        from_on,
        until_on,
        ACTIVE_PURCHASES,
    )
    return Bought(**row) if row else Bought(0, 0, 0, 0)


async def sum_lifetime(tx: Tx) -> Bought:
    """Return what all who ever bought have bought in all their time."""
    row = await tx.fetchrow(
        """
        -- insights.sum_lifetime
        select count(*) as members, coalesce(sum(receipts), 0)::bigint as receipts,
               coalesce(sum(lines), 0)::bigint as lines, coalesce(sum(revenue_minor), 0)::bigint as revenue_minor
        from member_paths where tenant_id = $1
        """,
        tx.tenant_id,
    )
    return Bought(**row) if row else Bought(0, 0, 0, 0)
