"""Making all sums of a business anew, while its tills go on."""

from collections.abc import Callable
from datetime import date

from plushka.domain.changes.operations import take
from plushka.domain.rollups import points
from plushka.domain.rollups.counting import RECEIPT_TABLES, summing
from plushka.domain.rollups.folding import take_lock
from plushka.domain.rollups.model import TABLES, Schema
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


async def rebuild(tx: Tx, *, on_receipts: Callable[[int], None] = lambda _: None) -> int | None:
    """Make all sums anew and return of how many receipts; None: somebody else is at it.

    The transaction must see one moment: what is committed after it is added up later. ``on_receipts`` is told how many
    receipts more are summed.

    :raises SerializationError: somebody else was at it until now
    """
    if not await take_lock(tx):
        return None
    await take(tx)
    for table in TABLES:
        await tx.execute(
            f"""
            -- rollups.forget
            delete from {table.name} where tenant_id = $1
            """,  # noqa: S608  constants
            tx.tenant_id,
        )
    return await count_all(tx, on_receipts=on_receipts)


async def count_all(
    tx: Tx, *, on_receipts: Callable[[int], None] = lambda _: None, schema: Schema = "public"
) -> int:
    """Sum all that is there into tables that are empty, and return of how many receipts."""
    sum_month = summing("rollups.sum_month", _OF_MONTH, RECEIPT_TABLES, adds=False, schema=schema)
    await tx.execute("set local work_mem = '64MB'")
    await tx.execute("set local jit = off")
    total = 0
    for month_on in await _list_months(tx):
        count = await tx.fetchval(sum_month, tx.tenant_id, month_on)
        on_receipts(count)
        total += count
    await save_paths(tx, schema=schema)
    await points.count_refunds(tx, schema=schema)
    await points.count_points(tx, without=[], schema=schema)
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
