"""All bots of the installation at work, in one worker of however many there are."""

import asyncio
from collections.abc import Mapping
from uuid import UUID

import structlog

from plushka.delivery.bots.shell import app_address
from plushka.delivery.bots.shells import SPOKEN, Shells
from plushka.delivery.bots.webhooks import webhook_url
from plushka.delivery.bots.working import BotAtWork
from plushka.delivery.sending.desk import Desks
from plushka.delivery.sending.keeping import Keeper
from plushka.domain.bots.model import UnknownBot
from plushka.domain.bots.queries import get_bot, list_posted
from plushka.domain.members.channels import Messenger
from plushka.platform.clock import Clock
from plushka.platform.database import Database
from plushka.platform.vault import Vault, WrongKey

LOCK_KEY = 7_350_001

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
        self._desks = Desks(database, clock)
        self._messengers: dict[UUID, Messenger] = {}
        self._keeper = Keeper("bots", LOCK_KEY, self._posted, self._start)

    async def run(self, dsn: str, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set, whenever no other worker does; what is being sent is sent to its end."""
        await self._keeper.run(dsn, stop)

    async def _posted(self) -> Mapping[UUID, UUID]:
        posted: dict[UUID, UUID] = {}
        for messenger in SPOKEN:
            async with self._database.global_transaction(actor="job:bots", at=self._clock.now()) as tx:
                for one in await list_posted(tx, messenger):
                    posted[one.bot_id] = one.tenant_id
                    self._messengers[one.bot_id] = messenger
        return posted

    async def _start(self, tenant_id: UUID, bot_id: UUID) -> BotAtWork | None:
        messenger = self._messengers[bot_id]
        try:
            async with self._database.transaction(
                tenant_id, actor="job:bots", at=self._clock.now(), read_only=True
            ) as tx:
                bot = await get_bot(tx, self._vault, bot_id)
        except UnknownBot:
            return None
        except WrongKey:
            log.exception("bot_does_not_open", bot_id=str(bot_id))
            return None
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
            desk=self._desks.of(tenant_id),
        )
        at_work.start()
        return at_work
