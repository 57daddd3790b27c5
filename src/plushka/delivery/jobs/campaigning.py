"""Broadcasts go on by the clock, and at once when somebody starts one; what came of them is counted."""

from uuid import UUID

from plushka.domain.campaigns.figures import count_figures, list_to_count
from plushka.domain.campaigns.journeys.figures import COUNTED_EACH, count_days, find_counted_at
from plushka.domain.campaigns.queries import get_campaign, list_at_work
from plushka.domain.campaigns.running import advance
from plushka.platform.clock import Clock
from plushka.platform.database import Database


async def take_up(database: Database, clock: Clock, payload: bytes) -> None:
    """Go on with the broadcast that ``payload`` names: the tenant's id and its own."""
    tenant_id, campaign_id = map(UUID, payload.decode().split())
    await go_on(database, clock, tenant_id, campaign_id)


async def send_tenant(database: Database, clock: Clock, tenant_id: UUID) -> None:
    """Go on with all broadcasts of the tenant, each step in a transaction of its own."""
    async with database.transaction(tenant_id, actor="job:campaigns", at=clock.now(), read_only=True) as tx:
        campaign_ids = await list_at_work(tx)
    for campaign_id in campaign_ids:
        await go_on(database, clock, tenant_id, campaign_id)


async def go_on(database: Database, clock: Clock, tenant_id: UUID, campaign_id: UUID) -> None:
    """Do what can be done of a broadcast now; two that do so at once do each step once."""
    more = True
    while more:
        async with database.transaction(tenant_id, actor="job:campaigns", at=clock.now()) as tx:
            more = await advance(tx, campaign_id)


async def count_tenant(database: Database, clock: Clock, tenant_id: UUID) -> None:
    """Count what came of the tenant's broadcasts, each in a transaction of its own."""
    async with database.transaction(tenant_id, actor="job:campaigns", at=clock.now(), read_only=True) as tx:
        campaign_ids = await list_to_count(tx)
    for campaign_id in campaign_ids:
        async with database.transaction(tenant_id, actor="job:campaigns", at=clock.now()) as tx:
            await count_figures(tx, await get_campaign(tx, campaign_id))


async def count_journeys(database: Database, clock: Clock, tenant_id: UUID) -> None:
    """Count what came of the letters of the tenant's journeys unless that is fresh; repeated, it does nothing more."""
    at = clock.now()
    async with database.transaction(tenant_id, actor="job:campaigns", at=at) as tx:
        counted_at = await find_counted_at(tx)
        if counted_at is None or counted_at < at - COUNTED_EACH:
            await count_days(tx)
