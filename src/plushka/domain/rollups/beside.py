"""Counting everything anew, in tables of the transaction's own beside those that are kept."""

from collections.abc import Callable
from datetime import date

from plushka.domain.rollups import points
from plushka.domain.rollups.counting import RECEIPT_TABLES, summing
from plushka.domain.rollups.model import (
    CATEGORY_DAYS,
    MECHANIC_BUYERS,
    MEMBER_YEARS,
    PRODUCT_MONTHS,
    RECEIPT_GOODS,
    TABLES,
    UNCATEGORIZED_RECEIPTS,
)
from plushka.domain.rollups.paths import save_paths
from plushka.platform.database import Tx

# A month at a time: what is worked with then fits into memory, and no row is of two months.
_OF_MONTH = """
counted (id, sign) as (
    select id, 1 from receipts
    where tenant_id = $1 and business_date >= $2::date and business_date < ($2::date + interval '1 month')::date
), back (id, sign, return_id) as (
    select c.id, c.sign, t.id from counted c join returns t on t.tenant_id = $1 and t.receipt_id = c.id
)
"""
_OF_MONTHS = [*(table for table in RECEIPT_TABLES if table is not MEMBER_YEARS), RECEIPT_GOODS]
_SUM_MONTH = summing("rollups.sum_month", _OF_MONTH, _OF_MONTHS, adds=False, schema="pg_temp")
_NOT_LOOKED_UP = (CATEGORY_DAYS, UNCATEGORIZED_RECEIPTS, PRODUCT_MONTHS, MECHANIC_BUYERS, RECEIPT_GOODS)
"""The large ones, in which nothing is looked up while they are filled: an index would double the time that takes."""


async def count_beside(tx: Tx, *, on_receipts: Callable[[int], None] = lambda _: None) -> int:
    """Sum all that is there into tables of ``pg_temp``, which end with the transaction; return of how many receipts.

    The transaction must see one moment. ``on_receipts`` is told how many receipts more are summed.
    """
    await tx.execute("set local work_mem = '64MB'")
    await tx.execute("set local jit = off")
    for table in TABLES:
        await tx.execute(
            f"""
            -- rollups.set_up_beside
            create table pg_temp.{table.name} (
                like public.{table.name} {"" if table in _NOT_LOOKED_UP else "including all"}
            ) on commit drop
            """
        )
    total = 0
    for month_on in await _list_months(tx):
        count = await tx.fetchval(_SUM_MONTH, tx.tenant_id, month_on)
        on_receipts(count)
        total += count
    await _sum_years(tx)
    await tx.execute("analyze pg_temp.member_months")
    await save_paths(tx, schema="pg_temp")
    await points.count_refunds(tx, schema="pg_temp")
    await points.count_points(tx, without=[], schema="pg_temp")
    for table in TABLES:
        await tx.execute(f"analyze pg_temp.{table.name}")
    return total


async def count_receipts(tx: Tx) -> int:
    """Return how many receipts there are to sum."""
    count: int = await tx.fetchval(
        """
        -- rollups.count_receipts
        select count(*) from receipts where tenant_id = $1
        """,
        tx.tenant_id,
    )
    return count


async def _sum_years(tx: Tx) -> None:
    await tx.execute(
        """
        -- rollups.sum_years
        insert into pg_temp.member_years (tenant_id, member_id, year_on, receipts, lines, revenue_minor)
        select tenant_id, member_id, date_trunc('year', month_on)::date, sum(receipts), sum(lines), sum(revenue_minor)
        from pg_temp.member_months
        where tenant_id = $1
        group by 1, 2, 3
        """,
        tx.tenant_id,
    )


async def _list_months(tx: Tx) -> list[date]:
    rows = await tx.fetch(
        """
        -- rollups.list_months
        select generate_series(
            date_trunc('month', min(business_date)::timestamp), max(business_date)::timestamp, interval '1 month'
        )::date as month_on
        from receipts where tenant_id = $1
        """,
        tx.tenant_id,
    )
    return [row["month_on"] for row in rows]
