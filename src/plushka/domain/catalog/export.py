"""The products as a file: a line a product, by name."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from plushka.domain.businesses.queries import get_business
from plushka.domain.catalog.model import ProductFilter, ProductLine
from plushka.domain.catalog.queries import count_products, list_products
from plushka.domain.tasks.running import Run
from plushka.domain.tasks.tables import NO_MORE, Piece, write_table
from plushka.platform.csv_files import Cell
from plushka.platform.database import Tx
from plushka.platform.errors import Fact
from plushka.platform.i18n import Language, currency_decimals, marked, translator

KIND = "products.export"
STEP_ROWS = 5000
_COLUMNS = (
    marked("Sku"),
    marked("Name"),
    marked("Category"),
    marked("Price"),
    marked("Barcode"),
    marked("Put away"),
)


async def export_products(run: Run) -> Mapping[str, Fact]:
    """Write what the filter of the task finds: ``filter`` is JSON, ``language`` that of the reader."""
    where = msgspec.json.decode(str(run.task.arguments["filter"]), type=ProductFilter)

    async def piece(tx: Tx, cursor: str, language: Language) -> Piece:
        after = msgspec.json.decode(cursor, type=tuple[str, str]) if cursor else None
        products = await list_products(tx, where, after=after, limit=STEP_ROWS)
        if not products:
            return NO_MORE
        decimals = currency_decimals((await get_business(tx)).currency)
        last = msgspec.json.encode((products[-1].name, products[-1].sku)).decode()
        return Piece(_rows(products, decimals, language), last)

    return await write_table(run, _COLUMNS, count=lambda tx: count_products(tx, where), piece=piece)


def _rows(products: Sequence[ProductLine], decimals: int, language: Language) -> list[list[Cell]]:
    yes = translator(language).gettext("yes")
    return [
        [
            product.sku,
            product.name,
            product.category_name or "",
            "" if product.price_minor is None else Decimal(product.price_minor).scaleb(-decimals),
            product.barcode or "",
            yes if product.archived_at else "",
        ]
        for product in products
    ]
