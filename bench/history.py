"""A year's receipts through the bulk path, and the proof of the ledger that they make."""

import asyncio
import time
from datetime import UTC, datetime

from msgspec import Struct

from bench import processor
from plushka.delivery.jobs.verification import verify_tenant
from plushka.demo import calendar, loading
from plushka.demo.access import Access
from plushka.demo.business import TENANT_ID, open_business
from plushka.demo.dataset import Year, of_some, read_year
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database
from plushka.platform.postgres.cluster import Cluster


class History(Struct, frozen=True):
    """``receipts`` of the real data set booked with points, lots and de-duplication; then ``postings`` proved."""

    receipts: int
    seconds: float
    processor_seconds: float
    postings: int
    verify_seconds: float
    differences: int


def measure(cluster: Cluster, *, households: int | None = None) -> History:
    """Load the year of the demo into its freshly opened business, all of it or that of some households, then verify."""
    year, now = read_year(), datetime.now(UTC)
    if households is not None:
        year = of_some(year, households)
    yesterday = calendar.yesterday_at(now)
    ways_in = asyncio.run(_open(cluster, year, now))
    before = _processor_seconds()
    started = time.perf_counter()
    booked = loading.load(
        year, yesterday, None, dsn=cluster.dsn, tills=ways_in.tills, at=now, done=lambda _: None
    )
    took = time.perf_counter() - started
    used = _processor_seconds() - before
    postings, verify_seconds, differences = asyncio.run(_verify(cluster))
    return History(
        receipts=booked,
        seconds=took,
        processor_seconds=used,
        postings=postings,
        verify_seconds=verify_seconds,
        differences=differences,
    )


def _processor_seconds() -> float:
    # PostgreSQL is a child of this process, so its time is in the family's.
    return processor.seconds(processor.family(processor.SELF))


async def _open(cluster: Cluster, year: Year, now: datetime) -> Access:
    database = await Database.connect(cluster.dsn, connections_max=1)
    try:
        return await open_business(
            database, year, calendar.yesterday_at(now), enrolled=lambda _: None, keep=lambda _: None
        )
    finally:
        await database.close()


async def _verify(cluster: Cluster) -> tuple[int, float, int]:
    database = await Database.connect(cluster.dsn, connections_max=1)
    try:
        verification = await verify_tenant(database, SystemClock(), TENANT_ID)
    finally:
        await database.close()
    took = (verification.finished_at - verification.started_at).total_seconds()
    return verification.figures["postings"], took, len(verification.differences)
