"""A coffee shop with gateways that are none, and the worker that keeps them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web
from asyncpg import Record
from tests.channels.gateways import LOOPBACK
from tests.conftest import SetClock, local_settings
from tests.domain.shop import Shop, open_shop
from tests.serving import serving

from plushka.delivery.channels.adapters import open_adapters
from plushka.delivery.channels.running import Channels
from plushka.delivery.sending import sender
from plushka.demo.gateways.mail import LOGIN, FakeMail
from plushka.demo.gateways.push import FakePush
from plushka.demo.gateways.sms import EXOLVE_PREFIX, SMSAERO_PREFIX, SMSRU_PREFIX, FakeSms
from plushka.domain.members.consents import note_consent
from plushka.domain.members.model import Identity
from plushka.domain.members.operations import enroll
from plushka.domain.messages.contents import Answered
from plushka.domain.messages.gateways.model import Credentials, Gateway, Provider, Server
from plushka.domain.messages.gateways.operations import connect_gateway, draft
from plushka.domain.messages.gateways.push_keys import new_keys
from plushka.domain.messages.letters import Letter, post
from plushka.domain.messages.model import Channel
from plushka.domain.messages.push_devices import subscribe
from plushka.engine.program import EarningRule, Percent, Program
from plushka.platform.database import Database
from plushka.platform.settings import Settings
from plushka.platform.vault import Vault

PROGRAM = Program(
    name="Плюшки",
    currency="RUB",
    earning=(EarningRule(id="all", name="Всем", effect=Percent(rate_bp=10_00)),),
)
PUBLIC_URL = "https://anna.example"
PATIENCE_SECONDS = 40.0
HELLO = Answered("Здравствуйте")
HOOK = "hook-of-the-gateway"


async def until(happened: Callable[[], object]) -> None:
    """Wait until something has happened."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not happened():  # noqa: ASYNC110  what is waited for is another program's
            await asyncio.sleep(0.01)


@dataclass
class Scene:
    """The shop, the gateways at their other end, and how the worker is started."""

    shop: Shop
    settings: Settings
    vault: Vault
    sms: FakeSms
    mail: FakeMail
    push: FakePush
    mail_port: int
    gateways: dict[str, Gateway] = field(default_factory=dict)

    async def connect(self, provider: Provider) -> Gateway:
        keys = new_keys()
        secrets = {"smtp": self.mail.password, "webpush": keys.private}
        logins = {"smtp": LOGIN, "smsaero": self.sms.login}
        gateway = draft(
            provider,
            sender="Plushka" if provider not in {"smtp", "webpush"} else "hello@anna.example",
            credentials=Credentials(
                login=logins.get(provider, ""), secret=secrets.get(provider, self.sms.key), hook=HOOK
            ),
            server=Server("127.0.0.1", self.mail_port, "none") if provider == "smtp" else Server(),
            per_second=100,
            at=self.shop.clock.now(),
            public_key=keys.public if provider == "webpush" else "",
        )
        async with self.shop.tx() as tx:
            await connect_gateway(tx, self.vault, gateway)
        self.gateways[gateway.kind] = gateway
        return gateway

    async def enrol(self, phone: str = "+79990000101", email: str = "vera@example.com") -> UUID:
        """Enrol a member who agrees to advertising."""
        async with self.shop.tx() as tx:
            member = await enroll(
                tx, name="Вера", identities=[Identity("phone", phone), Identity("email", email)]
            )
            await note_consent(tx, member.id, "marketing", is_given=True, source="app")
        return member.id

    async def subscribe(self, member_id: UUID, name: str = "vera") -> str:
        """Let a browser of the member show notifications, and return its endpoint."""
        key = self.gateways["push"].public_key
        endpoint, keys = self.push.subscribe(name, key)
        async with self.shop.tx() as tx:
            await subscribe(tx, member_id, key=key, endpoint=endpoint, device=f"Chromium of {name}", **keys)
        return endpoint

    async def post(self, member_id: UUID, *route: Channel, **more: Any) -> None:
        facts: dict[str, Any] = {"purpose": "marketing", "content": HELLO, **more}
        key = facts.pop("key", "letter")
        async with self.shop.tx() as tx:
            assert await post(tx, [Letter(member_id=member_id, key=key, route=route, **facts)]) == 1

    async def outgoing(self) -> list[Record]:
        async with self.shop.tx() as tx:
            return await tx.fetch("select * from outgoing order by id")

    async def until_problem(self, gateway: Gateway, problem: str) -> None:
        """Wait until the office is told of this problem."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                async with self.shop.tx() as tx:
                    told = await tx.fetchval("select problem from gateways where id = $1", gateway.id)
                if told == problem:
                    return
                await asyncio.sleep(0.02)

    async def until_state(self, *states: str) -> list[Record]:
        """Wait until the messages are in these states, in their order."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                rows = await self.outgoing()
                if [row["state"] for row in rows] == list(states):
                    return rows
                await asyncio.sleep(0.02)

    async def until_row(self, happened: Callable[[Record], bool]) -> Record:
        """Wait until something has happened to the only message, and return it."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                (row,) = await self.outgoing()
                if happened(row):
                    return row
                await asyncio.sleep(0.02)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[Channels]:
        """Keep the gateways at work, as the worker does."""
        stop = asyncio.Event()
        async with open_adapters(self.settings, keeps_links=True) as adapters:
            channels = Channels(
                self.shop.database, self.shop.clock, self.vault, adapters, public_url=self.settings.public_url
            )
            assert self.settings.database_url is not None
            task = asyncio.create_task(channels.run(self.settings.database_url, stop))
            try:
                yield channels
            finally:
                stop.set()
                await task


@pytest.fixture
async def scene(
    *, database: Database, dsn: str, clock: SetClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Scene]:
    # Nobody rings here.
    monkeypatch.setattr(sender, "LOOK_SECONDS", 0.05)
    sms, mail, push = FakeSms(), FakeMail(), FakePush()
    routes: list[web.RouteDef] = [*sms.routes(), *push.routes()]
    async with AsyncExitStack() as stack:
        push.address = await stack.enter_async_context(serving(routes))
        mail_port = await stack.enter_async_context(mail.serving())
        shop = await stack.enter_async_context(open_shop(database, clock, PROGRAM))
        settings = replace(
            local_settings(tmp_path, dsn),
            public_url=PUBLIC_URL,
            smsru_api=f"{push.address}{SMSRU_PREFIX}",
            smsaero_api=f"{push.address}{SMSAERO_PREFIX}",
            exolve_api=f"{push.address}{EXOLVE_PREFIX}",
            inner_hosts=LOOPBACK,
        )
        yield Scene(shop, settings, Vault.of(settings), sms, mail, push, mail_port)
