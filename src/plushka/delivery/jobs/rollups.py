"""Making a business's sums anew, and proving them."""

import asyncio
import time
from collections.abc import Callable
from uuid import UUID

import structlog
from asyncpg import SerializationError

from plushka.delivery.jobs.folding import ACTOR
from plushka.domain.rollups.checking import Difference, check
from plushka.domain.rollups.folding import fold, note_run
from plushka.domain.rollups.rebuilding import rebuild
from plushka.platform.clock import Clock
from plushka.platform.database import Database

TRY_EVERY_SECONDS = 0.5

log = structlog.get_logger()


async def rebuild_tenant(
    database: Database, clock: Clock, tenant_id: UUID, *, on_receipts: Callable[[int], None] = lambda _: None
) -> int:
    """Make all sums of a business anew and return of how many receipts; who is at them is waited for."""
    while True:
        began = time.monotonic()
        try:
            async with database.transaction(tenant_id, actor=ACTOR, at=clock.now(), one_moment=True) as tx:
                receipts = await rebuild(tx, on_receipts=on_receipts)
                if receipts is not None:
                    await note_run(tx, changes=0, took_ms=_ms_since(began), is_rebuilt=True)
                    return receipts
        except SerializationError:
            log.info("rollups_changed_meanwhile", tenant_id=str(tenant_id))
        await asyncio.sleep(TRY_EVERY_SECONDS)


async def check_tenant(database: Database, clock: Clock, tenant_id: UUID) -> list[Difference]:
    """Add up what waits, sum all anew beside it, and return every difference; who is at them is waited for."""
    while True:
        try:
            async with database.transaction(tenant_id, actor=ACTOR, at=clock.now(), one_moment=True) as tx:
                if await fold(tx, subjects_max=None) is not None:
                    return await check(tx)
        except SerializationError:
            log.info("rollups_changed_meanwhile", tenant_id=str(tenant_id))
        await asyncio.sleep(TRY_EVERY_SECONDS)


def _ms_since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
