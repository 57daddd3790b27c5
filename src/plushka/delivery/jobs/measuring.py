"""What campaigns have caused, counted while their members buy and their goods may come back."""

from uuid import UUID

from plushka.domain.insights.campaigns.measuring import list_due, measure
from plushka.platform.clock import Clock
from plushka.platform.database import Database


async def measure_tenant(database: Database, clock: Clock, tenant_id: UUID) -> None:
    """Count each campaign that is due in a transaction of its own; repeated, it counts what has become due since."""
    async with database.transaction(tenant_id, actor="job:measure", at=clock.now(), read_only=True) as tx:
        due = await list_due(tx)
    for each in due:
        async with database.transaction(tenant_id, actor="job:measure", at=clock.now()) as tx:
            await measure(tx, each)
