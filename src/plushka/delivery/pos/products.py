"""What a till may sell, for one that has no list of its own."""

from typing import Annotated

from msgspec import Meta, Struct

from plushka.delivery.pos.endpoint import Answer, Call, endpoint
from plushka.delivery.pos.limits import TEXT_LENGTH_MAX
from plushka.delivery.pos.requests import Query
from plushka.domain.catalog.model import ShelfProduct
from plushka.domain.catalog.queries import list_shelf


class ShelfQuery(Query, frozen=True):
    """A part of a name, or a whole sku or barcode; nothing: all that have a price."""

    text: Annotated[str, Meta(max_length=TEXT_LENGTH_MAX)] = ""


class ShelfOut(Struct, frozen=True):
    """Products, at most 200."""

    products: tuple[ShelfProduct, ...]


@endpoint("GET /v1/products", scope="quotes")
async def show_products(call: Call[None, ShelfQuery]) -> Answer[ShelfOut]:
    """Find products by name, sku or barcode; without a text those that have a price, category by category."""
    async with call.transaction(read_only=True) as tx:
        return Answer(ShelfOut(await list_shelf(tx, call.query.text.strip())))
