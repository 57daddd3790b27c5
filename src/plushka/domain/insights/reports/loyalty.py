"""The few facts by which an owner judges a base: who came once, who is gone, how often a buyer comes (F239)."""

from datetime import date, timedelta
from typing import Final

from msgspec import Struct

from plushka.domain.insights.reports.ratio import Ratio
from plushka.platform.database import Tx

GONE_DAYS: Final = 90
"""Who has not bought for so long does not come again."""


class Loyalty(Struct, frozen=True):
    """All who ever bought with a card, and what those of them who bought in a year bought in it."""

    buyers: int
    once: int
    gone: int
    year_buyers: int
    year_receipts: int

    @property
    def once_share(self) -> Ratio:
        return Ratio(self.once, self.buyers)

    @property
    def gone_share(self) -> Ratio:
        return Ratio(self.gone, self.buyers)

    @property
    def receipts_each(self) -> Ratio:
        return Ratio(self.year_receipts, self.year_buyers)


async def find_loyalty(tx: Tx, year: int, today: date) -> Loyalty:
    row = await tx.fetchrow(
        """
        -- insights.find_loyalty
        select p.*, y.*
        from (
            select count(*) as buyers, count(*) filter (where receipts = 1) as once,
                   count(*) filter (where last_on < $2) as gone
            from member_paths where tenant_id = $1
        ) as p
        cross join (
            select count(*) as year_buyers, coalesce(sum(receipts), 0)::bigint as year_receipts
            from member_years where tenant_id = $1 and year_on = $3
        ) as y
        """,
        tx.tenant_id,
        today - timedelta(days=GONE_DAYS),
        date(year, 1, 1),
    )
    assert row is not None  # noqa: S101  sums have a row
    return Loyalty(**row)
