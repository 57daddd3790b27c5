"""Work for later, kept in the database by pgqueuer: enqueued inside the transaction that causes it.

A job may run more than once, so its function must bear repetition. Do not enqueue a job for every
purchase: the queue's notification makes commits wait for one another; let a scheduled job find them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import asyncpg
import structlog
from pgqueuer import PgQueuer, Queries
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver, AsyncpgPoolDriver
from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.core.executors import DatabaseRetryEntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.settings import DBSettings
from pgqueuer.models import Job as Row
from pgqueuer.models import Schedule
from pgqueuer.ports.driver import Driver

from plushka.platform.clock import Clock
from plushka.platform.database import Database, GlobalTx
from plushka.platform.errors import TemporaryFailure

log = structlog.get_logger()

ATTEMPTS_MAX = 8
FIRST_RETRY = timedelta(seconds=5)
LAST_RETRY = timedelta(hours=1)
CONCURRENT_MAX = 10
BATCH_MAX = CONCURRENT_MAX // 2
POLL_EVERY = timedelta(seconds=5)

_NAMES = DBSettings(db_schema="jobs")


@dataclass(frozen=True, slots=True)
class Job:
    """What runs when a job called ``name`` comes up; ``run`` gets the payload it was enqueued with."""

    name: str
    run: Callable[[Database, Clock, bytes], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scheduled:
    """What runs at moments of ``cron``, five fields in UTC, in one worker of however many there are."""

    name: str
    cron: str
    run: Callable[[Database, Clock], Awaitable[None]]


async def enqueue(
    tx: GlobalTx, name: str, payload: bytes, *, key: str | None = None, delay: timedelta | None = None
) -> None:
    """Leave ``payload`` for the job ``name`` if ``tx`` commits.

    While a job with the same ``key`` waits or runs, nothing is added. The payload should name rows by
    their ids, the tenant first, and hold no personal data: it is kept in the queue's log.
    """
    await _queries(AsyncpgDriver(tx.connection)).enqueue(  # type: ignore[arg-type]
        [name], [payload], [0], [delay], [key], on_conflict="skip"
    )


async def work(
    pool: asyncpg.Pool,
    database: Database,
    clock: Clock,
    *,
    jobs: Sequence[Job],
    scheduled: Sequence[Scheduled],
    stop: asyncio.Event,
) -> None:
    """Run what comes up until ``stop`` is set; then finish what has begun and return.

    ``pool`` serves the queue, one connection of it listening all the time; the jobs use ``database``.
    A job that fails is tried again ``ATTEMPTS_MAX`` times with growing pauses, and then kept as failed.
    """
    driver = AsyncpgPoolDriver(pool)
    queue = PgQueuer(driver, queries=_queries(driver))
    for job in jobs:
        queue.entrypoint(job.name, on_failure="hold", executor_factory=_retried)(
            _job_runner(job, database, clock)
        )
    for entry in scheduled:
        queue.schedule(entry.name, entry.cron, clean_old=True)(_schedule_runner(entry, database, clock))
    stopping = asyncio.create_task(_stop_queue(queue, stop))
    try:
        await queue.run(batch_size=BATCH_MAX, dequeue_timeout=POLL_EVERY, max_concurrent_tasks=CONCURRENT_MAX)
    finally:
        stopping.cancel()


async def _stop_queue(queue: PgQueuer, stop: asyncio.Event) -> None:
    await stop.wait()
    queue.shutdown.set()


def _job_runner(job: Job, database: Database, clock: Clock) -> Callable[[Row], Awaitable[None]]:
    async def run(row: Row) -> None:
        try:
            await job.run(database, clock, row.payload or b"")
        except TemporaryFailure as failure:
            if failure.retry_after_seconds is None:
                raise
            raise RetryRequested(timedelta(seconds=failure.retry_after_seconds), failure.reason) from failure
        except Exception:
            log.exception("job_failed", job=job.name, job_id=row.id, attempt=row.attempts + 1)
            raise

    return run


def _schedule_runner(
    entry: Scheduled, database: Database, clock: Clock
) -> Callable[[Schedule], Awaitable[None]]:
    async def run(_: Schedule) -> None:
        try:
            await entry.run(database, clock)
        except Exception:
            # It comes up again at its next moment, so there is nothing to retry.
            log.exception("scheduled_job_failed", job=entry.name)

    return run


def _retried(parameters: EntrypointExecutorParameters) -> DatabaseRetryEntrypointExecutor:
    return DatabaseRetryEntrypointExecutor(
        parameters, max_attempts=ATTEMPTS_MAX, initial_delay=FIRST_RETRY, max_delay=LAST_RETRY
    )


def _queries(driver: Driver) -> Queries:
    """Return pgqueuer's statements on the tables of migration 0002, not on names from the environment."""
    return Queries(
        driver,
        qbe=QueryBuilderEnvironment(_NAMES),
        qbq=QueryQueueBuilder(_NAMES),
        qbs=QuerySchedulerBuilder(_NAMES),
    )
