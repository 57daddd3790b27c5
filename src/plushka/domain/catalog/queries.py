"""Reading products and categories."""

from collections.abc import Collection
from functools import lru_cache

from plushka.domain.catalog.model import (
    Category,
    GoodsLine,
    Product,
    ProductFilter,
    ProductKind,
    ProductLine,
    ProductNotFound,
    ShelfProduct,
)
from plushka.engine.purchase import Look
from plushka.platform.database import Tx

CATEGORIES_MAX = 100_000
"""Categories of one business."""
GOODS_FOUND_MAX = 6
"""Products, categories and brands, each, that a search finds."""
SHELF_MAX = 200
"""Products that a till is offered at once."""
LOOKS_SHARED_MAX = 10_000

PATHS = """
    with recursive climbing (code, next_code, path) as (
        select code, parent_code, array[code] from categories where tenant_id = $1
        union all
        select climbing.code, categories.parent_code, climbing.path || categories.code
        from climbing
        join categories on categories.tenant_id = $1 and categories.code = climbing.next_code
    ),
    paths as (select code, path from climbing where next_code is null)
"""
"""The beginning of a statement: ``paths`` holds the ``path`` of each category, its own code and all above it."""


async def look_up(tx: Tx, skus: Collection[str]) -> dict[str, Product]:
    """Return what is known of ``skus``; unknown ones are left out."""
    rows = await tx.fetch(
        """
        -- catalog.look_up
        select sku, name, category_path, brand, kind, cost_minor
        from products
        where tenant_id = $1 and sku = any($2::text[])
        """,
        tx.tenant_id,
        list(skus),
    )
    return {
        sku: Product(sku, name, _look(tuple(path), brand, kind), cost_minor)
        for sku, name, path, brand, kind, cost_minor in rows
    }


@lru_cache(maxsize=LOOKS_SHARED_MAX)
def _look(path: tuple[str, ...], brand: str | None, kind: ProductKind) -> Look:
    """Return the one look that all products of a path, a brand and a kind share: rules find it at a glance."""
    return Look(path, brand, kind)


async def trace_categories(tx: Tx, codes: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return the path of each category, from its own code up; unknown ones are left out."""
    rows = await tx.fetch(
        f"""
        -- catalog.trace_categories
        {PATHS}
        select code, path from paths where code = any($2::text[])
        """,  # noqa: S608  constants only
        tx.tenant_id,
        list(codes),
    )
    return {row["code"]: tuple(row["path"]) for row in rows}


async def list_categories(tx: Tx) -> tuple[Category, ...]:
    """Return all categories by code."""
    rows = await tx.fetch(
        """
        -- catalog.list_categories
        select code, name, parent_code as parent from categories where tenant_id = $1 order by code limit $2
        """,
        tx.tenant_id,
        CATEGORIES_MAX,
    )
    return tuple(Category(**row) for row in rows)


async def name_products(tx: Tx, skus: Collection[str]) -> dict[str, str]:
    """Return the names of products; what the catalogue does not know is left out."""
    rows = await tx.fetch(
        """
        -- catalog.name_products
        select sku, name from products where tenant_id = $1 and sku = any($2)
        """,
        tx.tenant_id,
        list(skus),
    )
    return {row["sku"]: row["name"] for row in rows}


async def search_goods(tx: Tx, text: str, *, limit: int = GOODS_FOUND_MAX) -> tuple[GoodsLine, ...]:
    """Return products, categories and brands whose name holds ``text``, whatever its case, or whose code it is."""
    rows = await tx.fetch(
        """
        -- catalog.search_goods
        (select 'category' as kind, code, name from categories
         where tenant_id = $1 and (code = $2 or position(lower($2) in lower(name)) > 0)
         order by length(name), name limit $3)
        union all
        (select distinct 'brand', brand, brand from products
         where tenant_id = $1 and position(lower($2) in lower(brand)) > 0
         order by brand limit $3)
        union all
        (select 'product', sku, name from products
         where tenant_id = $1 and (sku = $2 or position(lower($2) in lower(name)) > 0)
         order by length(name), name limit $3)
        """,
        tx.tenant_id,
        text,
        limit,
    )
    return tuple(GoodsLine(kind=row["kind"], code=row["code"], name=row["name"]) for row in rows)


async def list_shelf(tx: Tx, text: str, *, limit: int = SHELF_MAX) -> tuple[ShelfProduct, ...]:
    """Return what a till may sell: whose barcode or sku ``text`` is, before those whose name holds it.

    Without a text: all that have a price, category by category.
    """
    rows = await tx.fetch(
        """
        -- catalog.list_shelf
        select sku, products.name, categories.name as category, price_minor, barcode
        from products
        left join categories
            on categories.tenant_id = products.tenant_id and categories.code = products.category_path[1]
        where products.tenant_id = $1 and kind = 'goods' and archived_at is null and case
            when $2 = '' then price_minor is not null
            else sku = $2 or barcode = $2 or position(lower($2) in lower(products.name)) > 0
        end
        order by $2 in (sku, barcode) desc nulls last, categories.name, products.name, sku
        limit $3
        """,
        tx.tenant_id,
        text,
        limit,
    )
    return tuple(ShelfProduct(**row) for row in rows)


_LINES = """
        select sku, products.name, category_path[1] as category, categories.name as category_name, price_minor,
            barcode, archived_at
        from products
        left join categories
            on categories.tenant_id = products.tenant_id and categories.code = products.category_path[1]
        where products.tenant_id = $1"""
_FOUND = """(archived_at is not null) = $2
            and ($3 = '' or sku = $3 or barcode = $3 or position(lower($3) in lower(products.name)) > 0)"""


async def get_product(tx: Tx, sku: str) -> ProductLine:
    """Return a product, on sale or put away.

    :raises ProductNotFound: when the business has none of this sku
    """
    row = await tx.fetchrow(
        f"""
        -- catalog.get_product
        {_LINES} and sku = $2
        """,
        tx.tenant_id,
        sku,
    )
    if row is None:
        raise ProductNotFound(field="sku")
    return ProductLine(**row)


async def list_products(
    tx: Tx, where: ProductFilter, *, after: tuple[str, str] | None = None, limit: int
) -> tuple[ProductLine, ...]:
    """Return products by name and sku, those ``after`` a name and sku."""
    rows = await tx.fetch(
        f"""
        -- catalog.list_products
        {_LINES} and {_FOUND} and ($4::text is null or (products.name, sku) > ($4, $5))
        order by products.name, sku
        limit $6
        """,
        tx.tenant_id,
        where.are_archived,
        where.text,
        *(after or (None, None)),
        limit,
    )
    return tuple(ProductLine(**row) for row in rows)


async def count_products(tx: Tx, where: ProductFilter) -> int:
    """Return how many products there are."""
    count: int = await tx.fetchval(
        f"""
        -- catalog.count_products
        select count(*) from products where tenant_id = $1 and {_FOUND}
        """,  # noqa: S608  constants only
        tx.tenant_id,
        where.are_archived,
        where.text,
    )
    return count
