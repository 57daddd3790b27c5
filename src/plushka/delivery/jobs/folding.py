"""Adding up what has changed, all the time and never for long."""

import asyncio
import time
from contextlib import suppress
from uuid import UUID

import structlog
from asyncpg import SerializationError
from prometheus_client import Gauge, Histogram

from plushka.domain.businesses.queries import list_tenant_ids
from plushka.domain.changes.queries import find_oldest
from plushka.domain.rollups.folding import Folded, fold, note_run
from plushka.platform.clock import Clock
from plushka.platform.database import Database

ACTOR = "job:rollups"
EVERY_SECONDS = 10.0
REST_FACTOR = 10
"""So many times as long as it took is rested: tills have the processor the rest of the time."""

LAG = Gauge(
    "plushka_reports_lag_seconds",
    "How long the oldest change of any business has waited to be added up.",
    multiprocess_mode="mostrecent",
)
SECONDS = Histogram("plushka_reports_fold_seconds", "What adding up some changes of a business took.")

log = structlog.get_logger()


async def keep_folding(database: Database, clock: Clock, stop: asyncio.Event) -> None:
    """Add up what has changed in every business until ``stop`` is set; with several workers each does what is left."""
    while not stop.is_set():
        began = time.monotonic()
        try:
            has_more = await fold_each(database, clock)
        except Exception:
            log.exception("businesses_not_folded")
            has_more = False
        rest = REST_FACTOR * (time.monotonic() - began)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), rest if has_more else max(rest, EVERY_SECONDS))


async def fold_each(database: Database, clock: Clock) -> bool:
    """Add up some changes of every business; tell whether others wait. Where it fails the others go on."""
    async with database.global_transaction(actor=ACTOR, at=clock.now()) as tx:
        tenant_ids = await list_tenant_ids(tx)
    has_more, lag = False, 0.0
    for tenant_id in tenant_ids:
        try:
            lag = max(lag, await _measure_lag(database, clock, tenant_id))
            folded = await fold_some(database, clock, tenant_id)
        except Exception:
            log.exception("business_not_folded", tenant_id=str(tenant_id))
            continue
        has_more = has_more or (folded is not None and folded.has_more)
    LAG.set(lag)
    return has_more


async def _measure_lag(database: Database, clock: Clock, tenant_id: UUID) -> float:
    now = clock.now()
    async with database.transaction(tenant_id, actor=ACTOR, at=now, read_only=True) as tx:
        oldest = await find_oldest(tx)
    return 0.0 if oldest is None else (now - oldest).total_seconds()


async def fold_some(database: Database, clock: Clock, tenant_id: UUID) -> Folded | None:
    """Add up some changes of a business; None: somebody else is at it."""
    began = time.monotonic()
    try:
        async with database.transaction(tenant_id, actor=ACTOR, at=clock.now(), one_moment=True) as tx:
            folded = await fold(tx)
            if folded is not None and folded.changes:
                await note_run(tx, changes=folded.changes, took_ms=round((time.monotonic() - began) * 1000))
    except SerializationError:
        return None
    if folded is not None and folded.changes:
        SECONDS.observe(time.monotonic() - began)
    return folded


async def fold_tenant(database: Database, clock: Clock, tenant_id: UUID) -> int:
    """Add up all changes of a business, without a rest, and return how many they were."""
    count = 0
    while (folded := await fold_some(database, clock, tenant_id)) is not None:
        count += folded.changes
        if not folded.has_more:
            break
    return count
