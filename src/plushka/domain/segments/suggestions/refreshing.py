"""Reading the receipts of a year for what is suggested from them: by night, in one pass."""

from datetime import date, timedelta

from plushka.domain.segments.suggestions.model import (
    LIFT_MIN_HUNDREDTHS,
    MEMBER_GOODS_MAX,
    PRODUCTS_MAX,
    TOGETHER_MAX,
    TOGETHER_RECEIPTS_MIN,
    WINDOW_DAYS,
)
from plushka.platform.database import Tx

# Lines and their looks are stored as arrays: [product, thousandths, amount, [[categories], brand, kind]].
# One statement, so that the documents are read once for both tables.
_REFRESH = """
    -- segments.refresh_goods
    with backs as (
        select x.receipt_id, (back.line->>'index')::integer as place,
               sum((back.line->>'quantity_milli')::bigint) as milli
        from returns x cross join jsonb_array_elements(x.lines) as back (line)
        where x.tenant_id = $1 and not x.is_full
        group by 1, 2
    ), bought as materialized (
        select distinct r.id, r.member_id, r.business_date as day, l.line->>0 as sku
        from receipts r
        cross join lateral json_array_elements(r.basket->'basket'->'lines') with ordinality as l (line, place)
        left join backs b on b.receipt_id = r.id and b.place = l.place - 1
        where r.tenant_id = $1 and r.business_date > $2 and (l.line->>1)::bigint > coalesce(b.milli, 0)
          and not exists (select from returns x where x.tenant_id = $1 and x.receipt_id = r.id and x.is_full)
    ), own as (
        select member_id, sku, count(distinct day) as visits, min(day) as first_on, max(day) as last_on
        from bought where member_id is not null
        group by member_id, sku
    ), kept as (
        insert into member_goods (tenant_id, member_id, sku, visits, first_on, last_on)
        select $1, member_id, sku, visits, first_on, last_on
        from (
            select *, row_number() over (partition by member_id order by visits desc, last_on desc, sku) as place
            from own
        ) as ranked
        where place <= $3
    ), counted as (
        select sku, count(*) as receipts from bought group by sku having count(*) >= $5
        order by receipts desc, sku limit $4
    ), frequent as materialized (
        select b.id, b.sku from bought b join counted using (sku)
    ), pairs as (
        select a.sku, b.sku as other_sku, count(*) as receipts
        from frequent a join frequent b on b.id = a.id and b.sku <> a.sku
        group by a.sku, b.sku
        having count(*) >= $5
    ), lifted as (
        select p.sku, p.other_sku, p.receipts,
               (100 * p.receipts * (select count(distinct id) from bought) / (a.receipts * b.receipts)) as lift
        from pairs p join counted a on a.sku = p.sku join counted b on b.sku = p.other_sku
    )
    insert into goods_together (tenant_id, sku, other_sku, receipts, lift_hundredths)
    select $1, sku, other_sku, receipts, lift
    from (
        select *, row_number() over (partition by sku order by lift desc, receipts desc, other_sku) as place
        from lifted where lift >= $6
    ) as ranked
    where place <= $7
"""


async def refresh_goods(tx: Tx, today: date) -> None:
    """Write anew what members have bought and what is bought together, from the receipts of ``WINDOW_DAYS``.

    Whoever does so at once waits. What was returned was not bought.
    """
    await tx.execute(
        """
        -- segments.lock_goods
        insert into suggestion_settings (tenant_id) values ($1)
        on conflict (tenant_id) do update set tenant_id = excluded.tenant_id
        """,
        tx.tenant_id,
    )
    for table in ("member_goods", "goods_together"):
        await tx.execute(
            f"""
            -- segments.clear_goods
            delete from {table} where tenant_id = $1
            """,  # noqa: S608  one of two names
            tx.tenant_id,
        )
    await tx.execute(
        _REFRESH,
        tx.tenant_id,
        today - timedelta(days=WINDOW_DAYS),
        MEMBER_GOODS_MAX,
        PRODUCTS_MAX,
        TOGETHER_RECEIPTS_MIN,
        LIFT_MIN_HUNDREDTHS,
        TOGETHER_MAX,
    )
    await tx.execute(
        """
        -- segments.note_goods
        update suggestion_settings set refreshed_at = $2 where tenant_id = $1
        """,
        tx.tenant_id,
        tx.at,
    )
