"""What goods cost the business is kept with the receipt: later prices do not rewrite what was earned then."""

from datetime import timedelta

from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import open_shop, receipt

from plushka.domain.catalog.cache import TTL_SECONDS
from plushka.domain.catalog.model import ProductEntry
from plushka.domain.catalog.operations import upsert_products
from plushka.domain.purchases.model import PurchaseLine
from plushka.domain.purchases.queries import get_receipt
from plushka.platform.database import Database

MILK = PurchaseLine(sku="milk", quantity_milli=333, amount_minor=30_00)
BUN = PurchaseLine(sku="bun", quantity_milli=2000, amount_minor=240_00)
UNLISTED = PurchaseLine(sku="gift", quantity_milli=1000, amount_minor=50_00)


async def test_a_receipt_keeps_the_cost_of_its_time(database: Database, clock: SetClock) -> None:
    async with open_shop(database, clock, CASHBACK) as shop:
        async with shop.tx() as tx:
            await upsert_products(
                tx,
                [
                    ProductEntry("milk", "Молоко, л", cost_minor=45_50),
                    ProductEntry("bun", "Плюшка", cost_minor=40_00),
                    ProductEntry("water", "Вода"),
                ],
            )
        # 0.333 × 45.50 = 15.1515, rounded half up to 15.15; two buns are 80.00.
        sold = await shop.queue.commit(shop.caller, receipt("1", 0, lines=(MILK, BUN)))
        assert sold.receipt.cost_minor == 95_15
        for number, line in (("2", UNLISTED), ("3", PurchaseLine("water", 1000, 60_00))):
            unknown = await shop.queue.commit(shop.caller, receipt(number, 0, lines=(BUN, line)))
            assert unknown.receipt.cost_minor is None

        async with shop.tx() as tx:
            await upsert_products(tx, [ProductEntry("bun", "Плюшка", cost_minor=60_00)])
        clock.advance(timedelta(seconds=TTL_SECONDS + 1))
        later = await shop.queue.commit(shop.caller, receipt("4", 0, lines=(BUN,)))
        assert later.receipt.cost_minor == 120_00
        async with shop.tx() as tx:
            assert (await get_receipt(tx, sold.receipt.id)).cost_minor == 95_15
