"""The demo's tills sell through the real HTTP API, and neither double nor lose a sale when something breaks."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from tests.conftest import SetClock
from tests.demo.conftest import NOW, YESTERDAY, SmallDemo, items_of
from tests.pos.conftest import application

from plushka.demo import people, simulator
from plushka.demo.baskets import CURRENCY
from plushka.demo.business import ACTOR, TENANT_ID
from plushka.demo.shoppers import grocery
from plushka.demo.simulator import Stopped, Tills
from plushka.domain.ledger.verify import check
from plushka.domain.purchases.history import load_history
from plushka.domain.purchases.laws import LAWS
from plushka.domain.purchases.reference import Reference
from plushka.platform.database import Database
from plushka.platform.settings import Settings

OpenTills = Callable[..., Tills]
Serve = Callable[[], AbstractAsyncContextManager[None]]


@pytest.fixture
async def listener() -> AsyncIterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@pytest.fixture
async def client(listener: socket.socket) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=url_of(listener), timeout=30) as client:
        yield client


@pytest.fixture
def open_tills(small_demo: SmallDemo, client: httpx.AsyncClient, tmp_path: Path) -> OpenTills:
    """Tills that share one file of notes, as one process after another does."""

    def open_them(through: httpx.AsyncClient = client) -> Tills:
        return Tills(
            through,
            queue=grocery(small_demo.year, YESTERDAY),
            currency=CURRENCY,
            keys=small_demo.ways_in.tills,
            notes=tmp_path / "tills.json",
            clock=SetClock(NOW),
        )

    return open_them


def url_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()
    return f"http://{host}:{port}"


@pytest.fixture
def serve(small_demo: SmallDemo, listener: socket.socket, tmp_path: Path) -> Serve:
    """Plushka on real HTTP, for as long as the block lasts."""

    @asynccontextmanager
    async def serving() -> AsyncIterator[None]:
        settings = Settings.from_environment({"DATABASE_URL": small_demo.dsn, "PLUSHKA_DATA": str(tmp_path)})
        with application(settings, SetClock(NOW)) as app:
            server = uvicorn.Server(uvicorn.Config(app, log_config=None))
            task = asyncio.create_task(server.serve(sockets=[listener]))
            yield
            server.should_exit = True
            await task

    return serving


async def receipts_of(small_demo: SmallDemo) -> list[tuple[str, int]]:
    """Return the numbers of the receipts with the points spent on them; the books must be clean."""
    database = await Database.connect(small_demo.dsn, connections_max=1)
    async with database.transaction(TENANT_ID, actor=ACTOR, at=SetClock(NOW).now()) as tx:
        assert (await check(tx, also=LAWS))[1] == ()
        rows = await tx.fetch(
            "select external_id, redeemed_points from receipts where tenant_id = $1 order by id", tx.tenant_id
        )
    await database.close()
    return [tuple(row) for row in rows]


class AnswerLost(httpx.AsyncHTTPTransport):
    """A network that delivers requests and loses the first answer to a purchase."""

    def __init__(self) -> None:
        super().__init__()
        self.lost = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        if request.url.path == "/v1/purchases" and not self.lost:
            self.lost += 1
            await response.aread()
            raise httpx.ReadError("the answer was lost")
        return response


async def test_tills_sell_the_following_baskets_and_some_are_paid_with_points(
    small_demo: SmallDemo, serve: Serve, open_tills: OpenTills, monkeypatch: pytest.MonkeyPatch
) -> None:
    past = items_of(small_demo)
    database = await Database.connect(small_demo.dsn, connections_max=1)
    async with database.transaction(TENANT_ID, actor=ACTOR, at=NOW) as tx:
        await load_history(tx, Reference(), past)
    await database.close()
    monkeypatch.setattr(people, "pays_with_points", lambda _household, basket: basket % 2 == 0)
    tills = open_tills()
    async with serve():
        for _ in range(40):
            await tills.sell()
    sold = (await receipts_of(small_demo))[len(past) :]
    in_order = [item.purchase.external_id for item in past]
    assert [number for number, _ in sold] == [f"{number}-1" for number in in_order[:40]]
    assert any(points > 0 for _, points in sold)
    assert any(points == 0 for _, points in sold)


async def test_a_lost_answer_is_asked_for_again_and_doubles_nothing(
    small_demo: SmallDemo,
    listener: socket.socket,
    serve: Serve,
    open_tills: OpenTills,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(simulator, "PAUSE_SECONDS_MIN", 0.01)
    network = AnswerLost()
    async with (
        serve(),
        httpx.AsyncClient(base_url=url_of(listener), transport=network) as client,
    ):
        tills = open_tills(client)
        for _ in range(3):
            await tills.sell()
    assert network.lost == 1
    assert len(await receipts_of(small_demo)) == 3


async def test_tills_that_are_killed_after_a_sale_was_sent_go_on_with_the_same_sale(
    small_demo: SmallDemo, listener: socket.socket, serve: Serve, open_tills: OpenTills
) -> None:
    network = AnswerLost()
    async with serve():
        async with httpx.AsyncClient(base_url=url_of(listener), transport=network) as client:
            killed = open_tills(client)
            killed.stop()
            with pytest.raises(Stopped):
                await killed.sell()
        assert len(await receipts_of(small_demo)) == 1

        again = open_tills()
        for _ in range(3):
            await again.sell()
    numbers = [number for number, _ in await receipts_of(small_demo)]
    assert len(numbers) == len(set(numbers)) == 3


async def test_tills_wait_for_a_server_that_is_away(
    small_demo: SmallDemo,
    serve: Serve,
    client: httpx.AsyncClient,
    open_tills: OpenTills,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(simulator, "PAUSE_SECONDS_MIN", 0.01)
    client.timeout = httpx.Timeout(0.05)
    selling = asyncio.create_task(open_tills().sell())
    await asyncio.sleep(0.2)
    assert not selling.done()
    client.timeout = httpx.Timeout(5)
    async with serve():
        await selling
    assert len(await receipts_of(small_demo)) == 1


def test_when_the_year_is_over_it_is_sold_again_under_new_numbers(small_demo: SmallDemo) -> None:
    total = small_demo.year.baskets.height
    coming = grocery(small_demo.year, YESTERDAY)(total - 1)
    last, first = next(coming), next(coming)
    assert last.receipt.endswith("-1")
    assert first.receipt.endswith("-2")
    assert first.receipt == next(grocery(small_demo.year, YESTERDAY)(0)).receipt.replace("-1", "-2")
