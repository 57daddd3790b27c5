"""The fixed cast at the door of the API.

Anna owns «Кофейня Анны»; her till may do everything. Boris is new: his till was given the right to
quote and nothing else. Eve has a business of her own and must see nothing of Anna's.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Hashable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any
from uuid import UUID

import httpx
import pytest
import uvicorn
from tests.conftest import SetClock, local_settings

from plushka.app import Plushka
from plushka.demo import access
from plushka.domain.businesses.branches import open_branch
from plushka.domain.businesses.operations import found_business
from plushka.domain.catalog.model import Category, ProductEntry
from plushka.domain.catalog.operations import upsert_categories, upsert_products
from plushka.domain.certificates.issuing import make_one
from plushka.domain.certificates.types import create_type
from plushka.domain.programs.operations import create_program, publish
from plushka.domain.staff.model import SCOPES, Scope
from plushka.domain.staff.operations import add_account, hire, issue_key, set_up_till
from plushka.domain.staff.pins import choose_pin
from plushka.engine.program import EarningRule, Percent, Program, Redemption, RedemptionLimits
from plushka.platform.clock import Clock
from plushka.platform.database import Database
from plushka.platform.ids import new_id
from plushka.platform.settings import Settings

RATE_PER_SECOND = 1000
PIN = "2907"
CASHBACK = Program(
    name="Кешбэк 10 %",
    currency="RUB",
    earning=(EarningRule(id="base", name="10 %", effect=Percent(rate_bp=1000)),),
    redemption=Redemption(limits=RedemptionLimits(receipt_share_bp=5000)),
)


@dataclass(frozen=True)
class Business:
    """A business with one branch and one till."""

    tenant_id: UUID
    till_id: UUID
    key_id: UUID
    secret: str


@dataclass(frozen=True)
class Cast:
    """Who comes to the door, each with their key."""

    anna: Business
    boris_secret: str
    eve: Business


async def open_business(
    database: Database, clock: SetClock, *, name: str, program: Program = CASHBACK
) -> Business:
    """Found a business in roubles with a branch, a programme, a small catalog, a till and its key."""
    async with database.transaction(new_id(), actor="test:cast", at=clock.now()) as tx:
        await found_business(
            tx, name=name, currency="RUB", country="RU", language="ru", time_zone="Europe/Moscow"
        )
        branch = await open_branch(tx, code="arbat", name="Арбат")
        program_id = await create_program(tx, name=program.name)
        await publish(tx, program_id=program_id, program=program, valid_from=tx.at - timedelta(days=30))
        await upsert_categories(tx, [Category("drinks", "Напитки")])
        await upsert_products(
            tx,
            [
                ProductEntry(
                    "4600001", "Капучино 0,3", category="drinks", price_minor=230_00, barcode="4607001234562"
                )
            ],
        )
        till = await set_up_till(tx, name="Касса 1", branch_id=branch.id)
        key, secret = await issue_key(tx, till_id=till.id, scopes=SCOPES)
    return Business(tx.tenant_id, till.id, key.id, secret)


async def new_till(
    database: Database, clock: SetClock, business: Business, *, scopes: tuple[Scope, ...]
) -> str:
    """Set up another till of the business, without a branch, and return its key."""
    async with database.transaction(business.tenant_id, actor="test:cast", at=clock.now()) as tx:
        till = await set_up_till(tx, name="Новая касса")
        return (await issue_key(tx, till_id=till.id, scopes=scopes))[1]


async def new_cashier(
    database: Database, clock: Clock, business: Business, *, name: str, pin: str = PIN
) -> UUID:
    """Hire a cashier with a PIN for all branches of the business, and return their place in it."""
    async with database.global_transaction(actor="test:cast", at=clock.now()) as global_tx:
        account = await add_account(
            global_tx, email=f"{new_id()}@plushka.example", name=name, password_hash="none", language="ru"
        )
    async with database.transaction(business.tenant_id, actor="test:cast", at=clock.now()) as tx:
        person = await hire(tx, account_id=account.id, role="cashier")
        await choose_pin(tx, person.id, pin, field="pin")
    return person.id


async def new_certificate(
    database: Database, clock: Clock, business: Business, *, needs_pin: bool = False
) -> str:
    """Make a certificate of 1000 ₽ that nobody has bought yet, and return its number."""
    async with database.transaction(business.tenant_id, actor="test:cast", at=clock.now()) as tx:
        kind = await create_type(
            tx, name="Подарочный", nominals_minor=[100000], life_months=12, needs_pin=needs_pin
        )
        return await make_one(tx, kind)


@pytest.fixture
async def cast(database: Database, clock: SetClock) -> Cast:
    anna = await open_business(database, clock, name="Кофейня Анны")
    return Cast(
        anna=anna,
        boris_secret=await new_till(database, clock, anna, scopes=("quotes",)),
        eve=await open_business(database, clock, name="Пекарня Евы"),
    )


@pytest.fixture
def settings(dsn: str, tmp_path: Path) -> Settings:
    return local_settings(tmp_path, dsn, rate_per_second=RATE_PER_SECOND)


_at_rest: defaultdict[Hashable, list[Plushka]] = defaultdict(list)


@contextmanager
def application(settings: Settings, clock: Clock) -> Iterator[Plushka]:
    """Lend an application that nobody else has. To put one together, of some 900 routes, takes a second.

    One that was not brought to its end by whoever had it is lent to nobody again.
    """
    made_with = access.is_open(settings), settings.metrics_token, tuple(settings.trusted_proxies)
    at_rest = _at_rest[made_with]
    app = at_rest.pop() if at_rest else Plushka(settings, clock)
    app.settings, app.clock = settings, clock
    yield app
    at_rest.append(app)


@asynccontextmanager
async def started(settings: Settings, clock: Clock) -> AsyncIterator[Any]:
    """Run the application's start and stop around the block, as a server does."""
    with application(settings, clock) as app:
        to_app: asyncio.Queue[Any] = asyncio.Queue()
        from_app: asyncio.Queue[Any] = asyncio.Queue()
        scope: Any = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
        lifespan = asyncio.create_task(app(scope, to_app.get, from_app.put))
        for phase in ("startup", "shutdown"):
            await to_app.put({"type": f"lifespan.{phase}"})
            event = await from_app.get()
            assert event["type"] == f"lifespan.{phase}.complete", event
            if phase == "startup":
                try:
                    yield app
                except BaseException:
                    lifespan.cancel()
                    raise
        await lifespan


def client_of(app: Any, secret: str | None, *, address: str = "127.0.0.1") -> httpx.AsyncClient:
    """Return a client of the application with this key; ``address`` is the network address it comes from."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app, client=(address, 123)),
        base_url="http://plushka.test",
        headers={} if secret is None else {"Authorization": f"Bearer {secret}"},
    )


@pytest.fixture
async def app(settings: Settings, clock: SetClock) -> AsyncIterator[Plushka]:
    """The application at work for this test alone, which starts and stops it; only its routes were there before."""
    async with started(settings, clock) as app:
        yield app


@pytest.fixture
async def anna(app: Plushka, cast: Cast) -> AsyncIterator[httpx.AsyncClient]:
    """Anna's till."""
    async with client_of(app, cast.anna.secret) as client:
        yield client


@pytest.fixture
async def eve(app: Plushka, cast: Cast) -> AsyncIterator[httpx.AsyncClient]:
    """The till of another business."""
    async with client_of(app, cast.eve.secret) as client:
        yield client


def coffee(external_id: str = "1", **changes: object) -> dict[str, object]:
    """Return the body of a purchase of two coffees for 1000 ₽."""
    return {
        "external_id": external_id,
        "currency": "RUB",
        "lines": [{"sku": "4600001", "quantity_milli": 2000, "amount_minor": 100000}],
        **changes,
    }


@pytest.fixture
def running(settings: Settings, clock: SetClock) -> Iterator[str]:
    with served(settings, clock) as address:
        yield address


@contextmanager
def served(settings: Settings, clock: Clock) -> Iterator[str]:
    """Run the application behind a real server, in a thread of its own; yields the address."""
    with application(settings, clock) as app:
        server = uvicorn.Server(
            uvicorn.Config(app, port=0, log_level="warning", loop="uvloop", http="httptools")
        )
        thread = Thread(target=server.run)
        thread.start()
        while not server.started:
            assert thread.is_alive()
            sleep(0.01)
        host, port = server.servers[0].sockets[0].getsockname()
        try:
            yield f"http://{host}:{port}"
        finally:
            server.should_exit = True
            thread.join()
