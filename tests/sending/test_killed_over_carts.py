"""Whoever reminds members of their carts is killed in the middle, again and again: each is reminded and given once."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
from tests.domain.campaigns.telling import DRAFT
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop
from tests.faults.servers import plushka
from tests.sending.test_killed import (
    KILLED_AFTER,
    MEMBERS,
    WAIT_SECONDS_MAX,
    Phones,
    environ_of_sender,
    late,
    settle,
    states_of,
    until_none_waits,
)
from tests.sending.test_sender import until
from tests.serving import serving

from plushka.delivery.bots.carrying import BotCarrier
from plushka.domain.campaigns.journeys.publishing import publish
from plushka.domain.campaigns.journeys.writing import create_journey
from plushka.domain.events.carts.model import CartItem, ToldCart
from plushka.domain.events.carts.operations import fill_cart
from plushka.domain.messages.templates.store import create_template
from plushka.engine.journeys.parts import GivePoints, Journey, Message, OnCart
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database
from plushka.platform.settings import Settings
from plushka.platform.vault import Vault

LEADER = """
import asyncio, sys
from uuid import UUID
from plushka.delivery.jobs.journeys import lead_tenant
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database

async def lead(dsn, tenant_id):
    database = await Database.connect(dsn, connections_max=2)
    while True:
        await lead_tenant(database, SystemClock(), UUID(tenant_id))
        await asyncio.sleep(0.1)

asyncio.run(lead(*sys.argv[1:]))
"""
"""The job, without the minute that it waits for."""
NOTHING = {"journey_runs": 0, "journey_passes": 0, "outgoing": 0, "adjustments": 0}
BEGUN = {**NOTHING, "journey_runs": MEMBERS}
ALL = {"journey_runs": MEMBERS, "journey_passes": 2 * MEMBERS, "outgoing": MEMBERS, "adjustments": MEMBERS}


async def test_nobody_is_reminded_or_given_twice_and_nobody_is_forgotten(
    database: Database, dsn: str, tmp_path: Path
) -> None:
    phones, folder = Phones(), tmp_path / "data"
    async with (
        serving(phones.fake.routes(), late) as api,
        open_shop(database, SystemClock(), CASHBACK) as shop,
    ):
        environ = environ_of_sender(folder, dsn, api)
        await settle(shop, Vault.of(Settings.from_environment(environ)), phones)
        journey_id = await leave_carts(shop)

        await kill_leader_at(shop, "journey_runs", "journeys.begin_runs")
        assert await counts(shop) == NOTHING, "who dies while they begin leaves nothing"
        await kill_leader_at(shop, "journey_passes", "journeys.write_runs")
        assert await counts(shop) == BEGUN, "who dies behind the points and the letters has given none"
        with leading(shop):
            await until_all(shop)

        for enough in KILLED_AFTER:
            with plushka(["worker"], environ) as process:
                await until(lambda: phones.arrived().total() >= enough, seconds=WAIT_SECONDS_MAX)  # noqa: B023
                process.kill()
        with plushka(["worker"], environ):
            await until_none_waits(shop, journey_id)

        assert max(phones.arrived().values()) == 1
        states = await states_of(shop, journey_id)
        assert set(states.values()) == {"sent", "unknown"}
        assert all(phones.arrived()[chat] == 1 for chat, state in states.items() if state == "sent")
        unknown = [chat for chat, state in states.items() if state == "unknown"]
        assert 0 < len(unknown) <= BotCarrier.in_flight_max * len(KILLED_AFTER)
        assert await counts(shop) == ALL
        assert await shop.differences() == ()


async def leave_carts(shop: Shop) -> UUID:
    """Publish a journey that gives points and reminds, and let each member leave a cart; return its id."""
    async with shop.tx() as tx:
        template_id = await create_template(tx, DRAFT)
        steps = (GivePoints("gift", 10), Message("letter", str(template_id), route=("telegram",)))
        card = await create_journey(tx, Journey("Корзина", OnCart(60), steps, control_bp=0))
        await publish(tx, card.id, revision=card.revision)
    async with shop.tx() as tx:
        members = await tx.fetch("select id from members where tenant_id = $1", tx.tenant_id)
        for number, row in enumerate(members):
            at = tx.at - timedelta(minutes=61)
            goods = [CartItem("Кофе")]
            told = ToldCart(str(number), row["id"], shop.caller.till_id, at, 1890_00, goods)
            await fill_cart(tx, told, currency="RUB")
    return card.id


@contextmanager
def leading(shop: Shop) -> Iterator[None]:
    """Let a process of its own lead members through journeys, and kill it in the end."""
    arguments = [sys.executable, "-c", LEADER, shop.database.dsn, str(shop.caller.tenant_id)]
    process = subprocess.Popen(arguments)
    try:
        yield
    finally:
        process.kill()
        process.wait()


async def kill_leader_at(shop: Shop, table: str, statement: str) -> None:
    """Kill a leader within ``statement``, which waits for ``table``; return when the database knows."""
    watching = await asyncpg.connect(shop.database.dsn)
    holding = await asyncpg.connect(shop.database.dsn)
    there = f"""
        select count(*) from pg_stat_activity
        where datname = current_database() and query like '%-- {statement}%' and pid <> pg_backend_pid()
          and state = 'active'
    """  # noqa: S608  ours
    try:
        async with holding.transaction():
            await holding.execute(f"lock table {table} in share mode")
            with leading(shop):
                await until_count(watching, f"{there} and wait_event_type = 'Lock'", 1)
        await until_count(watching, there, 0)
    finally:
        await holding.close()
        await watching.close()


async def until_count(connection: "asyncpg.Connection[asyncpg.Record]", asked: str, count: int) -> None:
    async with asyncio.timeout(WAIT_SECONDS_MAX):
        while await connection.fetchval(asked) != count:  # noqa: ASYNC110  what is waited for is another process's
            await asyncio.sleep(0.05)


async def until_all(shop: Shop) -> None:
    async with asyncio.timeout(WAIT_SECONDS_MAX):
        while await counts(shop) != ALL:  # noqa: ASYNC110  as above
            await asyncio.sleep(0.05)


async def counts(shop: Shop) -> dict[str, int]:
    """Return how many have begun, steps are behind them, letters and gifts of points there are."""
    async with shop.tx() as tx:
        return {
            table: await tx.fetchval(f"select count(*) from {table} where tenant_id = $1", tx.tenant_id)  # noqa: S608
            for table in NOTHING
        }
