"""How much a key may ask, and what a till is told when the database is away."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlsplit

import asyncpg
import httpx
import psycopg
import pytest
from tests.conftest import SetClock
from tests.pos.conftest import RATE_PER_SECOND, coffee

from plushka.delivery.pos.limits import RATE_BURST_SECONDS
from plushka.delivery.pos.problems import problem_of

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
