"""Entering products and categories, new ones and changed ones alike."""

from collections.abc import Iterable, Mapping

from plushka.domain.audit.operations import record
from plushka.domain.catalog.model import (
    CATEGORY_DEPTH_MAX,
    Category,
    CategoryTooDeep,
    CategoryUnknown,
    ProductEntry,
)
from plushka.domain.catalog.queries import PATHS, list_categories
from plushka.platform.database import Tx


async def upsert_categories(tx: Tx, categories: Iterable[Category]) -> None:
    """Enter categories in any order; of two with one code the last counts. Products move with their category.

    :raises CategoryUnknown: when a parent neither exists nor is among them
    :raises CategoryTooDeep: when they go round in a circle, or down more than ``CATEGORY_DEPTH_MAX``
    """
    entered = {category.code: category for category in categories}
    parents = {category.code: category.parent for category in await list_categories(tx)}
    parents |= {category.code: category.parent for category in entered.values()}
    for code in parents:
        _check_depth(parents, code)
    await tx.execute(
        """
        -- catalog.upsert_categories
        insert into categories (tenant_id, code, name, parent_code)
        select $1, code, name, parent
        from unnest($2::text[], $3::text[], $4::text[]) as entered (code, name, parent)
        on conflict (tenant_id, code) do update set name = excluded.name, parent_code = excluded.parent_code
        """,
        tx.tenant_id,
        list(entered),
        [category.name for category in entered.values()],
        [category.parent for category in entered.values()],
    )
    await tx.execute(
        f"""
        -- catalog.move_products
        {PATHS}
        update products set category_path = paths.path
        from paths
        where products.tenant_id = $1 and category_path[1] = paths.code and category_path <> paths.path
        """,  # noqa: S608  constants only
        tx.tenant_id,
    )
    await record(tx, action="catalog.upsert_categories", subject="catalog", categories=len(entered))


async def upsert_products(tx: Tx, products: Iterable[ProductEntry]) -> None:
    """Enter products; of two with one sku the last counts. Tills see it within ``cache.TTL_SECONDS``.

    :raises CategoryUnknown: when a product's category was not entered before
    """
    entered = {product.sku: product for product in products}
    unknown = await tx.fetchval(
        """
        -- catalog.find_unknown_category
        select code from unnest($2::text[]) as entered (code)
        where not exists (
            select from categories where categories.tenant_id = $1 and categories.code = entered.code
        )
        limit 1
        """,
        tx.tenant_id,
        list({product.category for product in entered.values()} - {None}),
    )
    if unknown is not None:
        raise CategoryUnknown(field="category", category=unknown)
    await tx.execute(
        f"""
        -- catalog.upsert_products
        {PATHS}
        insert into products
            (tenant_id, sku, name, category_path, brand, kind, cost_minor, price_minor, barcode)
        select $1, sku, name, coalesce(path, '{{}}'), brand, kind, cost_minor, price_minor, barcode
        from unnest(
            $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::text[]
        ) as entered (sku, name, category, brand, kind, cost_minor, price_minor, barcode)
        left join paths on paths.code = entered.category
        on conflict (tenant_id, sku) do update set
            name = excluded.name,
            category_path = excluded.category_path,
            brand = excluded.brand,
            kind = excluded.kind,
            cost_minor = excluded.cost_minor,
            price_minor = excluded.price_minor,
            barcode = excluded.barcode
        """,  # noqa: S608  constants only
        tx.tenant_id,
        list(entered),
        [product.name for product in entered.values()],
        [product.category for product in entered.values()],
        [product.brand for product in entered.values()],
        [product.kind for product in entered.values()],
        [product.cost_minor for product in entered.values()],
        [product.price_minor for product in entered.values()],
        [product.barcode for product in entered.values()],
    )
    await record(tx, action="catalog.upsert_products", subject="catalog", products=len(entered))


def _check_depth(parents: Mapping[str, str | None], code: str) -> None:
    above = code
    for _ in range(CATEGORY_DEPTH_MAX):
        parent = parents[above]
        if parent is None:
            return
        if parent not in parents:
            raise CategoryUnknown(field="parent", category=parent)
        above = parent
    raise CategoryTooDeep(field="parent", category=code, depth_max=CATEGORY_DEPTH_MAX)
