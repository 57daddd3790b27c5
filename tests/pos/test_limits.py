"""How much a key may ask, and what a till is told when the database is away."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import httpx
import psycopg
import pytest
from tests.conftest import SetClock
from tests.pos.conftest import RATE_PER_SECOND, Cast, client_of, coffee, new_till

from plushka.app import Plushka
from plushka.delivery.pos import rate
from plushka.delivery.pos.limits import RATE_BURST_SECONDS, UNKNOWN_KEYS_BURST_SECONDS
from plushka.delivery.pos.problems import problem_of
from plushka.domain.purchases import queue
from plushka.domain.staff import keyring
from plushka.domain.staff.model import SCOPES
from plushka.domain.staff.tokens import PresentedKey, digest, new_key
from plushka.platform.database import Database

BURST = RATE_PER_SECOND * RATE_BURST_SECONDS


async def test_a_key_may_ask_so_often_and_then_waits(
    anna: httpx.AsyncClient, eve: httpx.AsyncClient, clock: SetClock
) -> None:
    # Unknown receipts are the cheapest thing to ask for; the clock stands still.
    statuses = [(await anna.get("/v1/receipts?external_id=1")).status_code for _ in range(BURST + 1)]
    refused = await anna.get("/v1/receipts?external_id=1")
    other_key = await eve.get("/v1/receipts?external_id=1")
    clock.advance(timedelta(seconds=1))
    later = await anna.get("/v1/receipts?external_id=1")

    assert statuses == [404] * BURST + [429]
    assert (refused.json()["code"], refused.headers["retry-after"]) == ("rate_exceeded", "1")
    assert other_key.status_code == 404
    assert later.status_code == 404


def new_headers(tenant_id: UUID) -> dict[str, str]:
    """Return the headers of a key that does not exist."""
    return {"Authorization": f"Bearer {new_key(tenant_id)}"}


async def test_a_key_that_does_not_exist_is_asked_for_once(
    anna: httpx.AsyncClient, cast: Cast, owner_dsn: str, clock: SetClock
) -> None:
    headers = new_headers(cast.anna.tenant_id)
    assert (await anna.get("/v1/receipts?external_id=1", headers=headers)).status_code == 401

    with closed_for_connections(owner_dsn):
        assert (await anna.get("/v1/receipts?external_id=1", headers=headers)).status_code == 401
        clock.advance(timedelta(seconds=keyring.UNKNOWN_TTL_SECONDS))
        assert (await anna.get("/v1/receipts?external_id=1", headers=headers)).status_code == 503


async def test_an_address_that_tries_keys_waits_and_its_good_ones_do_not(
    app: Plushka, database: Database, cast: Cast, clock: SetClock
) -> None:
    async def status(till: httpx.AsyncClient, secret: str) -> int:
        answer = await till.get("/v1/receipts?external_id=1", headers={"Authorization": f"Bearer {secret}"})
        if answer.status_code == 429:
            assert (answer.json()["code"], answer.headers["retry-after"]) == ("unknown_keys_too_many", "1")
        return answer.status_code

    new_till_secret = await new_till(database, clock, cast.anna, scopes=SCOPES)
    async with client_of(app, None) as inside, client_of(app, None, address="192.0.2.7") as outside:
        assert await status(inside, cast.anna.secret) == 404
        for _ in range(UNKNOWN_KEYS_BURST_SECONDS):
            guess = new_key(cast.anna.tenant_id)
            assert [await status(inside, guess), await status(inside, guess)] == [401, 401]
            assert await status(inside, cast.anna.secret) == 404
        assert await status(inside, new_key(cast.anna.tenant_id)) == 429
        assert await status(inside, new_till_secret) == 429
        assert await status(outside, new_till_secret) == 404
        assert await status(outside, new_key(cast.anna.tenant_id)) == 401


async def test_a_till_known_before_is_let_in_though_its_address_tries_keys(
    anna: httpx.AsyncClient, cast: Cast, clock: SetClock
) -> None:
    async def guess() -> int:
        answer = await anna.get("/v1/receipts?external_id=1", headers=new_headers(cast.anna.tenant_id))
        return answer.status_code

    assert (await anna.get("/v1/receipts?external_id=1")).status_code == 404
    clock.advance(timedelta(seconds=keyring.TTL_SECONDS))
    while await guess() != 429:
        pass
    assert (await anna.get("/v1/receipts?external_id=1")).status_code == 404


async def test_while_the_database_is_away_tills_are_no_strangers(
    anna: httpx.AsyncClient, owner_dsn: str
) -> None:
    with closed_for_connections(owner_dsn):
        for _ in range(UNKNOWN_KEYS_BURST_SECONDS + 1):
            assert (await anna.get("/v1/receipts?external_id=1")).status_code == 503
    assert (await anna.get("/v1/receipts?external_id=1")).status_code == 404


async def test_tries_at_the_same_moment_are_counted_like_others(anna: httpx.AsyncClient, cast: Cast) -> None:
    tries = [
        anna.get("/v1/receipts?external_id=1", headers=new_headers(cast.anna.tenant_id))
        for _ in range(2 * UNKNOWN_KEYS_BURST_SECONDS)
    ]
    statuses = [answer.status_code for answer in await asyncio.gather(*tries)]
    assert sorted(statuses) == [401] * UNKNOWN_KEYS_BURST_SECONDS + [429] * UNKNOWN_KEYS_BURST_SECONDS


async def test_guesses_fill_no_memory(
    database: Database, cast: Cast, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring, "UNKNOWN_KEYS_MAX", 2)
    ring, tenant_id = keyring.Keyring(), cast.anna.tenant_id
    guesses = [PresentedKey(tenant_id, digest(str(number))) for number in range(3)]
    async with database.transaction(tenant_id, actor="test", at=clock.now()) as tx:
        for guess in guesses:
            await ring.look_up(tx, guess)
    assert [ring.is_unknown(guess, at=clock.now()) for guess in guesses] == [False, True, True]


def test_of_too_many_counted_the_one_who_came_longest_ago_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rate, "RATE_COUNTED_MAX", 2)
    limiter = rate.RateLimiter[str](per_second=1, burst_seconds=1)
    assert [limiter.take(one, now=0.0) for one in ("a", "b", "c")] == [0.0, 0.0, 0.0]
    assert [limiter.take(one, now=0.0) for one in ("b", "c", "a")] == [1.0, 1.0, 0.0]


@contextmanager
def closed_for_connections(owner_dsn: str) -> Iterator[None]:
    """Throw everybody out of the database and let nobody in, as a server that restarts does."""
    parts = urlsplit(owner_dsn)
    name = parts.path.removeprefix("/")
    server = parts._replace(path="/template1").geturl()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"alter database {name} allow_connections false")
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (name,)
        )
        yield
        connection.execute(f"alter database {name} allow_connections true")


async def test_without_a_database_nothing_is_booked_and_the_till_comes_back(
    anna: httpx.AsyncClient, owner_dsn: str
) -> None:
    assert (await anna.post("/v1/purchases", json=coffee())).status_code == 201
    quote = coffee()
    del quote["external_id"]

    with closed_for_connections(owner_dsn):
        for answer in [
            await anna.post("/v1/purchases", json=coffee("2")),
            await anna.post("/v1/quotes", json=quote),
            await anna.get("/v1/health/ready"),
        ]:
            assert (answer.status_code, answer.json()["code"]) == (503, "temporarily_unavailable")
            assert answer.headers["retry-after"] == "1"
        alive = await anna.get("/v1/health")
        assert alive.status_code == 200

    assert (await anna.get("/v1/receipts?external_id=2")).status_code == 404
    assert (await anna.post("/v1/purchases", json=coffee("2"))).status_code == 201


async def test_while_nothing_can_be_booked_only_so_many_receipts_wait(
    app: Plushka,
    anna: httpx.AsyncClient,
    eve: httpx.AsyncClient,
    owner_dsn: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert app._pos is not None
    line = app._pos._services.purchases
    monkeypatch.setattr(queue, "WAITING_OF_BUSINESS_MAX", 2)
    monkeypatch.setattr(queue, "WAITING_MAX", 3)
    with psycopg.connect(owner_dsn) as stuck:
        stuck.execute("lock table receipts in access exclusive mode")
        # One for each writer, and then the line.
        taken = [
            await sent(line, anna.post("/v1/purchases", json=coffee(f"taken {number}")))
            for number in range(queue.WRITERS + 2)
        ]
        refused = await anna.post("/v1/purchases", json=coffee("refused"))
        batch = await eve.post(
            "/v1/purchases/batch", json={"purchases": [coffee("batch 1"), coffee("batch 2")]}
        )
        taken.append(await sent(line, eve.post("/v1/purchases", json=coffee("taken"))))
        refused_of_eve = await eve.post("/v1/purchases", json=coffee("refused"))
        stuck.rollback()
    booked = [answer.status_code for answer in await asyncio.gather(*taken)]

    for answer in (refused, batch, refused_of_eve):
        assert (answer.status_code, answer.json()["code"]) == (503, "queue_full")
        assert int(answer.headers["retry-after"]) > 0
    assert booked == [201] * (queue.WRITERS + 3)
    for till, number in ((anna, "refused"), (eve, "refused"), (eve, "batch 1"), (eve, "batch 2")):
        assert (await till.get(f"/v1/receipts?external_id={number}")).status_code == 404
    assert (await anna.post("/v1/purchases", json=coffee("refused"))).status_code == 201


async def sent(
    line: queue.PurchaseQueue, request: Coroutine[None, None, httpx.Response]
) -> asyncio.Task[httpx.Response]:
    """Send a purchase that will not be answered yet; return when a writer has it, or it stands in the line."""

    def known() -> int:
        return sum(map(len, (*line._waiting.values(), *line._in_flight.values())))

    before = known()
    task = asyncio.create_task(request)
    while known() == before:
        assert not task.done()
        await asyncio.sleep(0)
    # The writer that was woken has its turn.
    await asyncio.sleep(0)
    return task


@pytest.mark.parametrize(
    "error", [asyncpg.DiskFullError("no space"), asyncpg.TooManyConnectionsError("full"), TimeoutError()]
)
def test_a_full_database_is_an_absent_one(error: Exception) -> None:
    problem, headers = problem_of(error, "ru")

    assert (problem.status, problem.code) == (503, "temporarily_unavailable")
    assert headers == {"retry-after": "1"}


def test_what_breaks_on_our_side_is_told_without_its_insides() -> None:
    problem, _ = problem_of(ValueError("secret"), "en")

    assert (problem.status, problem.code) == (500, "internal_error")
    assert "secret" not in problem.detail
