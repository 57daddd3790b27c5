"""Following who enters segments and who leaves them."""

from uuid import UUID

from plushka.domain.segments.refreshing import list_watched, refresh
from plushka.platform.clock import Clock
from plushka.platform.database import Database


async def follow_segments(database: Database, clock: Clock, tenant_id: UUID) -> None:
    """Bring the members of each segment of conditions up to the moment, each in a transaction of its own."""
    async with database.transaction(tenant_id, actor="job:segments", at=clock.now(), read_only=True) as tx:
        watched = await list_watched(tx)
    for segment_id in watched:
        async with database.transaction(tenant_id, actor="job:segments", at=clock.now()) as tx:
            await refresh(tx, segment_id)
