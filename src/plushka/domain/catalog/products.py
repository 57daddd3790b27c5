"""Products by hand, one at a time: added, changed, put away and taken back."""

from decimal import Decimal

import asyncpg

from plushka.domain.audit.operations import record
from plushka.domain.businesses.queries import get_business
from plushka.domain.catalog.barcodes import check_barcode
from plushka.domain.catalog.model import (
    NAME_LENGTH_MAX,
    PRICE_MAX_MINOR,
    SKU_LENGTH_MAX,
    BarcodeTaken,
    Category,
    CategoryUnknown,
    PriceOutOfRange,
    ProductPlan,
    ProductTextInvalid,
    SkuTaken,
)
from plushka.domain.catalog.operations import upsert_categories
from plushka.domain.catalog.queries import get_product, trace_categories
from plushka.platform.database import Tx
from plushka.platform.i18n import currency_decimals


async def name_category(tx: Tx, name: str) -> str:
    """Return the code of the category of this name, whatever its case; of a new one, if there is none."""
    code: str | None = await tx.fetchval(
        """
        -- catalog.find_category
        select code from categories where tenant_id = $1 and (lower(name) = lower($2) or code = $2)
        order by lower(name) <> lower($2), code
        limit 1
        """,
        tx.tenant_id,
        name,
    )
    if code is None:
        await upsert_categories(tx, [Category(name, name)])
    return code or name


async def add_product(tx: Tx, sku: str, plan: ProductPlan) -> None:
    """Add a product under a sku that stays; tills offer it at once if it has a price.

    :raises SkuTaken: when there is one, put away or not
    :raises Refusal: as ``change_product`` does
    """
    if not 0 < len(sku) <= SKU_LENGTH_MAX:
        raise ProductTextInvalid(field="sku", length_max=SKU_LENGTH_MAX)
    barcode, path = await _check(tx, sku, plan)
    try:
        await tx.execute(
            """
            -- catalog.add_product
            insert into products (tenant_id, sku, name, category_path, price_minor, barcode)
            values ($1, $2, $3, $4, $5, $6)
            """,
            tx.tenant_id,
            sku,
            plan.name,
            list(path),
            plan.price_minor,
            barcode,
        )
    except asyncpg.UniqueViolationError as error:
        raise SkuTaken(field="sku") from error
    await record(tx, action="product.add", subject=f"product:{sku}", name=plan.name)


async def change_product(tx: Tx, sku: str, plan: ProductPlan) -> None:
    """Change a product; receipts keep what held when they were made.

    :raises ProductNotFound: when the business has none of this sku
    :raises ProductTextInvalid: when the name is empty or too long
    :raises PriceOutOfRange: when the price is below nothing or above anything
    :raises BarcodeInvalid: when it is none
    :raises BarcodeTaken: when another product on sale has it
    :raises CategoryUnknown: when there is none of this code
    """
    before = await get_product(tx, sku)
    barcode, path = await _check(tx, sku, plan)
    await tx.execute(
        """
        -- catalog.change_product
        update products set name = $3, category_path = $4, price_minor = $5, barcode = $6
        where tenant_id = $1 and sku = $2
        """,
        tx.tenant_id,
        sku,
        plan.name,
        list(path),
        plan.price_minor,
        barcode,
    )
    decimals = currency_decimals((await get_business(tx)).currency)
    await record(
        tx,
        action="product.change",
        subject=f"product:{sku}",
        name=plan.name,
        changes={
            "name": (before.name, plan.name),
            "category": (before.category, plan.category),
            "price": (_told(before.price_minor, decimals), _told(plan.price_minor, decimals)),
            "barcode": (before.barcode, barcode),
        },
    )


async def archive_product(tx: Tx, sku: str) -> None:
    """Put a product away: tills do not offer it, receipts that name it are taken as ever. Twice changes nothing.

    :raises ProductNotFound: when the business has none of this sku
    """
    product = await get_product(tx, sku)
    archived = await tx.fetchval(
        """
        -- catalog.archive_product
        update products set archived_at = $3 where tenant_id = $1 and sku = $2 and archived_at is null
        returning true
        """,
        tx.tenant_id,
        sku,
        tx.at,
    )
    if archived:
        await record(tx, action="product.archive", subject=f"product:{sku}", name=product.name)


async def restore_product(tx: Tx, sku: str) -> None:
    """Take a product back on sale. Twice changes nothing.

    :raises ProductNotFound: when the business has none of this sku
    :raises BarcodeTaken: when its barcode is another product's by now
    """
    product = await get_product(tx, sku)
    if product.barcode:
        await _check_free(tx, sku, product.barcode)
    restored = await tx.fetchval(
        """
        -- catalog.restore_product
        update products set archived_at = null where tenant_id = $1 and sku = $2 and archived_at is not null
        returning true
        """,
        tx.tenant_id,
        sku,
    )
    if restored:
        await record(tx, action="product.restore", subject=f"product:{sku}", name=product.name)


async def _check(tx: Tx, sku: str, plan: ProductPlan) -> tuple[str | None, tuple[str, ...]]:
    """Return the barcode as it is kept, and the path of the category."""
    if not 0 < len(plan.name) <= NAME_LENGTH_MAX:
        raise ProductTextInvalid(field="name", length_max=NAME_LENGTH_MAX)
    if plan.price_minor is not None and not 0 <= plan.price_minor <= PRICE_MAX_MINOR:
        raise PriceOutOfRange(field="price")
    barcode = check_barcode(plan.barcode) if plan.barcode else None
    if barcode is not None:
        await _check_free(tx, sku, barcode)
    if plan.category is None:
        return barcode, ()
    path = (await trace_categories(tx, [plan.category])).get(plan.category)
    if path is None:
        raise CategoryUnknown(field="category", category=plan.category)
    return barcode, path


async def _check_free(tx: Tx, sku: str, barcode: str) -> None:
    """A scanner must find one product: those that are put away it does not find."""
    other: str | None = await tx.fetchval(
        """
        -- catalog.find_barcode
        select name from products
        where tenant_id = $1 and (barcode = $2 or sku = $2) and sku <> $3 and archived_at is null
        limit 1
        """,
        tx.tenant_id,
        barcode,
        sku,
    )
    if other is not None:
        raise BarcodeTaken(field="barcode", name=other)


def _told(price_minor: int | None, decimals: int) -> str | None:
    return None if price_minor is None else str(Decimal(price_minor).scaleb(-decimals))
