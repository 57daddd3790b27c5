"""What to do next, counted business by business."""

from datetime import timedelta
from uuid import UUID

from plushka.domain.insights.advice.counting import count_figures, find_counted
from plushka.platform.clock import Clock
from plushka.platform.database import Database

EVERY = timedelta(hours=5)
"""Figures younger than this are not counted again."""


async def advise_tenant(database: Database, clock: Clock, tenant_id: UUID) -> None:
    """Count the figures unless they are fresh; repeated, it does nothing more."""
    async with database.transaction(tenant_id, actor="job:advise", at=clock.now(), read_only=True) as tx:
        counted = await find_counted(tx)
    if counted is None or clock.now() - counted.counted_at >= EVERY:
        async with database.transaction(tenant_id, actor="job:advise", at=clock.now()) as tx:
            await count_figures(tx)
