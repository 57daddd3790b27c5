"""Products and categories."""

from typing import Literal

from msgspec import Struct

from plushka.engine.purchase import Look
from plushka.platform.errors import Invalid

ProductKind = Literal["goods", "certificate", "delivery"]

CATEGORY_DEPTH_MAX = 10


class Category(Struct, frozen=True):
    """A category; ``parent`` is the code of the one above it."""

    code: str
    name: str
    parent: str | None = None


class ProductEntry(Struct, frozen=True):
    """A product as it is entered: ``category`` is the code of its own category.

    ``cost_minor`` is what a whole unit costs the business, ``price_minor`` what it is sold for as a rule, None where
    that is not known. ``barcode`` is that on the goods, where the sku is another.
    """

    sku: str
    name: str
    category: str | None = None
    brand: str | None = None
    kind: ProductKind = "goods"
    cost_minor: int | None = None
    price_minor: int | None = None
    barcode: str | None = None


class Product(Struct, frozen=True):
    """A product as rules see it. ``cost_minor`` is of a whole unit."""

    sku: str
    name: str
    look: Look
    cost_minor: int | None = None


class GoodsLine(Struct, frozen=True):
    """What a search for goods finds: a product, a category or a brand, which is its own code."""

    kind: Literal["product", "category", "brand"]
    code: str
    name: str


class ShelfProduct(Struct, frozen=True):
    """A product as a till offers it; ``price_minor`` of a whole unit, None: the cashier types it."""

    sku: str
    name: str
    category: str | None
    price_minor: int | None
    barcode: str | None


class CategoryUnknown(Invalid):
    """No category of this code was entered; ``category`` says which."""

    code = "category_unknown"


class CategoryTooDeep(Invalid):
    """The categories go round in a circle, or down too far."""

    code = "category_too_deep"
