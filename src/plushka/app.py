"""The web process put together: one database pool, one purchase queue, every way in. No logic."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, cast
from urllib.parse import urlsplit

from litestar import Litestar, Request, Response
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.types import ControllerRouterHandler, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from plushka.delivery.app import failures as of_app
from plushka.delivery.app.context import PREFIX as APP_PREFIX
from plushka.delivery.app.context import App
from plushka.delivery.app.offline import serve_worker
from plushka.delivery.app.routes import router as member_app
from plushka.delivery.app.unsubscribing import router as unsubscribing
from plushka.delivery.bots.shells import open_shells
from plushka.delivery.bots.webhooks import Webhooks
from plushka.delivery.bots.webhooks import router as bots
from plushka.delivery.channels.adapters import open_adapters
from plushka.delivery.channels.codes import Codes
from plushka.delivery.channels.reports import Reports
from plushka.delivery.channels.reports import router as channels
from plushka.delivery.jobs.verification import verify_tenant
from plushka.delivery.join.routes import Joining
from plushka.delivery.join.routes import router as join
from plushka.delivery.monitoring.metrics import show_metrics
from plushka.delivery.office import failures as of_office
from plushka.delivery.office.context import PAGES as OFFICE_PAGES
from plushka.delivery.office.context import Office
from plushka.delivery.office.routes import EXCEPTION_HANDLERS
from plushka.delivery.office.routes import router as office
from plushka.delivery.pos.application import PosApplication
from plushka.delivery.pos.endpoint import Services
from plushka.delivery.pos.limits import (
    RATE_BURST_SECONDS,
    UNKNOWN_KEYS_BURST_SECONDS,
    UNKNOWN_KEYS_PER_SECOND,
)
from plushka.delivery.pos.pages import pages_of
from plushka.delivery.pos.rate import RateLimiter
from plushka.delivery.pos.routes import ENDPOINTS
from plushka.delivery.till.routes import Demo, TillPage
from plushka.delivery.till.routes import router as till
from plushka.delivery.web.assets import AssetsMissing
from plushka.demo import access, phone
from plushka.demo.cafe.cashiers import CASHIER_PIN
from plushka.domain.bots.connecting import BotDesk
from plushka.domain.bots.herald import Herald
from plushka.domain.messages.gateways.parcels import GatewayDesk
from plushka.domain.messages.outgoing import CHANNEL
from plushka.domain.purchases.queue import WRITERS, PurchaseQueue
from plushka.domain.purchases.reference import Reference
from plushka.domain.staff.keyring import Keyring
from plushka.platform.addresses import is_loopback
from plushka.platform.bell import Bell
from plushka.platform.clock import Clock, SystemClock
from plushka.platform.database import Database
from plushka.platform.garbage import collect_seldom
from plushka.platform.postgres.access import embedded_cluster
from plushka.platform.postgres.priority import WAITED_FOR
from plushka.platform.settings import Environment, Settings
from plushka.platform.vault import Vault

CONNECTIONS_MAX = 16
"""Of one process. Commits share two; the rest is for quotes, balances and the office."""
REPORT_CONNECTIONS_MAX = 2
"""Of one process besides: so many blocks of reports are made at once, the others of a page wait for their turn."""
PREPARED = ("frame.html", "reports/page.html", "reports/block.html")
"""Templates of the office that are compiled at the start: the first block of a report took 0.2 s of CPU longer."""
POS_PREFIX = "/v1/"
COMPRESSION = CompressionConfig(
    backend="gzip", gzip_compress_level=4, minimum_size=2000, exclude=[r"^/static/", r"^/tasks/.+/file$"]
)
"""Of pages: of the 106 kB of a list of members 16 travel. Static files come compressed already, and what is
saved to a disk says how long it is. No page holds a secret that a stranger's text beside it could
give away (BREACH)."""


class Plushka:
    """The ASGI application. Tills go straight to their API; everything else is Litestar's, the lifespan too.

    What it needs to be at work is opened when it starts, by ``settings`` and ``clock`` as they are then; routes, the
    doors of proxies and the key to the metrics are those of the settings that it was made with.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self._pages = pages_of(ENDPOINTS)
        self._pos: PosApplication | None = None
        self._web = Litestar(
            route_handlers=[
                show_metrics,
                office,
                till,
                join,
                member_app,
                serve_worker,
                unsubscribing,
                bots,
                channels,
                *_fakes(settings),
            ],
            exception_handlers={**EXCEPTION_HANDLERS, HTTPException: _fail_http},
            compression_config=COMPRESSION,
            lifespan=[self._run],
            openapi_config=None,
            logging_config=None,
            state=State({"metrics_token": settings.metrics_token}),
        )
        self._door: Callable[..., Awaitable[None]] = self._lead
        if settings.trusted_proxies:
            # From here on a request's client is the one that the proxy tells.
            self._door = ProxyHeadersMiddleware(cast("Any", self._lead), list(settings.trusted_proxies))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._door(scope, receive, send)

    async def _lead(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and self._pos is not None and scope["path"].startswith(POS_PREFIX):
            await self._pos(scope, receive, send)
        elif scope["type"] == ScopeType.HTTP and scope["method"] == "HEAD":
            # What watches over servers asks so; routes know GET only.
            await self._web(cast("Scope", {**scope, "method": "GET"}), receive, _without_body(send))
        elif scope["type"] == ScopeType.HTTP and "\0" in scope["path"]:
            # Which PostgreSQL knows in no text, so that looking for it would fail: nothing is called so.
            await self._web({**scope, "path": scope["path"].replace("\0", "\ufffd")}, receive, send)
        else:
            await self._web(scope, receive, send)

    @asynccontextmanager
    async def _run(self, web: Litestar) -> AsyncIterator[None]:
        dsn = self.settings.database_url or embedded_cluster(self.settings).dsn
        vault = Vault.of(self.settings)
        database = await Database.connect(dsn, connections_max=CONNECTIONS_MAX, vault=vault)
        aside = await Database.connect_aside(dsn, connections_max=REPORT_CONNECTIONS_MAX, niceness=WAITED_FOR)
        reference = Reference()
        writers = WRITERS if self.settings.web_workers == 1 else 1
        bell = Bell(database, self.clock, CHANNEL)
        herald = Herald(bell, reference.versions)
        purchases = PurchaseQueue(database, self.clock, reference, writers=writers, witness=herald)
        self._pos = PosApplication(
            Services(
                database=database,
                clock=self.clock,
                purchases=purchases,
                reference=reference,
                keyring=Keyring(),
                rate=RateLimiter(per_second=self.settings.rate_per_second, burst_seconds=RATE_BURST_SECONDS),
                strangers=RateLimiter(
                    per_second=UNKNOWN_KEYS_PER_SECOND, burst_seconds=UNKNOWN_KEYS_BURST_SECONDS
                ),
                herald=herald,
            ),
            ENDPOINTS,
            self._pages,
        )
        web.state.joining = Joining(database=database, clock=self.clock)
        phones = phone.FakeGateway(self.settings) if access.is_open(self.settings) else None
        web.state.phones = phones
        web.state.till_page = TillPage(demo=_demo_till(self.settings))
        await purchases.start()
        try:
            async with (
                bell.running(),
                open_shells(self.settings) as shells,
                open_adapters(self.settings, keeps_links=False) as adapters,
            ):
                sms = Codes(database, self.clock, vault, adapters, instead=phones)
                web.state.app = App(
                    database=database,
                    clock=self.clock,
                    reference=reference,
                    vault=vault,
                    bell=bell,
                    is_production=self.settings.environment is Environment.PRODUCTION,
                    sms=sms,
                    also_framed_by=_frame_of(self.settings),
                )
                web.state.reports = Reports(
                    database=database, clock=self.clock, vault=vault, adapters=adapters, bell=bell
                )
                web.state.office = Office(
                    database=database,
                    aside=aside,
                    clock=self.clock,
                    reference=reference,
                    environment=self.settings.environment,
                    verify=verify_tenant,
                    bots=BotDesk(vault, shells, bell, self.settings.public_url),
                    demo_email=_demo_email(self.settings),
                    gateways=GatewayDesk(vault, adapters, bell, self.settings.public_url),
                    shows_sms=phones is not None,
                    webhooks_anywhere=self.settings.webhooks_anywhere,
                )
                web.state.webhooks = Webhooks(
                    database=database, clock=self.clock, vault=vault, shells=shells, bell=bell
                )
                yield
        finally:
            await purchases.stop()
            await aside.close()
            await database.close()


def _without_body(send: Send) -> Send:
    """Let an answer to GET go out as the answer to HEAD: its status and headers."""

    async def send_head(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return send_head


def _frame_of(settings: Settings) -> str:
    """Return where a VK that is none shows the app in a frame; empty: VK is the real one."""
    address = urlsplit(settings.vk_api)
    return f"{address.scheme}://{address.netloc}" if is_loopback(address.hostname or "") else ""


def _fail_http(request: Request[object, object, State], failure: HTTPException) -> Response[str]:
    """Let those whose address it is say that no page stands there: no router has seen the request."""
    fail = of_app.fail_http if request.scope["path"].startswith(APP_PREFIX) else of_office.fail_http
    return fail(request, failure)


def _demo_email(settings: Settings) -> str | None:
    """Return whose office opens without a password: the demo's, and only where nobody but this machine can ask."""
    demo = access.find(settings) if access.is_open(settings) else None
    return demo.email if demo else None


def _demo_till(settings: Settings) -> Demo | None:
    """Return the way into a till of the demo's coffee shop, only where nobody but this machine can ask."""
    demo = access.find(settings) if access.is_open(settings) else None
    return Demo(key=next(iter(demo.cafe.values())).key, pin=CASHIER_PIN) if demo and demo.cafe else None


def _fakes(settings: Settings) -> list[ControllerRouterHandler]:
    """Return the pages that stand for the outside world in the demo; none in production, or without it."""
    return [phone.show_phone] if access.is_open(settings) else []


def create_app() -> Plushka:
    """Return the application as the environment sets it up; it has the process to itself."""
    # Pages without built assets say so themselves; tills need none.
    with suppress(AssetsMissing):
        OFFICE_PAGES.prepare(*PREPARED)
    collect_seldom()
    return Plushka(Settings.from_environment(), SystemClock())
