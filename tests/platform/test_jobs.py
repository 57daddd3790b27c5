"""Work for later: kept if and only if its cause is, tried again when it fails."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import asyncpg
import pytest
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver

from plushka.platform import jobs
from plushka.platform.clock import Clock
from plushka.platform.database import APPLICATION_ROLE, Database
from plushka.platform.errors import TemporaryFailure

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
WAIT_SECONDS_MAX = 60


@pytest.fixture
async def pool(dsn: str) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(
        dsn, min_size=2, max_size=4, server_settings={"role": APPLICATION_ROLE}
    ) as pool:
        yield pool


async def enqueue(database: Database, payload: bytes, *, key: str | None = None) -> None:
    async with database.global_transaction(actor="operator:test", at=AT) as tx:
        await jobs.enqueue(tx, "greet", payload, key=key)


async def test_a_committed_job_runs_and_a_stopped_worker_returns(
    pool: asyncpg.Pool, database: Database, clock: Clock
) -> None:
    stop = asyncio.Event()
    heard = []

    async def greet(_: Database, clock: Clock, payload: bytes) -> None:
        heard.append((payload, clock.now()))
        stop.set()

    await enqueue(database, b"anna")
    async with asyncio.timeout(WAIT_SECONDS_MAX):
        await jobs.work(pool, database, clock, jobs=[jobs.Job("greet", greet)], scheduled=[], stop=stop)
    assert heard == [(b"anna", clock.now())]
    assert await pool.fetchval("select count(*) from jobs.pgqueuer") == 0


async def test_a_job_of_a_transaction_that_rolls_back_never_was(database: Database, owner_dsn: str) -> None:
    async def enqueue_and_fail() -> None:
        async with database.global_transaction(actor="operator:test", at=AT) as tx:
            await jobs.enqueue(tx, "greet", b"anna")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await enqueue_and_fail()
    connection = await asyncpg.connect(owner_dsn)
    assert await connection.fetchval("select count(*) from jobs.pgqueuer") == 0
    await connection.close()


async def test_a_key_that_waits_already_adds_nothing(pool: asyncpg.Pool, database: Database) -> None:
    for payload in (b"first", b"second"):
        await enqueue(database, payload, key="greet:anna")
    assert [row["payload"] for row in await pool.fetch("select payload from jobs.pgqueuer")] == [b"first"]


async def test_a_job_that_fails_for_now_is_tried_again(
    pool: asyncpg.Pool, database: Database, clock: Clock
) -> None:
    stop = asyncio.Event()
    attempts = []

    async def greet(_: Database, __: Clock, payload: bytes) -> None:
        attempts.append(payload)
        if len(attempts) == 1:
            raise TemporaryFailure("busy", retry_after_seconds=0.1)
        stop.set()

    await enqueue(database, b"anna")
    async with asyncio.timeout(WAIT_SECONDS_MAX):
        await jobs.work(pool, database, clock, jobs=[jobs.Job("greet", greet)], scheduled=[], stop=stop)
    assert attempts == [b"anna", b"anna"]


async def test_a_scheduled_job_survives_its_own_failure(
    pool: asyncpg.Pool, database: Database, clock: Clock
) -> None:
    stop = asyncio.Event()

    async def sweep(_: Database, __: Clock) -> None:
        stop.set()
        raise ZeroDivisionError

    entry = jobs.Scheduled("sweep", "* * * * * */1", sweep)
    async with asyncio.timeout(WAIT_SECONDS_MAX):
        await jobs.work(pool, database, clock, jobs=[], scheduled=[entry], stop=stop)
    row = await pool.fetchrow("select entrypoint, status::text from jobs.pgqueuer_schedules")
    assert row is not None
    assert tuple(row) == ("sweep", "queued")


async def test_the_migrated_tables_are_those_this_version_of_the_queue_wants(owner_dsn: str) -> None:
    connection = await asyncpg.connect(owner_dsn)
    plan = await jobs._queries(AsyncpgDriver(connection)).plan_upgrade()
    await connection.close()
    assert plan.statements == ()
