"""What a buyer brings: in a year (F196) and in all the time that they are one (F198)."""

from collections.abc import Sequence
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


async def sum_active_years(tx: Tx, years: Sequence[int]) -> dict[int, Bought]:
    """Return what active buyers bought in each of ``years``; those of them who bought in it at all are its members."""
    rows = await tx.fetch(
        """
        -- insights.sum_active_years
        select extract(year from y.year_on)::integer as year, count(*) as members,
               sum(y.receipts)::bigint as receipts, sum(y.lines)::bigint as lines,
               sum(y.revenue_minor)::bigint as revenue_minor
        from member_years y
        join member_paths p on p.tenant_id = $1 and p.member_id = y.member_id and p.receipts >= $3
        where y.tenant_id = $1 and y.year_on = any($2::date[])
        group by y.year_on
        """,
        tx.tenant_id,
        [date(year, 1, 1) for year in years],
        ACTIVE_PURCHASES,
    )
    found = {
        row["year"]: Bought(row["members"], row["receipts"], row["lines"], row["revenue_minor"])
        for row in rows
    }
    return {year: found.get(year, Bought(0, 0, 0, 0)) for year in years}


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
