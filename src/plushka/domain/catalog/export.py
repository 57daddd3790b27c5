"""The products as a file: a line a product, by name."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from plushka.domain.businesses.queries import get_business
from plushka.domain.catalog.model import ProductFilter, ProductLine
from plushka.domain.catalog.queries import count_products, list_products
from plushka.domain.tasks.running import Run
from plushka.platform.csv_files import Cell, csv_bytes
from plushka.platform.errors import Fact
from plushka.platform.i18n import Language, currency_decimals, language_of, marked, translator

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
    language = language_of(str(run.task.arguments["language"]))
    words = translator(language)
    while True:
        async with run.step() as step:
            tx = step.tx
            if step.total is None:
                step.total = await count_products(tx, where)
                heading: list[Cell] = [words.gettext(column) for column in _COLUMNS]
                step.output += csv_bytes([heading], language, is_beginning=True)
            after = msgspec.json.decode(step.cursor, type=tuple[str, str]) if step.cursor else None
            products = await list_products(tx, where, after=after, limit=STEP_ROWS)
            if not products:
                return {"count": step.done}
            decimals = currency_decimals((await get_business(tx)).currency)
            step.output += csv_bytes(_rows(products, decimals, language), language, is_beginning=False)
            step.done += len(products)
            step.cursor = msgspec.json.encode((products[-1].name, products[-1].sku)).decode()


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
