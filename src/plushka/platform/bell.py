"""Telling another process at once that a business has left work, without slowing down who leaves it.

Every commit that contains a ``notify`` waits for every other such commit of the database (0012), so what leaves work
does not notify: it rings, and soon after one small transaction tells of all who rang meanwhile. A ring may be lost
with its process; who listens looks for work by themselves now and then, too.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import asyncpg
import structlog

from plushka.platform.clock import Clock
from plushka.platform.database import Database

GATHER_SECONDS = 0.05
TOLD_AT_ONCE_MAX = 200
"""Ids in one notification, which holds less than 8,000 bytes."""

log = structlog.get_logger()


class Bell:
    """Rung after a commit; ``channel`` is where it is heard."""

    def __init__(self, database: Database, clock: Clock, channel: str) -> None:
        self._database = database
        self._clock = clock
        self._channel = channel
        self._rung: set[UUID] = set()
        self._wake = asyncio.Event()

    def ring(self, tenant_id: UUID) -> None:
        """Let it be told soon that this business has left work."""
        self._rung.add(tenant_id)
        self._wake.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await self._tell()

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            await asyncio.sleep(GATHER_SECONDS)
            self._wake.clear()
            await self._tell()

    async def _tell(self) -> None:
        while self._rung:
            ids = [self._rung.pop() for _ in range(min(len(self._rung), TOLD_AT_ONCE_MAX))]
            try:
                async with self._database.global_transaction(actor="job:bell", at=self._clock.now()) as tx:
                    await tx.execute(
                        """
                        -- bell.tell
                        select pg_notify($1, $2)
                        """,
                        self._channel,
                        " ".join(tenant_id.hex for tenant_id in ids),
                    )
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                # The database is away; who listens will look by themselves.
                log.warning("bell_not_heard", businesses=len(ids), exc_info=True)


def rung(payload: str) -> list[UUID]:
    """Return who rang, of a notification."""
    return [UUID(hex=word) for word in payload.split()]
