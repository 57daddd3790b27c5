"""Sums of every business are kept by themselves."""

import asyncio

import pytest
from prometheus_client import REGISTRY
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.rollups.test_folding import is_right, total
from tests.domain.shop import open_shop
from tests.platform.test_database import open_business

from plushka.delivery.jobs import folding
from plushka.delivery.jobs.folding import fold_each, keep_folding
from plushka.domain.rollups.queries import find_run
from plushka.platform.database import Database


def lag() -> float | None:
    return REGISTRY.get_sample_value("plushka_reports_lag_seconds")


async def test_each_business_is_added_up_and_how_long_it_waited_is_told(
    database: Database, clock: SetClock
) -> None:
    await open_business(database, "Other")
    async with open_shop(database, clock, CASHBACK) as shop:
        await shop.buy("1", 100_00)
        clock.at = clock.at.replace(minute=2)
        assert await fold_each(database, clock) is False
        assert lag() == 120.0
        assert await total(shop, "receipts") == 1
        async with shop.tx() as tx:
            run = await find_run(tx)
        assert run is not None
        assert (run.folded_at, run.changes) == (clock.now(), 1)
        assert await fold_each(database, clock) is False
        assert lag() == 0.0
        assert await is_right(shop)


async def test_a_business_that_cannot_be_added_up_does_not_keep_the_others_waiting(
    database: Database, clock: SetClock
) -> None:
    async with open_shop(database, clock, CASHBACK) as broken, open_shop(database, clock, CASHBACK) as sound:
        await broken.buy("1", 100_00)
        await fold_each(database, clock)
        async with broken.tx() as tx:
            # To which nothing can be added.
            await tx.execute("update sales_days set revenue_minor = 9223372036854775807")
        await broken.buy("2", 100_00)
        await sound.buy("1", 100_00)
        await fold_each(database, clock)
        assert await total(broken, "receipts") == 1
        assert await total(sound, "receipts") == 1
        clock.at = clock.at.replace(minute=3)
        await fold_each(database, clock)
        assert lag() == 180.0


async def test_it_goes_on_until_it_is_told_to_stop(
    database: Database, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "EVERY_SECONDS", 0.0)
    stop = asyncio.Event()
    async with open_shop(database, clock, CASHBACK) as shop:
        keeping = asyncio.create_task(keep_folding(database, clock, stop))
        for number in range(1, 3):
            await shop.buy(f"{number}", 100_00)
            while await total(shop, "receipts") < number:  # noqa: ASYNC110  another transaction tells nobody
                await asyncio.sleep(0)
        stop.set()
        await keeping
