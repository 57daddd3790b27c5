"""What sends for all businesses, kept at work in one worker of however many there are."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from typing import Protocol
from uuid import UUID

import asyncpg
import structlog

from plushka.domain.messages.outgoing import CHANNEL
from plushka.platform.bell import rung

LOOK_SECONDS = 3.0
"""How soon one that was connected or disconnected is noticed, if nobody rings."""

log = structlog.get_logger()


class AtWork(Protocol):
    """One bot or gateway that has been started."""

    def wake(self) -> None:
        """Look at once: something was left to be sent."""
        ...

    async def stop(self) -> None:
        """Stop when what is being sent has been written down."""
        ...


class Keeper:
    """Keeps each of what is ``posted`` (ids with their businesses) at work, started by ``start``.

    ``lock_key`` is of the advisory lock that one worker holds for as long as its connection lives.
    """

    def __init__(
        self,
        name: str,
        lock_key: int,
        posted: Callable[[], Awaitable[Mapping[UUID, UUID]]],
        start: Callable[[UUID, UUID], Awaitable[AtWork | None]],
    ) -> None:
        self._name = name
        self._lock_key = lock_key
        self._posted = posted
        self._start = start
        self._at_work: dict[UUID, tuple[UUID, AtWork]] = {}
        self._wake = asyncio.Event()

    async def run(self, dsn: str, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set, whenever no other worker does; what is being sent is sent to its end."""
        while not stop.is_set():
            try:
                await self._run_as_the_one(dsn, stop)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                log.exception("keeper_interrupted", keeps=self._name)
                await _rest(stop, LOOK_SECONDS)

    async def _run_as_the_one(self, dsn: str, stop: asyncio.Event) -> None:
        connection = await asyncpg.connect(dsn, server_settings={"application_name": f"plushka {self._name}"})
        try:
            await connection.add_listener(CHANNEL, self._heard)
            while not stop.is_set():
                if await connection.fetchval("select pg_try_advisory_lock($1)", self._lock_key):
                    await self._keep_all(connection, stop)
                await _rest(stop, LOOK_SECONDS)
        finally:
            await self._stop_all(list(self._at_work))
            await connection.close()

    async def _keep_all(self, connection: asyncpg.Connection, stop: asyncio.Event) -> None:
        """Keep all at work for as long as the connection, and with it the lock, is ours."""
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
        """Start what was connected, stop what was let go."""
        posted = await self._posted()
        await self._stop_all([each for each in self._at_work if each not in posted])
        for each, tenant_id in posted.items():
            if each not in self._at_work and (started := await self._start(tenant_id, each)) is not None:
                self._at_work[each] = tenant_id, started

    async def _stop_all(self, ids: Collection[UUID]) -> None:
        stopped = [self._at_work.pop(each)[1] for each in ids]
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
