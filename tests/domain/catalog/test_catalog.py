"""Products, their categories, and what tills remember of them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from plushka.domain.catalog.cache import TTL_SECONDS, Catalog
from plushka.domain.catalog.model import Category, CategoryTooDeep, CategoryUnknown, Product, ProductEntry
from plushka.domain.catalog.operations import upsert_categories, upsert_products
from plushka.domain.catalog.queries import list_categories, look_up, trace_categories
from plushka.engine.purchase import Look
from plushka.platform.database import Tx

KEFIR = ProductEntry("1", "Кефир", category="milk", brand="Домик")


@pytest.fixture(autouse=True)
async def dairy(tx: Tx) -> None:
    await upsert_categories(tx, [Category("milk", "Молочное", "food"), Category("food", "Еда")])
    await upsert_products(tx, [KEFIR, ProductEntry("2", "Пакет")])


async def test_a_product_knows_all_categories_above_it(tx: Tx) -> None:
    assert await look_up(tx, ["1", "2", "3"]) == {
        "1": Product("1", "Кефир", Look(("milk", "food"), "Домик")),
        "2": Product("2", "Пакет", Look()),
    }
    assert await trace_categories(tx, ["milk", "moon"]) == {"milk": ("milk", "food")}


async def test_products_move_with_their_category(tx: Tx) -> None:
    await upsert_categories(tx, [Category("all", "Всё"), Category("food", "Еда и напитки", "all")])

    assert (await look_up(tx, ["1"]))["1"].look.categories == ("milk", "food", "all")
    assert Category("food", "Еда и напитки", "all") in await list_categories(tx)


async def test_a_product_entered_again_is_changed(tx: Tx) -> None:
    await upsert_products(tx, [KEFIR, ProductEntry("1", "Кефир 1 %", category="food")])

    assert (await look_up(tx, ["1"]))["1"] == Product("1", "Кефир 1 %", Look(("food",)))


async def test_categories_neither_hang_in_the_air_nor_go_round(tx: Tx) -> None:
    with pytest.raises(CategoryUnknown):
        await upsert_products(tx, [ProductEntry("9", "Сыр", category="cheese")])
    with pytest.raises(CategoryUnknown):
        await upsert_categories(tx, [Category("cheese", "Сыры", "moon")])
    with pytest.raises(CategoryTooDeep):
        await upsert_categories(tx, [Category("food", "Еда", "milk")])


async def test_a_till_remembers_for_a_while_also_what_it_did_not_find(tx: Tx) -> None:
    catalog = Catalog()

    async def on_offer(tx: Tx) -> set[str]:
        return {sku for sku, product in (await catalog.look_up(tx, {"1", "3"})).items() if product}

    assert await on_offer(tx) == {"1"}
    await upsert_products(tx, [ProductEntry("3", "Сырок", category="milk")])

    assert await on_offer(tx) == {"1"}
    later = replace(tx, at=tx.at + timedelta(seconds=TTL_SECONDS))
    assert await on_offer(later) == {"1", "3"}
    assert await catalog.trace_categories(tx, {"milk"}) == {"milk": ("milk", "food")}
