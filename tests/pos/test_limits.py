"""How much a key may ask, and what a till is told when the database is away."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlsplit

import asyncpg
import httpx
import psycopg
import pytest
from tests.conftest import SetClock
from tests.pos.conftest import RATE_PER_SECOND, coffee

from plushka.app import Plushka
from plushka.delivery.pos.limits import RATE_BURST_SECONDS
from plushka.delivery.pos.problems import problem_of
from plushka.domain.purchases import queue

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
