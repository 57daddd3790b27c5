"""The same work for every business, one after another."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import structlog

from plushka.domain.businesses.queries import list_tenant_ids
from plushka.platform.clock import Clock
from plushka.platform.database import Database

log = structlog.get_logger()

Work = Callable[[Database, Clock, UUID], Awaitable[object]]
"""Work for one business, which opens its own transactions."""


def for_each_business(name: str, work: Work) -> Callable[[Database, Clock], Awaitable[None]]:
    """Return a job that runs ``work`` for every business.

    One for which it fails is logged and passed over: it must not keep the points of all the others from
    expiring. The job then fails at the end, with an ``ExceptionGroup`` of what failed.
    """

    async def run(database: Database, clock: Clock) -> None:
        async with database.global_transaction(actor=f"job:{name}", at=clock.now()) as tx:
            tenant_ids = await list_tenant_ids(tx)
        failures = []
        for tenant_id in tenant_ids:
            try:
                await work(database, clock, tenant_id)
            except Exception as failure:
                log.exception("work_for_business_failed", job=name, tenant_id=str(tenant_id))
                failures.append(failure)
        if failures:
            raise ExceptionGroup(
                f"{name} failed for {len(failures)} of {len(tenant_ids)} businesses", failures
            )

    return run
