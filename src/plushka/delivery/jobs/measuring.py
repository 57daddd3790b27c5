"""What campaigns and promotions have caused, counted while their members buy and their goods may come back."""

from uuid import UUID

from plushka.domain.insights.campaigns import measuring, promotions
from plushka.platform.clock import Clock
from plushka.platform.database import Database


async def measure_tenant(database: Database, clock: Clock, tenant_id: UUID) -> None:
    """Count each that is due in a transaction of its own; repeated, it counts what has become due since."""
    async with database.transaction(tenant_id, actor="job:measure", at=clock.now(), read_only=True) as tx:
        campaigns = await measuring.list_due(tx)
        offers = await promotions.list_due(tx)
    for campaign in campaigns:
        async with database.transaction(tenant_id, actor="job:measure", at=clock.now()) as tx:
            await measuring.measure(tx, campaign)
    for offer in offers:
        async with database.transaction(tenant_id, actor="job:measure", at=clock.now()) as tx:
            await promotions.measure(tx, offer)
