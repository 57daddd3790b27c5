"""What time has made worthless is swept up by a job."""

from datetime import timedelta

from tests.conftest import SetClock
from tests.pos.conftest import Cast, cast

from plushka.delivery.jobs import SCHEDULED
from plushka.delivery.jobs.long_work import clear_tenant
from plushka.delivery.jobs.sweeping import sweep_office
from plushka.domain.members.model import Identity
from plushka.domain.members.operations import enroll
from plushka.domain.members.pace import may_join
from plushka.domain.members.phone_codes import DAY, make_code
from plushka.domain.members.sessions import find_session, open_session
from plushka.domain.staff.tries import WINDOW, begin_try
from plushka.platform.database import Database
from plushka.platform.ids import new_id

__all__ = ["cast"]


async def test_sessions_that_ran_out_and_old_tries_are_swept_and_no_others(
    database: Database, clock: SetClock
) -> None:
    await keep_session(database, clock, "over", lasts=timedelta(hours=1))
    await keep_session(database, clock, "living", lasts=timedelta(hours=1, microseconds=1))
    await try_to_sign_in(database, clock, "old")
    clock.advance(timedelta(hours=1) - WINDOW + timedelta(microseconds=1))
    await try_to_sign_in(database, clock, "counting")
    clock.advance(WINDOW - timedelta(microseconds=1))

    await sweep_office(database, clock)

    async with database.global_transaction(actor="test", at=clock.now()) as tx:
        assert await tx.fetchval("select array_agg(token_hash) from sessions") == [b"living"]
        assert await tx.fetchval("select array_agg(network) from sign_in_tries") == ["counting"]
        assert await tx.fetchval("select array_agg(network) from join_tries") == ["counting"]


def test_the_worker_sweeps() -> None:
    assert sweep_office in [entry.run for entry in SCHEDULED]


async def try_to_sign_in(database: Database, clock: SetClock, network: str) -> None:
    async with database.global_transaction(actor="test", at=clock.now()) as tx:
        assert not await begin_try(tx, email="anna@example.com", network=network)
        assert await may_join(tx, network=network)


async def keep_session(database: Database, clock: SetClock, token: str, *, lasts: timedelta) -> None:
    account_id, tenant_id = new_id(), new_id()
    async with database.transaction(tenant_id, actor="test", at=clock.now()) as tx:
        await tx.execute(
            "insert into accounts values ($1, $2, 'Анна', '', 'ru', $3)",
            account_id,
            f"{token}@example.com",
            tx.at,
        )
        await tx.execute(
            """
            insert into businesses (tenant_id, name, currency, country, language, time_zone, created_at)
            values ($1, 'Кофейня', 'RUB', 'RU', 'ru', 'Europe/Moscow', $2)
            """,
            tenant_id,
            tx.at,
        )
        await tx.execute(
            """
            insert into sessions (token_hash, id, account_id, tenant_id, created_at, seen_at, expires_at)
            values ($1, $2, $3, $4, $5, $5, $6)
            """,
            token.encode(),
            new_id(),
            account_id,
            tenant_id,
            tx.at,
            tx.at + lasts,
        )


async def test_sessions_of_the_app_that_ran_out_and_codes_that_count_no_more_are_cleared(
    database: Database, cast: Cast, clock: SetClock
) -> None:
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        member = await enroll(tx, name="Оля", identities=[Identity("phone", "+79031112233")])
        await open_session(tx, member.id, host="telegram")
        await make_code(tx, "+79031112233", network="old")
    clock.advance(DAY)
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        token = await open_session(tx, member.id, host="browser")
        await make_code(tx, "+79031112233", network="counting")

    await clear_tenant(database, clock, cast.anna.tenant_id)

    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        assert await find_session(tx, token) is not None
        assert await tx.fetchval("select array_agg(host) from member_sessions") == ["browser"]
        assert await tx.fetchval("select array_agg(network) from phone_codes") == ["counting"]
