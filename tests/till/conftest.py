"""A till page in a real browser, at a server that can be stopped and started on the same address."""

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import sleep
from typing import Any
from uuid import UUID

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect
from tests.browsing import API_REFUSES, PHONE_SCREEN, Browsing
from tests.conftest import SetClock
from tests.pos.conftest import PIN, Cast, cast, new_cashier
from tests.serving import free_port
from tests.till.serving import FORKING, serve

from plushka.delivery.jobs.verification import verify_tenant
from plushka.platform.database import Database

__all__ = ["cast"]

STARTS_SECONDS = 60
CASHIER = "Маша"
PHONE = "+79161234567"


class Server:
    """A web process of its own, which can be killed and comes back on the same address."""

    def __init__(self, environ: dict[str, str]) -> None:
        self._environ = environ
        self._port = free_port()
        self._process: BaseProcess | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        self._process = FORKING.Process(target=serve, args=(self._environ, self._port))
        self._process.start()
        for _ in range(STARTS_SECONDS * 20):
            with suppress(httpx.TransportError):
                if httpx.get(f"{self.address}/v1/health").is_success:
                    return
            sleep(0.05)
        raise AssertionError("the server does not start")

    def kill(self) -> None:
        """End it as a power cut does."""
        if self._process:
            self._process.kill()
            self._process.join()
            self._process = None


@dataclass(kw_only=True)
class Desk(Browsing):
    """The till's page with its server, its books and a browser."""

    screen = PHONE_SCREEN
    server: Server
    cast: Cast
    cashier: UUID
    database: Database
    clock: SetClock

    async def device(self, **options: Any) -> BrowserContext:
        """Return a new device that knows nothing of the till yet."""
        return await self.context(**{"has_touch": True, **options})

    async def open(self, context: BrowserContext, *, key: str | None = None) -> Page:
        """Open the till by its key and begin the cashier's shift."""
        page = await context.new_page()
        await page.goto(f"/till#key={key or self.cast.anna.secret}")
        await page.get_by_role("button", name=CASHIER).click()
        await page.keyboard.type(PIN, delay=60)
        await page.keyboard.press("Enter")
        await expect(page.locator("#find")).to_be_focused()
        await keeper_is_there(page)
        return page

    def till(self) -> httpx.AsyncClient:
        """Return a client with the till's key, past the page."""
        return httpx.AsyncClient(
            base_url=self.server.address, headers={"Authorization": f"Bearer {self.cast.anna.secret}"}
        )

    def clock_on_the_wall(self) -> datetime:
        """Return the moment by which the server goes."""
        return datetime.now(UTC)

    async def balance(self, phone: str = PHONE) -> int:
        """Return what a member has, as the API tells it."""
        async with self.till() as till:
            answer = await till.get("/v1/members", params={"phone": phone})
        assert answer.is_success, answer.text
        available: int = answer.json()["balance"]["available"]
        return available

    async def receipts(self) -> list[dict[str, Any]]:
        async with self.till() as till:
            listed: list[dict[str, Any]] = (await till.get("/v1/receipts/latest")).json()["receipts"]
        return listed

    async def check_the_ledger(self) -> None:
        """Prove that no point was lost or came from nowhere."""
        result = await verify_tenant(self.database, self.clock, self.cast.anna.tenant_id)
        assert not result.differences, result.differences


@pytest.fixture
def clock() -> SetClock:
    """An hour ago: the server goes by the clock on the wall, and all was set up before."""
    return SetClock(datetime.now(UTC) - timedelta(hours=1))


@pytest.fixture
def server(dsn: str, tmp_path: Path) -> Iterator[Server]:
    server = Server({"DATABASE_URL": dsn, "PLUSHKA_DATA": str(tmp_path)})
    server.start()
    yield server
    server.kill()


@pytest.fixture
async def desk(
    server: Server, cast: Cast, database: Database, clock: SetClock, browser: Browser
) -> AsyncIterator[Desk]:
    cashier = await new_cashier(database, clock, cast.anna, name=CASHIER)
    async with Desk(
        address=server.address,
        browser=browser,
        usual=API_REFUSES,
        server=server,
        cast=cast,
        cashier=cashier,
        database=database,
        clock=clock,
    ) as desk:
        yield desk


async def keeper_is_there(page: Page) -> None:
    """Wait for the worker that keeps the page: a browser complains of a network that goes while it is fetched."""
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")


async def find(page: Page, text: str) -> None:
    """Type a phone, card or code as a cashier does, and look for it."""
    await page.locator("#find").fill(text)
    await page.locator("#find").press("Enter")


async def sell(page: Page, amount: str) -> None:
    """Type an amount and book it."""
    await page.locator("#amount").fill(amount)
    await page.locator("#main").click()
    await expect(page.locator("#next")).to_be_visible()
