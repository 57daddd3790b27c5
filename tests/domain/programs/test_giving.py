"""Points given to many members are taken back from what is left of them, and from nothing else."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from tests.conftest import SetClock
from tests.domain.shop import Shop, open_shop, until_it_waits

from plushka.domain.businesses.queries import get_business
from plushka.domain.ledger.bulk import BulkChange
from plushka.domain.programs.adjusting import adjust
from plushka.domain.programs.giving import give_many, same_for_each, take_back_many
from plushka.domain.programs.queries import find_version_in_force
from plushka.engine.program import EarningRule, Percent, Program
from plushka.platform.database import Database, Tx
from plushka.platform.ids import new_id

PROGRAM = Program(name="Кофейня", currency="RUB", earning=(EarningRule("base", "Базовое", Percent(10_00)),))


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, PROGRAM) as shop:
        yield shop


async def change(tx: Tx, shop: Shop, changes: list[BulkChange]) -> None:
    version = await find_version_in_force(tx, shop.program_id)
    assert version is not None
    await give_many(
        tx, changes, business=await get_business(tx), version=version, kind="adjustment", reason="подарок"
    )


async def take_back(shop: Shop, member_id: UUID, given: UUID) -> int:
    async with shop.tx() as tx:
        version = await find_version_in_force(tx, shop.program_id)
        assert version is not None
        taken = await take_back_many(
            tx,
            [member_id],
            given=given,
            cause=new_id(),
            business=await get_business(tx),
            version=version,
            reason="ошибка",
        )
        return -sum(each.points for each in taken)


async def test_for_points_that_are_spent_at_this_moment_no_others_are_taken(shop: Shop) -> None:
    member_id, given = await shop.enroll(), new_id()
    (gift,) = same_for_each([member_id], 100, cause=given)
    async with shop.tx() as tx:
        await adjust(tx, member_id, points=200, reason="свои")
        await change(tx, shop, [gift])
    async with shop.tx() as tx:
        await change(tx, shop, [BulkChange(member_id, new_id(), -70, first_of=gift.adjustment_id)])
        taking = asyncio.create_task(take_back(shop, member_id, given))
        await until_it_waits(taking, tx)
    assert await taking == 30
    assert (await shop.wallet(member_id)).balance.available == 200
