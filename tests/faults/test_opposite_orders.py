"""Two processes book batches over the same members in opposite orders: neither ever waits for the other in a circle."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from uuid import UUID

import psycopg
import pytest
from tests.conftest import SetClock
from tests.domain.shop import Shop, open_shop, receipt

from plushka.domain.members.model import Identity
from plushka.domain.members.operations import enroll as enroll_without_programme
from plushka.domain.purchases.commit import commit_batch
from plushka.domain.purchases.model import Committed
from plushka.domain.purchases.situation import Item
from plushka.engine.program import EarningRule, Percent, Program, Redemption, Welcome
from plushka.platform.database import Database

MEMBERS = 30
STRANGERS = 4
BATCHES = 25
WELCOME = 100
CASHBACK = Program(
    name="Кешбэк 10 %",
    currency="RUB",
    earning=(EarningRule(id="base", name="10 %", effect=Percent(rate_bp=1000)),),
    redemption=Redemption(),
    welcome=Welcome(points=WELCOME),
)


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, CASHBACK) as shop:
        yield shop


async def enroll_strangers(shop: Shop, batch: int) -> list[UUID]:
    """Enrol people who have no wallet yet: their first purchase opens it."""
    async with shop.tx() as tx:
        return [
            (
                await enroll_without_programme(
                    tx, name="Аня", identities=[Identity("card", f"{batch}-{number}")]
                )
            ).id
            for number in range(STRANGERS)
        ]


async def book(shop: Shop, process: str, batches: Iterable[Sequence[UUID]], turn: asyncio.Barrier) -> None:
    for number, members in enumerate(batches):
        items = [
            Item(shop.caller, receipt(f"{process} {number} {member_id}", 100_00, member=member_id))
            for member_id in members
        ]
        await turn.wait()
        async with shop.tx() as tx:
            answers = await commit_batch(tx, shop.reference, items)
        assert all(isinstance(answer, Committed) for answer in answers), answers


async def deadlocks(owner_dsn: str) -> int:
    async with await psycopg.AsyncConnection.connect(owner_dsn) as connection:
        counted = await connection.execute(
            "select deadlocks from pg_stat_database where datname = current_database()"
        )
        (count,) = await counted.fetchone() or (0,)
        return int(count)


async def book_both_ways(shop: Shop, batches: Sequence[Sequence[UUID]]) -> None:
    turn = asyncio.Barrier(2)
    await asyncio.gather(
        book(shop, "one", batches, turn), book(shop, "other", [batch[::-1] for batch in batches], turn)
    )


async def test_of_members(shop: Shop, owner_dsn: str) -> None:
    members = [await shop.enroll(f"+7999000{number:04}") for number in range(MEMBERS)]
    await book_both_ways(shop, [members] * BATCHES)
    assert await deadlocks(owner_dsn) == 0
    assert {(await shop.wallet(member_id)).balance.available for member_id in members} == {
        WELCOME + 20 * BATCHES
    }
    assert await shop.differences() == ()


async def test_of_people_whose_first_purchase_opens_their_wallet(shop: Shop, owner_dsn: str) -> None:
    batches = [await enroll_strangers(shop, number) for number in range(BATCHES)]
    await book_both_ways(shop, batches)
    assert await deadlocks(owner_dsn) == 0
    assert {(await shop.wallet(member_id)).balance.available for batch in batches for member_id in batch} == {
        WELCOME + 20
    }
    assert await shop.differences() == ()


async def test_of_people_some_of_whom_join_elsewhere_meanwhile(shop: Shop, owner_dsn: str) -> None:
    batches = [await enroll_strangers(shop, number) for number in range(BATCHES)]
    turn = asyncio.Barrier(3)
    await asyncio.gather(
        book(shop, "one", batches, turn),
        book(shop, "other", [batch[::-1] for batch in batches], turn),
        book(shop, "alone", [batch[-1:] for batch in batches], turn),
    )
    assert await deadlocks(owner_dsn) == 0
    for batch in batches:
        available = [(await shop.wallet(member_id)).balance.available for member_id in batch]
        assert available == [WELCOME + 20] * (STRANGERS - 1) + [WELCOME + 30]
    assert await shop.differences() == ()
