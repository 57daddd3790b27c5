"""All gateways of the installation at work, in one worker of however many there are."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from uuid import UUID

import structlog

from plushka.delivery.channels.adapters import AdapterRack
from plushka.delivery.channels.carrying import GatewayCarrier
from plushka.delivery.channels.hearing import note_collected, note_heard
from plushka.delivery.sending.desk import Desk, Desks
from plushka.delivery.sending.keeping import Keeper
from plushka.delivery.sending.sender import PAUSE_SECONDS_MAX, Sender
from plushka.domain.businesses.queries import get_business
from plushka.domain.messages.gateways.hooks import hook_url
from plushka.domain.messages.gateways.mailboxes import find_mailbox
from plushka.domain.messages.gateways.model import Gateway, UnknownGateway
from plushka.domain.messages.gateways.operations import note_health
from plushka.domain.messages.gateways.parcels import Adapter, Collecting, Heard, Listening, Registering
from plushka.domain.messages.gateways.queries import get_gateway, list_posted
from plushka.domain.messages.gateways.unreported import list_unreported
from plushka.platform.clock import Clock
from plushka.platform.database import Database, Tx
from plushka.platform.vault import Vault, WrongKey

LOCK_KEY = 7_350_002
LOOK_EVERY_SECONDS = 300.0
ASK_EVERY_SECONDS = 60.0
COLLECT_EVERY_SECONDS = 60.0
STOP_SECONDS_MAX = 15.0
"""Less than a supervisor waits for a worker (``platform.processes``), and more than a gateway may take."""

log = structlog.get_logger()


class Channels:
    """Keeps each connected gateway at work."""

    def __init__(
        self, database: Database, clock: Clock, vault: Vault, adapters: AdapterRack, *, public_url: str | None
    ) -> None:
        self._database = database
        self._clock = clock
        self._vault = vault
        self._adapters = adapters
        self._public_url = public_url or ""
        self._desks = Desks(database, clock)
        self._started: dict[UUID, tuple[UUID, Gateway]] = {}
        self._keeper = Keeper("channels", LOCK_KEY, self._posted, self._start)

    async def run(self, dsn: str, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set, whenever no other worker does; what is being sent is sent to its end."""
        await self._keeper.run(dsn, stop)

    async def _posted(self) -> Mapping[UUID, UUID]:
        async with self._database.global_transaction(actor="job:channels", at=self._clock.now()) as tx:
            posted = {one.gateway_id: one.tenant_id for one in await list_posted(tx)}
        self._started = {each: one for each, one in self._started.items() if each in posted}
        return posted

    async def _start(self, tenant_id: UUID, gateway_id: UUID) -> "GatewayAtWork | None":
        try:
            async with self._database.transaction(
                tenant_id, actor="job:channels", at=self._clock.now(), read_only=True
            ) as tx:
                gateway = await get_gateway(tx, self._vault, gateway_id)
                is_real = (await get_business(tx)).sandbox_of is None
        except UnknownGateway:
            return None
        except WrongKey:
            log.exception("gateway_does_not_open", gateway_id=str(gateway_id))
            return None
        if not is_real:
            return None
        adapter = await self._adapters.get(gateway.provider)
        self._started[gateway_id] = tenant_id, gateway
        if isinstance(adapter, Listening):
            adapter.listen(self._hear)
        at_work = GatewayAtWork(
            self._database,
            self._clock,
            adapter,
            gateway,
            tenant_id=tenant_id,
            vault=self._vault,
            public_url=self._public_url,
            desk=self._desks.of(tenant_id),
        )
        at_work.start()
        return at_work

    async def _hear(self, gateway_id: UUID, heard: Heard) -> None:
        if (started := self._started.get(gateway_id)) is not None:
            await note_heard(self._database, self._clock, *started, heard)


class GatewayAtWork:
    """One gateway: it sends, is looked at now and then, and what became of messages is asked for or collected."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        adapter: Adapter,
        gateway: Gateway,
        *,
        tenant_id: UUID,
        vault: Vault,
        public_url: str,
        desk: Desk,
    ) -> None:
        self._database = database
        self._clock = clock
        self._vault = vault
        self._adapter = adapter
        self._gateway = gateway
        self._tenant_id = tenant_id
        self._hook_url = hook_url(public_url, tenant_id, gateway)
        self._is_registered = False
        carrier = GatewayCarrier(
            database, clock, adapter, gateway, tenant_id=tenant_id, public_url=public_url
        )
        self._sender = Sender(database, clock, carrier, tenant_id=tenant_id, desk=desk)

    def wake(self) -> None:
        self._sender.wake()

    def start(self) -> None:
        """Send, look and ask, until ``stop``."""
        self._sending = asyncio.create_task(self._send())
        self._looking = [asyncio.create_task(self._repeat(self._look, LOOK_EVERY_SECONDS))]
        if self._adapter.is_asked:
            self._looking.append(asyncio.create_task(self._repeat(self._ask, ASK_EVERY_SECONDS)))
        if isinstance(self._adapter, Collecting):
            self._looking.append(asyncio.create_task(self._repeat(self._collect, COLLECT_EVERY_SECONDS)))

    async def stop(self) -> None:
        """Stop when what is being sent has been written down."""
        for task in self._looking:
            task.cancel()
        self._sender.stop()
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self._sending), STOP_SECONDS_MAX)
        self._sending.cancel()
        await asyncio.gather(self._sending, *self._looking, return_exceptions=True)

    async def _send(self) -> None:
        """Send for ever, again after what nobody has thought of."""
        while True:
            try:
                await self._sender.run()
            except Exception:
                log.exception("gateway_failed", gateway_id=str(self._gateway.id))
                await asyncio.sleep(PAUSE_SECONDS_MAX)
            else:
                return

    async def _look(self) -> None:
        await self._register()
        begun_at = self._clock.now()
        condition = await self._adapter.look(self._gateway)
        async with self._tx() as tx:
            await note_health(
                tx,
                self._gateway.id,
                begun_at=begun_at,
                balance_minor=condition.balance_minor,
                problem=condition.problem,
            )

    async def _register(self) -> None:
        """Tell the gateway where to call us, until it knows."""
        if self._is_registered or not self._hook_url or not isinstance(self._adapter, Registering):
            return
        if problem := await self._adapter.register(self._gateway, self._hook_url):
            log.warning("gateway_does_not_call", gateway_id=str(self._gateway.id), problem=problem)
        self._is_registered = not problem

    async def _ask(self) -> None:
        """Ask of all messages of the last day of which the end, or the price, was not told yet."""
        after: str = ""
        while True:
            async with self._tx() as tx:
                ids = await list_unreported(tx, self._gateway.kind, after=after)
            if not ids:
                return
            heard = Heard(await self._adapter.ask(self._gateway, ids))
            await note_heard(self._database, self._clock, self._tenant_id, self._gateway, heard)
            after = ids[-1]

    async def _collect(self) -> None:
        """Read what came back to the mailbox of this gateway, if it has one, to its end."""
        is_more = isinstance(self._adapter, Collecting)
        while is_more and isinstance(self._adapter, Collecting):
            async with self._tx() as tx:
                mailbox = await find_mailbox(tx, self._vault, self._gateway)
            if mailbox is None:
                return
            collected = await self._adapter.collect(mailbox)
            await note_collected(self._database, self._clock, self._tenant_id, self._gateway, collected)
            is_more = collected.is_more

    async def _repeat(self, work: Callable[[], Awaitable[None]], seconds: float) -> None:
        while True:
            try:
                await work()
            except Exception:
                log.exception("gateway_not_looked_at", gateway_id=str(self._gateway.id))
            await asyncio.sleep(seconds)

    def _tx(self) -> AbstractAsyncContextManager[Tx]:
        return self._database.transaction(self._tenant_id, actor="job:channels", at=self._clock.now())
