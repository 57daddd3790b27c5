"""One bot at work in the worker: it sends, and listens unless the messenger calls us."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from uuid import UUID

import structlog
from msgspec import structs

from plushka.delivery.bots.carrying import BotCarrier
from plushka.delivery.bots.shell import Incoming, Shell
from plushka.delivery.sending.desk import Desk
from plushka.delivery.sending.sender import PAUSE_SECONDS_MAX, PAUSE_SECONDS_MIN, Sender
from plushka.domain.bots.conversing import hear
from plushka.domain.bots.model import UNAUTHORIZED, Bot, TokenRefused
from plushka.domain.bots.operations import note_cursor, note_health
from plushka.platform.clock import Clock
from plushka.platform.database import Database, Tx
from plushka.platform.errors import TemporaryFailure

LOOK_EVERY_SECONDS = 300.0
STOP_SECONDS_MAX = 15.0
"""Less than a supervisor waits for a worker (``platform.processes``), and more than a messenger may take."""

log = structlog.get_logger()


class BotAtWork:
    """``wake`` lets it send at once."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        shell: Shell,
        *,
        tenant_id: UUID,
        bot: Bot,
        webhook_url: str,
        app_url: str,
        desk: Desk,
    ) -> None:
        self._database = database
        self._clock = clock
        self._shell = shell
        self._tenant_id = tenant_id
        self._bot = bot
        self._webhook_url = webhook_url
        self._app_url = app_url
        carrier = BotCarrier(shell, bot, app_url=app_url)
        self._sender = Sender(database, clock, carrier, tenant_id=tenant_id, desk=desk)

    def wake(self) -> None:
        self._sender.wake()

    def start(self) -> None:
        """Set the bot up, send and listen, until ``stop``."""
        self._sending = asyncio.create_task(self._again(self._sender.run))
        self._listening = asyncio.create_task(self._again(self._listen))

    async def stop(self) -> None:
        """Stop when what is being sent has been written down; what is being taken in will be told again."""
        self._listening.cancel()
        self._sender.stop()
        await asyncio.wait([self._sending], timeout=STOP_SECONDS_MAX)
        self._sending.cancel()
        await asyncio.gather(self._sending, self._listening, return_exceptions=True)

    async def _listen(self) -> None:
        """Let the messenger know how it is to tell us, and take in what it tells, or look how it does now and then."""
        await self._shell.set_up(self._bot, webhook_url=self._webhook_url, app_url=self._app_url)
        await asyncio.gather(self._look(), *([] if self._webhook_url else [self._poll()]))

    async def _poll(self) -> None:
        """Take in what the messenger tells, one after another."""
        async for incoming in self._shell.poll(self._bot):
            await self._take_in(incoming)

    async def _take_in(self, incoming: Incoming) -> None:
        async with self._database.transaction(self._tenant_id, actor="visitor", at=self._clock.now()) as tx:
            await hear(tx, self._bot, incoming.chatter, incoming.heard, key=incoming.key)
            if incoming.cursor:
                await note_cursor(tx, self._bot.id, incoming.cursor)
        if incoming.cursor:
            self._bot = structs.replace(self._bot, cursor=incoming.cursor)
        self._sender.wake()
        await self._shell.confirm(self._bot, incoming)

    async def _look(self) -> None:
        """Note how the messenger sees the bot, now and then."""
        while True:
            begun_at = self._clock.now()
            condition = await self._shell.look(self._bot)
            async with self._tx() as tx:
                await note_health(
                    tx,
                    self._bot.id,
                    begun_at=begun_at,
                    pending_updates=condition.pending_updates,
                    problem=condition.problem,
                )
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def _again(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do ``work`` to its end, again after each failure with growing pauses; the office is told what failed."""
        failures = 0
        while True:
            try:
                await work()
            except TemporaryFailure as failure:
                problem, wait = failure.reason, failure.retry_after_seconds
            except TokenRefused:
                problem, wait = UNAUTHORIZED, PAUSE_SECONDS_MAX
            except Exception as failure:
                log.exception("bot_failed", bot_id=str(self._bot.id))
                problem, wait = str(failure), None
            else:
                return
            failures += 1
            pause = min(PAUSE_SECONDS_MIN * 2.0 ** (failures - 1), PAUSE_SECONDS_MAX)
            with suppress(Exception):
                async with self._tx() as tx:
                    await note_health(tx, self._bot.id, problem=problem)
            await asyncio.sleep(wait or pause)

    def _tx(self) -> AbstractAsyncContextManager[Tx]:
        return self._database.transaction(self._tenant_id, actor="job:bots", at=self._clock.now())
