"""What members' receipts have of goods, receipt by receipt: not a sum, but kept as sums are."""

from uuid import UUID

from plushka.domain.rollups.model import Schema
from plushka.platform.database import Tx

# Each once and in order, so that the same goods are the same row however they came about.
_LEFT = """
    select f.business_date, f.id, f.branch_id, f.member_id,
           array(select distinct sku from unnest(f.skus) as g (sku) order by sku),
           array(
               select distinct code
               from unnest(f.paths) as g (path) cross join lateral jsonb_array_elements_text(path) as c (code)
               order by code
           ),
           array(select distinct brand from unnest(f.brands) as g (brand) where brand is not null order by brand)
    from facts f
    where f.sign = 1 and f.member_id is not null and f.skus is not null
"""


def keeping(*, adds: bool, schema: Schema) -> tuple[str, ...]:
    """Return the SQL that writes what is left of the receipts of ``facts``; ``adds``: where rows may be already."""
    columns = "business_date, receipt_id, branch_id, member_id, products, categories, brands"
    insert = f"insert into {schema}.receipt_goods (tenant_id, {columns}) select $1, * from ({_LEFT}) as l"  # noqa: S608
    if not adds:
        return (insert,)
    return (
        f"""
            {insert}
            on conflict (tenant_id, business_date, receipt_id) do update
            set branch_id = excluded.branch_id, member_id = excluded.member_id, products = excluded.products,
                categories = excluded.categories, brands = excluded.brands
        """,  # noqa: S608
        f"""
            delete from {schema}.receipt_goods g using facts f
            where g.tenant_id = $1 and g.business_date = f.business_date and g.receipt_id = f.id
              and f.sign = 1 and f.skus is null
        """,  # noqa: S608
    )


async def move_goods(tx: Tx, members: list[UUID]) -> None:
    """Write down whose the receipts of these members are now; they have moved from one to another."""
    await tx.execute(
        """
        -- rollups.move_goods
        update receipt_goods g set member_id = r.member_id
        from receipts r
        where r.tenant_id = $1 and r.member_id = any($2::uuid[])
          and g.tenant_id = $1 and g.business_date = r.business_date and g.receipt_id = r.id
          and g.member_id <> r.member_id
        """,
        tx.tenant_id,
        members,
    )
