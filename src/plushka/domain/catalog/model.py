"""Products and categories."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from plushka.engine.purchase import Look
from plushka.platform.errors import Conflict, Invalid, NotFound

ProductKind = Literal["goods", "certificate", "delivery"]

CATEGORY_DEPTH_MAX = 10
SKU_LENGTH_MAX = 100
NAME_LENGTH_MAX = 200
PRICE_MAX_MINOR = 10**12
"""Of a whole unit: what is more was typed wrongly."""


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


class ProductPlan(Struct, frozen=True):
    """A product as somebody writes it down: ``category`` is a code, ``price_minor`` is of a whole unit, None: none."""

    name: str
    category: str | None
    price_minor: int | None
    barcode: str | None


class ProductFilter(Struct, frozen=True):
    """Which products: whose name holds ``text``, or whose sku or barcode it is; on sale, or put away."""

    text: str = ""
    are_archived: bool = False


class ProductLine(Struct, frozen=True):
    """A product in the list; ``category`` is the code of its own category, ``archived_at`` None: it is on sale."""

    sku: str
    name: str
    category: str | None
    category_name: str | None
    price_minor: int | None
    barcode: str | None
    archived_at: datetime | None


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


class ProductNotFound(NotFound):
    code = "product_not_found"


class SkuTaken(Conflict):
    """Another product has this sku, perhaps one that is put away."""

    code = "sku_taken"


class ProductTextInvalid(Invalid):
    """A name or a sku is empty, or longer than ``length_max``."""

    code = "product_text_invalid"


class PriceOutOfRange(Invalid):
    code = "price_out_of_range"


class BarcodeInvalid(Invalid):
    """It has not 8, 12, 13 or 14 digits, or the last of them does not fit the others."""

    code = "barcode_invalid"


class BarcodeTaken(Conflict):
    """The product ``name``, which is on sale, has it."""

    code = "barcode_taken"
