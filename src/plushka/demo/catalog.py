"""The data set's products as a catalog: department, category and type become a tree of categories."""

import json
import re
from collections.abc import Mapping
from importlib.resources import files

import polars as pl

from plushka.domain.catalog.model import Category, ProductEntry

LEVELS = ("department", "product_category", "product_type")
GIFT_CARD = "GIFT CARD"
"""In ``product_type``: money paid in advance, which earns nothing (S2)."""


def categories(products: pl.DataFrame) -> list[Category]:
    """Return the tree, parents first. Departments are named in Russian, the rest as in the data set."""
    russian = json.loads(files("plushka.demo").joinpath("departments.json").read_text("utf-8"))
    tree: dict[str, Category] = {}
    for row in products.select(LEVELS).unique().sort(LEVELS, nulls_last=True).iter_rows():
        path = [part for part in row if part is not None]
        for depth in range(1, len(path) + 1):
            code = category_code(path[:depth])
            name = russian.get(path[0], path[0]) if depth == 1 else _sentence(path[depth - 1])
            parent = category_code(path[: depth - 1]) if depth > 1 else None
            tree.setdefault(code, Category(code=code, name=name, parent=parent))
    return list(tree.values())


def entries(products: pl.DataFrame, costs: Mapping[str, int]) -> list[ProductEntry]:
    """Return the products; ``costs`` are by code. None has a name in the data set: type and package stand for one."""
    return [
        ProductEntry(
            sku=str(product_id),
            name=", ".join(_sentence(part) for part in (levels[-1], package) if part is not None),
            category=category_code(levels),
            brand=brand,
            kind="certificate" if GIFT_CARD in levels[-1] else "goods",
            cost_minor=costs.get(str(product_id)),
        )
        for product_id, brand, package, *path in products.select(
            "product_id", "brand", "package_size", *LEVELS
        ).iter_rows()
        if (levels := [part for part in path if part is not None])
    ]


def category_code(path: list[str]) -> str:
    """Return the code of a category by its names from the department down: ``grocery/soft-drinks/cola``."""
    return "/".join(re.sub(r"[^a-z0-9]+", "-", part.lower()).strip("-") for part in path)


def _sentence(shouted: str) -> str:
    return shouted.capitalize()
