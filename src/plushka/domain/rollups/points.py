"""Movements of points by day, and returns by theirs."""

from uuid import UUID

from plushka.domain.rollups.counting import writing
from plushka.domain.rollups.model import ALL_BRANCHES, LOT_MONTHS, POINTS_DAYS, REFUND_DAYS, Schema
from plushka.platform.database import Tx

_POINTS = """
    select w.program_id, (p.at at time zone (select time_zone from businesses where tenant_id = $1))::date,
           p.kind, p.debit, p.credit, count(*), sum(p.points)
    from postings p join wallets w on w.tenant_id = $1 and w.id = p.wallet_id
    where p.tenant_id = $1 and {which}
    group by 1, 2, 3, 4, 5
"""
_LOTS = """
    select w.program_id, date_trunc('month', l.earned_at at time zone z.name)::date,
           date_trunc('month', p.at at time zone z.name)::date, p.kind, p.debit, p.credit, count(*), sum(p.points)
    from postings p
    join lots l on l.tenant_id = $1 and l.id = p.lot_id
    join wallets w on w.tenant_id = $1 and w.id = p.wallet_id
    cross join (select time_zone as name from businesses where tenant_id = $1) as z
    where p.tenant_id = $1 and {which}
    group by 1, 2, 3, 4, 5, 6
"""
_OF_POSTINGS = ((POINTS_DAYS, _POINTS), (LOT_MONTHS, _LOTS))
# As engine/local_time.py tells a purchase's day, at the place that the receipt was made at.
_REFUNDS = f"""
    select coalesce(branch_id, '{ALL_BRANCHES}'::uuid), made_on, count(*), sum(refund_minor), sum(points_back),
           sum(points_clawed_back)
    from (
        select r.branch_id, t.refund_minor, t.points_back, t.points_clawed_back,
               (t.occurred_at at time zone (r.basket #>> '{{{{basket,place,time_zone}}}}') - make_interval(
                   mins => coalesce((r.basket #>> '{{{{basket,place,day_starts_minutes}}}}')::integer, 240)
               ))::date as made_on
        from returns t join receipts r on r.tenant_id = $1 and r.id = t.receipt_id
        where t.tenant_id = $1 and {{which}}
    ) as dated
    group by grouping sets ((branch_id, made_on), (made_on))
"""  # noqa: S608


async def add_points(tx: Tx, posting_ids: list[UUID]) -> None:
    for table, select in _OF_POSTINGS:
        await tx.execute(
            f"""
            -- rollups.add_points
            {writing(table, select.format(which="p.id = any($2::uuid[])"), adds=True)}
            """,
            tx.tenant_id,
            posting_ids,
        )


async def count_points(tx: Tx, *, without: list[UUID], schema: Schema = "public") -> None:
    """Sum all postings but those ``without``, where none are summed."""
    for table, select in _OF_POSTINGS:
        counted = select.format(which="p.id not in (select unnest($2::uuid[]))")
        await tx.execute(
            f"""
            -- rollups.count_points
            {writing(table, counted, adds=False, schema=schema)}
            """,
            tx.tenant_id,
            without,
        )


async def forget_points(tx: Tx) -> None:
    """Empty what is kept by the business's calendar, for it to be counted anew."""
    for table, _ in _OF_POSTINGS:
        await tx.execute(
            f"""
            -- rollups.forget_points
            delete from {table.name} where tenant_id = $1
            """,  # noqa: S608  a constant
            tx.tenant_id,
        )


async def add_refunds(tx: Tx, return_ids: list[UUID]) -> None:
    await tx.execute(
        f"""
        -- rollups.add_refunds
        {writing(REFUND_DAYS, _REFUNDS.format(which="t.id = any($2::uuid[])"), adds=True)}
        """,
        tx.tenant_id,
        return_ids,
    )


async def count_refunds(tx: Tx, *, schema: Schema = "public") -> None:
    """Sum all returns, where none are summed."""
    await tx.execute(
        f"""
        -- rollups.count_refunds
        {writing(REFUND_DAYS, _REFUNDS.format(which="true"), adds=False, schema=schema)}
        """,
        tx.tenant_id,
    )
