"""What is suggested is missed or goes with what was bought, and never what must not be (F140)."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop

from plushka.domain.catalog.model import Category, CategoryUnknown, ProductEntry
from plushka.domain.catalog.operations import upsert_categories, upsert_products
from plushka.domain.catalog.products import archive_product
from plushka.domain.purchases.model import PurchaseLine, ReturnRequest
from plushka.domain.purchases.returning import return_purchase
from plushka.domain.segments.suggestions.refreshing import refresh_goods
from plushka.domain.segments.suggestions.suggesting import block_categories, suggest
from plushka.engine.conditions import Category as InCategory
from plushka.platform.database import Database

TODAY = date(2026, 3, 20)
GOODS = ("coffee", "bun", "milk", "salad", "wine")


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    clock.at = datetime(2025, 12, 1, 9, tzinfo=UTC)
    async with open_shop(database, clock, CASHBACK) as shop:
        clock.at = datetime(2026, 3, 20, 9, tzinfo=UTC)
        async with shop.tx() as tx:
            await upsert_categories(
                tx, [Category("food", "Еда", None), Category("alcohol", "Алкоголь", None)]
            )
            await upsert_products(
                tx,
                [
                    ProductEntry(sku, sku.title(), category="alcohol" if sku == "wine" else "food")
                    for sku in GOODS
                ],
            )
        yield shop


async def buy(shop: Shop, number: str, skus: str, *, member: UUID | None = None, ago: int = 20) -> None:
    await shop.buy(
        number,
        0,
        member=member,
        occurred_at=datetime(2026, 3, 20, 8, tzinfo=UTC) - timedelta(days=ago),
        lines=tuple(PurchaseLine(sku, 1000, 100_00) for sku in skus.split()),
    )


async def suggested(shop: Shop, *members: UUID, each: int = 5) -> list[list[tuple[str, str]]]:
    async with shop.tx() as tx:
        await refresh_goods(tx, TODAY)
        found = await suggest(tx, members, each=each)
    return [[(one.sku, one.why) for one in found.get(member, ())] for member in members]


async def test_a_favourite_is_missed_once_its_usual_gap_has_passed_by_half(shop: Shop) -> None:
    missing, fresh, lost, young = [await shop.enroll(f"+7999000000{number}") for number in range(1, 5)]
    for number, (member, visits) in enumerate(
        ((missing, (15, 25, 35)), (fresh, (14, 24, 34)), (lost, (61, 71, 78)), (young, (15, 25)))
    ):
        for ago in visits:
            await buy(shop, f"{number}-{ago}", "coffee", member=member, ago=ago)
    assert await suggested(shop, missing, fresh, lost, young) == [[("coffee", "missed")], [], [], []]
    async with shop.tx() as tx:
        told = (await suggest(tx, [missing]))[missing][0]
        assert (told.name, told.visits, told.since_on) == ("Coffee", 3, date(2026, 3, 5))
        back = ReturnRequest("R-1", "0-25")
        await return_purchase(tx, shop.reference, shop.caller, back)
    assert await suggested(shop, missing) == [[]]


async def test_what_others_buy_together_is_suggested_beside_and_only_then(
    shop: Shop, clock: SetClock
) -> None:
    anna, boris = await shop.enroll(), await shop.enroll("+79990000002")
    for number in range(10):
        await buy(shop, f"t-{number}", "coffee bun")
        await buy(shop, f"w-{number}", "coffee wine")
        await buy(shop, f"o-{number}", "salad")
        # Milk is as often with coffee as chance would have it.
        await buy(shop, f"m-{number}", "milk coffee" if number < 5 else "milk")
    await buy(shop, "anna", "coffee", member=anna)
    await buy(shop, "boris", "coffee bun", member=boris, ago=70)
    async with shop.tx() as tx:
        await refresh_goods(tx, TODAY)
        rows = await tx.fetch("select sku, other_sku, receipts, lift_hundredths from goods_together")
    # 42 receipts, 27 with coffee, 11 with a bun, both in 11.
    assert ("coffee", "bun", 11, 100 * 11 * 42 // (27 * 11)) in [tuple(row) for row in rows]
    assert {(row["sku"], row["other_sku"]) for row in rows} == {
        ("coffee", "bun"), ("bun", "coffee"), ("coffee", "wine"), ("wine", "coffee"),
    }  # fmt: skip
    assert await suggested(shop, anna, boris) == [[("bun", "together"), ("wine", "together")], []]
    async with shop.tx() as tx:
        assert (await suggest(tx, [anna]))[anna][0].beside == "Coffee"
        with pytest.raises(CategoryUnknown):
            await block_categories(tx, ["tobacco"])
        await block_categories(tx, ["alcohol"])
    assert await suggested(shop, anna) == [[("bun", "together")]]
    async with shop.tx() as tx:
        await archive_product(tx, "bun")
        await block_categories(tx, [])
    assert await suggested(shop, anna) == [[("wine", "together")]]
    clock.at += timedelta(seconds=1)
    await shop.publish(structs.replace(CASHBACK, excluded=InCategory(("alcohol",))))
    assert await suggested(shop, anna) == [[]]
