"""Folds, rebuilds and tills at the same time; folds that die."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

import asyncpg
import pytest
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.rollups.test_folding import fold as fold_all
from tests.domain.rollups.test_folding import is_right, total
from tests.domain.shop import Shop, open_shop

from plushka.domain.changes.queries import find_oldest
from plushka.domain.rollups.folding import fold
from plushka.domain.rollups.queries import find_as_of
from plushka.domain.rollups.rebuilding import rebuild
from plushka.platform.database import Database, Tx


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, CASHBACK) as shop:
        member_id = await shop.enroll()
        for number in range(3):
            await shop.buy(f"{number}", 100_00, member=member_id)
        yield shop


def one_moment(shop: Shop) -> AbstractAsyncContextManager[Tx]:
    return shop.database.transaction(
        shop.caller.tenant_id, actor="test:rollups", at=shop.clock.now(), one_moment=True
    )


async def test_who_comes_while_another_adds_up_goes_away(shop: Shop) -> None:
    async with one_moment(shop) as one:
        assert await fold(one) is not None
        async with one_moment(shop) as other:
            assert await fold(other) is None
            assert await rebuild(other) is None
    assert await fold_all(shop) == 0
    assert await total(shop, "receipts") == 3
    assert await is_right(shop)


async def fold_too_late(shop: Shop) -> None:
    async with one_moment(shop) as late:
        assert await find_oldest(late) is not None
        await fold_all(shop)
        await fold(late)


async def fold_and_die(shop: Shop) -> None:
    async with one_moment(shop) as tx:
        assert await fold(tx) is not None
        raise ZeroDivisionError


async def test_who_saw_the_same_changes_before_another_added_them_up_adds_nothing(shop: Shop) -> None:
    with pytest.raises(asyncpg.SerializationError):
        await fold_too_late(shop)
    assert await total(shop, "receipts") == 3
    assert await is_right(shop)


async def test_a_fold_that_dies_has_added_nothing(shop: Shop) -> None:
    with pytest.raises(ZeroDivisionError):
        await fold_and_die(shop)
    assert await total(shop, "receipts") == 0
    await fold_all(shop)
    assert await total(shop, "receipts") == 3
    assert await is_right(shop)


async def test_what_is_sold_while_all_is_made_anew_is_added_afterwards(shop: Shop) -> None:
    async with one_moment(shop) as tx:
        assert await find_oldest(tx) is not None
        await shop.buy("meanwhile", 50_00)
        assert await rebuild(tx) == 3
    assert await total(shop, "receipts") == 3
    assert await fold_all(shop) == 1
    assert await total(shop, "receipts") == 4
    assert await is_right(shop)


async def test_sums_are_as_of_the_last_fold_while_something_waits(shop: Shop, clock: SetClock) -> None:
    folded_at = clock.now()
    await fold_all(shop)
    clock.at = clock.at.replace(hour=10)
    async with shop.tx() as tx:
        assert await find_as_of(tx) == clock.now()
    await shop.buy("later", 50_00)
    async with shop.tx() as tx:
        assert await find_as_of(tx) == folded_at
    await fold_all(shop)
    async with shop.tx() as tx:
        assert await find_as_of(tx) == clock.now()
