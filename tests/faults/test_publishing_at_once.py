"""Owners who publish at the same moment queue: each gets a version of its own (S20)."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from tests.conftest import CONNECTIONS_MAX, SetClock
from tests.domain.shop import Shop, open_shop

from plushka.domain.programs.operations import publish
from plushka.domain.programs.queries import list_versions
from plushka.engine.program import EarningRule, Percent, Program
from plushka.platform.database import Database

ROUNDS = 5
OWNERS = CONNECTIONS_MAX
CASHBACK = Program(
    name="Кешбэк 10 %",
    currency="RUB",
    earning=(EarningRule(id="base", name="10 %", effect=Percent(rate_bp=1000)),),
)


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, CASHBACK) as shop:
        yield shop


async def test_each_gets_the_next_number(shop: Shop) -> None:
    async def publish_one(line: asyncio.Barrier) -> int:
        async with shop.tx() as tx:
            await line.wait()
            version = await publish(tx, program_id=shop.program_id, program=CASHBACK, valid_from=tx.at)
            return version.number

    for number in range(ROUNDS):
        line = asyncio.Barrier(OWNERS)
        numbers = await asyncio.gather(*(publish_one(line) for _ in range(OWNERS)))
        first = 2 + number * OWNERS
        assert sorted(numbers) == list(range(first, first + OWNERS))
    async with shop.tx() as tx:
        assert len(await list_versions(tx, shop.program_id)) == 1 + ROUNDS * OWNERS
