"""What a buyer brings: in a year (F196) and in all the time that they are one (F198)."""

from datetime import date

from msgspec import Struct

from plushka.domain.insights.reports.ratio import Ratio
from plushka.platform.database import Tx

ACTIVE_PURCHASES = 2
"""Who has bought so often, ever, is an active buyer."""


class ActiveYear(Struct, frozen=True):
    """What active buyers bought in a year: those of them who bought in it at all."""

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
    def positions(self) -> Ratio:
        return Ratio(self.lines, self.receipts)


class Lifetime(Struct, frozen=True):
    """What all who ever bought have bought in all their time; ``members`` is how many they are."""

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


async def sum_active_year(tx: Tx, from_on: date, until_on: date) -> ActiveYear:
    """Return the purchases of active buyers in whole months from ``from_on`` to before ``until_on``."""
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
    return ActiveYear(**row) if row else ActiveYear(0, 0, 0, 0)


async def sum_lifetime(tx: Tx) -> Lifetime:
    row = await tx.fetchrow(
        """
        -- insights.sum_lifetime
        select count(*) as members, coalesce(sum(receipts), 0)::bigint as receipts,
               coalesce(sum(lines), 0)::bigint as lines, coalesce(sum(revenue_minor), 0)::bigint as revenue_minor
        from member_paths where tenant_id = $1
        """,
        tx.tenant_id,
    )
    return Lifetime(**row) if row else Lifetime(0, 0, 0, 0)
