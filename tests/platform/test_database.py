"""The one door to PostgreSQL."""

import contextlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from subprocess import Popen
from uuid import UUID

import asyncpg
import pytest

from plushka.platform.database import Database, Tx
from plushka.platform.ids import new_id
from plushka.platform.postgres.priority import WAITS, lower

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


async def open_business(database: Database, name: str) -> UUID:
    tenant_id = new_id()
    async with database.transaction(tenant_id, actor="operator:test", at=AT) as tx:
        await tx.execute(
            "insert into businesses (tenant_id, name, currency, country, language, time_zone, created_at)"
            " values ($1, $2, 'RUB', 'RU', 'ru', 'Europe/Moscow', $3)",
            tenant_id,
            name,
            AT,
        )
        await add_branch(tx, tenant_id)
    return tenant_id


async def add_branch(tx: Tx, tenant_id: UUID) -> None:
    await tx.execute(
        "insert into branches (tenant_id, id, code, name, time_zone, created_at)"
        " values ($1, $2, 'main', 'Main', 'Europe/Moscow', $3)",
        tenant_id,
        new_id(),
        AT,
    )


async def test_a_transaction_sees_only_the_rows_of_its_tenant(database: Database) -> None:
    annas = await open_business(database, "Anna's bakery")
    eves = await open_business(database, "Eve's bakery")
    async with database.transaction(eves, actor="staff:eve", at=AT) as tx:
        seen = await tx.fetch("select tenant_id from branches")
        changed = await tx.execute("update branches set name = 'mine' where tenant_id = $1", annas)
    assert [row["tenant_id"] for row in seen] == [eves]
    assert changed == "UPDATE 0"


async def test_a_row_for_another_tenant_is_refused(database: Database) -> None:
    annas = await open_business(database, "Anna's bakery")
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with database.transaction(new_id(), actor="staff:eve", at=AT) as tx:
            await add_branch(tx, annas)


async def test_copied_rows_are_the_tenants_of_the_transaction(database: Database) -> None:
    annas = await open_business(database, "Anna's bakery")
    eves = await open_business(database, "Eve's bakery")
    columns = ["id", "code", "name", "time_zone", "created_at"]
    branch = (new_id(), "second", "Second", "Europe/Moscow", AT)
    async with database.transaction(eves, actor="staff:eve", at=AT) as tx:
        await tx.copy("branches", columns=columns, records=[branch])
        assert await tx.fetchval("select current_user") == "plushka_app"
        assert await tx.fetchval("select tenant_id from branches where code = 'second'") == eves
    with pytest.raises(asyncpg.DuplicateColumnError):
        async with database.transaction(eves, actor="staff:eve", at=AT) as tx:
            await tx.copy("branches", columns=["tenant_id", *columns], records=[(annas, *branch)])


async def test_an_exception_rolls_back(database: Database) -> None:
    tenant_id = await open_business(database, "Anna's bakery")

    async def rename_and_fail() -> None:
        async with database.transaction(tenant_id, actor="staff:anna", at=AT) as tx:
            await tx.execute("update branches set name = 'gone' where tenant_id = $1", tenant_id)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await rename_and_fail()
    async with database.transaction(tenant_id, actor="staff:anna", at=AT) as tx:
        assert await tx.fetchval("select name from branches") == "Main"


async def test_the_application_may_not_edit_the_journal(database: Database) -> None:
    tenant_id = await open_business(database, "Anna's bakery")
    for sql in ("update postings set points = 1", "delete from postings", "truncate postings"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with database.transaction(tenant_id, actor="staff:eve", at=AT) as tx:
                await tx.execute(sql)


async def test_the_role_survives_a_connections_return_to_the_pool(dsn: str) -> None:
    database = await Database.connect(dsn, connections_max=1)
    for _ in range(2):
        async with database.global_transaction(actor="operator:test", at=AT) as tx:
            assert await tx.fetchval("select current_user") == "plushka_app"
    await database.close()


async def test_a_swallowed_failure_is_not_taken_for_a_commit(database: Database) -> None:
    async def swallow() -> None:
        async with database.transaction(new_id(), actor="test:anna", at=AT) as tx:
            with contextlib.suppress(asyncpg.PostgresError):
                await tx.execute("select 1 / 0")

    with pytest.raises(asyncpg.InFailedSQLTransactionError):
        await swallow()


async def test_statements_are_planned_once_in_the_transactions_that_ask_for_it_alone(
    database: Database,
) -> None:
    asked = []
    for plans_once in (True, False):
        async with database.transaction(new_id(), actor="job:test", at=AT, plans_once=plans_once) as tx:
            asked.append(await tx.fetchval("show plan_cache_mode"))
    assert asked == ["force_generic_plan", "auto"]


async def test_what_gives_way_is_served_by_a_process_of_low_priority_without_helpers(dsn: str) -> None:
    usual, aside = (
        await Database.connect(dsn, connections_max=1),
        await Database.connect_aside(dsn, connections_max=1, niceness=WAITS, statement_seconds_max=7),
    )
    async with (
        usual.global_transaction(actor="operator:test", at=AT) as tills,
        aside.global_transaction(actor="operator:test", at=AT) as reports,
    ):
        assert await reports.fetchval("show max_parallel_workers_per_gather") == "0"
        assert await reports.fetchval("show statement_timeout") == "7s"
        assert await reports.fetchval("select current_user") == "plushka_app"
        if await reports.fetchval("select inet_server_addr()") is not None:
            pytest.skip("PostgreSQL is on another machine, or might be")
        of_tills, of_reports = [await tx.fetchval("select pg_backend_pid()") for tx in (tills, reports)]
        assert priority(of_reports) == max(WAITS, priority(of_tills))
        assert priority_of_session(of_reports) in {None, WAITS}
    await usual.close()
    await aside.close()


def priority(process_id: int) -> int:
    return os.getpriority(os.PRIO_PROCESS, process_id)


def priority_of_session(process_id: int) -> int | None:
    """Return it where sessions have one."""
    session = Path(f"/proc/{process_id}/autogroup")
    return int(session.read_text().split()[-1]) if session.exists() else None


@pytest.fixture
def stranger() -> Iterator[int]:
    with Popen(["/bin/sleep", "60"]) as process:
        yield process.pid
        process.kill()


async def test_a_process_that_is_not_of_postgresql_keeps_its_priority(stranger: int) -> None:
    before = priority(stranger)
    await lower(stranger, WAITS)
    assert priority(stranger) == before


async def test_of_what_gives_way_only_so_much_goes_on_at_once(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plushka.platform.database.ASIDE_ACQUIRE_TIMEOUT_SECONDS", 0.2)
    aside = await Database.connect_aside(dsn, connections_max=1, niceness=WAITS)
    async with aside.global_transaction(actor="operator:test", at=AT):
        with pytest.raises(TimeoutError):
            async with aside.global_transaction(actor="operator:test", at=AT):
                pass
    await aside.close()
