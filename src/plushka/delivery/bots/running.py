"""All bots of the installation at work, in one worker of however many there are."""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from uuid import UUID

import asyncpg
import structlog

from plushka.delivery.bots.shell import app_address
from plushka.delivery.bots.shells import SPOKEN, Shells
from plushka.delivery.bots.webhooks import webhook_url
from plushka.delivery.bots.working import BotAtWork
from plushka.domain.bots.model import UnknownBot
from plushka.domain.bots.queries import get_bot, list_posted
from plushka.domain.members.channels import Messenger
from plushka.domain.messages.outgoing import CHANNEL
from plushka.platform.bell import rung
from plushka.platform.clock import Clock
from plushka.platform.database import Database
from plushka.platform.vault import Vault, WrongKey

LOOK_SECONDS = 3.0
"""How soon a bot that was connected or disconnected is noticed, if nobody rings."""
LOCK_KEY = 7_350_001
"""Of the advisory lock that one worker holds for as long as its connection lives."""

log = structlog.get_logger()


class Bots:
    """Keeps each connected bot at work."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        vault: Vault,
        shells: Shells,
        *,
        public_url: str | None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._vault = vault
        self._shells = shells
        self._public_url = public_url
        self._at_work: dict[UUID, tuple[UUID, BotAtWork]] = {}
        self._wake = asyncio.Event()

    async def run(self, dsn: str, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set, whenever no other worker does; what is being sent is sent to its end."""
        while not stop.is_set():
            try:
                await self._run_as_the_one(dsn, stop)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                log.exception("bots_interrupted")
                await _rest(stop, LOOK_SECONDS)

    async def _run_as_the_one(self, dsn: str, stop: asyncio.Event) -> None:
        connection = await asyncpg.connect(dsn, server_settings={"application_name": "plushka bots"})
        try:
            await connection.add_listener(CHANNEL, self._heard)
            while not stop.is_set():
                if await connection.fetchval("select pg_try_advisory_lock($1)", LOCK_KEY):
                    await self._keep_all(connection, stop)
                await _rest(stop, LOOK_SECONDS)
        finally:
            await self._stop_all(list(self._at_work))
            await connection.close()

    async def _keep_all(self, connection: asyncpg.Connection, stop: asyncio.Event) -> None:
        """Keep all bots at work for as long as the connection, and with it the lock, is ours."""
        stopping = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                self._wake.clear()
                await connection.fetchval("select 1")
                await self._keep()
                waking = asyncio.create_task(self._wake.wait())
                await asyncio.wait(
                    [waking, stopping], timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                waking.cancel()
        finally:
            stopping.cancel()

    async def _keep(self) -> None:
        """Start those that were connected, stop those that were let go."""
        posted = {}
        for messenger in SPOKEN:
            async with self._database.global_transaction(actor="job:bots", at=self._clock.now()) as tx:
                posted.update(
                    {one.bot_id: (one.tenant_id, messenger) for one in await list_posted(tx, messenger)}
                )
        await self._stop_all([bot_id for bot_id in self._at_work if bot_id not in posted])
        for bot_id, (tenant_id, messenger) in posted.items():
            if bot_id not in self._at_work:
                await self._start(tenant_id, bot_id, messenger)

    async def _start(self, tenant_id: UUID, bot_id: UUID, messenger: Messenger) -> None:
        try:
            async with self._database.transaction(
                tenant_id, actor="job:bots", at=self._clock.now(), read_only=True
            ) as tx:
                bot = await get_bot(tx, self._vault, bot_id)
        except UnknownBot:
            return
        except WrongKey:
            log.exception("bot_does_not_open", bot_id=str(bot_id))
            return
        hook = ""
        if not bot.is_polled and self._public_url is not None:
            hook = webhook_url(self._public_url, messenger, tenant_id, bot_id)
        at_work = BotAtWork(
            self._database,
            self._clock,
            await self._shells.get(messenger),
            tenant_id=tenant_id,
            bot=bot,
            webhook_url=hook,
            app_url=app_address(self._public_url, tenant_id, self._shells.apis[messenger]),
        )
        at_work.start()
        self._at_work[bot_id] = tenant_id, at_work

    async def _stop_all(self, bot_ids: Collection[UUID]) -> None:
        stopped = [self._at_work.pop(bot_id)[1] for bot_id in bot_ids]
        await asyncio.gather(*(at_work.stop() for at_work in stopped))

    def _heard(self, *notification: object) -> None:
        tenants = set(rung(str(notification[-1])))
        for tenant_id, at_work in self._at_work.values():
            if tenant_id in tenants:
                at_work.wake()
        if tenants.difference(tenant_id for tenant_id, _ in self._at_work.values()):
            self._wake.set()


async def _rest(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
