"""Products become a catalog whose codes the demo's programme speaks of."""

from collections.abc import Iterator
from importlib.resources import files

import msgspec
import polars as pl
import pytest

from plushka.demo import catalog, dataset
from plushka.demo.dataset import Year
from plushka.demo.goods import costs_of_goods
from plushka.domain.catalog.model import Category
from plushka.engine.check import problems
from plushka.engine.program import Program


@pytest.fixture(scope="module")
def tree() -> list[Category]:
    return catalog.categories(dataset.read("products"))


def test_the_tree_is_departments_categories_and_types(tree: list[Category]) -> None:
    departments = [category for category in tree if category.parent is None]
    assert len(departments) == 32
    assert {category.name for category in departments} >= {"Бакалея", "Овощи и фрукты", "Топливо"}
    known = {category.code for category in tree}
    assert all(category.parent in known for category in tree if category.parent is not None)


def test_every_product_has_a_name_and_a_category_of_the_tree(tree: list[Category]) -> None:
    known = {category.code for category in tree}
    products = catalog.entries(dataset.read("products"), {})
    assert len(products) == 92_331
    assert all(product.name and product.category in known for product in products)


def test_all_that_was_sold_has_a_cost_below_its_usual_price(year: Year) -> None:
    products = dataset.read("products")
    costs = costs_of_goods(products, year.lines)
    entries = {entry.sku: entry for entry in catalog.entries(products, costs)}
    sold = year.lines.filter(pl.col("amount_minor") > 0)["product_id"].unique().cast(pl.String)
    known = set(costs) & entries.keys()
    assert len(known) > 0.99 * len(sold)
    cost = (
        sum(
            costs[str(product)] * milli
            for product, milli in year.lines.filter(pl.col("product_id").cast(pl.String).is_in(list(known)))
            .select("product_id", "quantity_milli")
            .iter_rows()
        )
        / 1000
    )
    assert 0.65 < cost / year.lines["amount_minor"].sum() < 0.85
    assert all(costs[sku] == entry.cost_minor for sku, entry in entries.items() if sku in costs)


def test_gift_cards_are_money_paid_in_advance() -> None:
    products = catalog.entries(dataset.read("products"), {})
    certificates = {product.name.split(",")[0] for product in products if product.kind == "certificate"}
    assert "Mastercard gift card" in certificates
    assert all("gift card" in name.lower() for name in certificates)


def test_the_programme_is_sound_and_speaks_only_of_categories_that_exist(tree: list[Category]) -> None:
    raw = files("plushka.demo").joinpath("program.json").read_bytes()
    program = msgspec.json.decode(raw, type=Program)
    assert problems(program) == ()
    assert len(program.earning) == 20
    assert set(spoken_of(msgspec.json.decode(raw))) <= {category.code for category in tree}


def spoken_of(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if node.get("is") == "category":
            yield from node["ids"]
        for part in node.values():
            yield from spoken_of(part)
    elif isinstance(node, list):
        for part in node:
            yield from spoken_of(part)
