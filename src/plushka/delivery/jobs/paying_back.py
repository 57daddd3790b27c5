"""Which receipts the scenarios of the programme brought, counted month by month."""

from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from plushka.domain.businesses.queries import get_business
from plushka.domain.insights.payback.effects import count_month, list_due
from plushka.platform.clock import Clock
from plushka.platform.database import Database

EVERY = timedelta(hours=2)
"""A month that was counted later than so long ago waits, even if its sales have changed."""


async def count_payback(database: Database, clock: Clock, tenant_id: UUID) -> None:
    """Count the months that are due, each in a transaction of its own; repeated, it does nothing more."""
    at = clock.now()
    async with database.transaction(tenant_id, actor="job:payback", at=at, read_only=True) as tx:
        today = at.astimezone(ZoneInfo((await get_business(tx)).time_zone)).date()
        months = await list_due(tx, today, counted_before=at - EVERY)
    for month in months:
        async with database.transaction(tenant_id, actor="job:payback", at=clock.now()) as tx:
            await count_month(tx, month)
