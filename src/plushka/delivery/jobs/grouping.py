"""Groups of members, months of them, tags by rules, and goods to suggest, business by business."""

from uuid import UUID
from zoneinfo import ZoneInfo

from plushka.domain.businesses.queries import get_business
from plushka.domain.segments.auto_tags.operations import list_auto_tags
from plushka.domain.segments.auto_tags.tagging import apply_rule
from plushka.domain.segments.lifecycle.queries import find_run
from plushka.domain.segments.lifecycle.refreshing import refresh_groups
from plushka.domain.segments.lifecycle.snapshots import take_next_snapshot
from plushka.domain.segments.suggestions.refreshing import refresh_goods
from plushka.platform.clock import Clock
from plushka.platform.database import Database

FROM_HOUR = 3
"""By the business's clock: tills have closed their day, and nobody looks."""


async def group_tenant(database: Database, clock: Clock, tenant_id: UUID) -> None:
    """Work out the groups once a day, after writing down months that have ended; repeated, it does nothing more."""
    async with database.transaction(tenant_id, actor="job:groups", at=clock.now(), read_only=True) as tx:
        local = tx.at.astimezone(ZoneInfo((await get_business(tx)).time_zone))
        run = await find_run(tx)
    is_done = run is not None and run.as_of.astimezone(local.tzinfo).date() >= local.date()
    if local.hour >= FROM_HOUR and not is_done:
        await group_now(database, clock, tenant_id)


async def group_now(database: Database, clock: Clock, tenant_id: UUID) -> None:
    """Write down months that have ended, work out the groups as of now, tag by rules, and read the goods.

    Each month and each rule in a transaction of its own. A rule that was ended meanwhile finds nobody to tag.
    """
    is_open = True
    while is_open:
        async with database.transaction(tenant_id, actor="job:groups", at=clock.now()) as tx:
            is_open = await take_next_snapshot(tx) is not None
    async with database.transaction(tenant_id, actor="job:groups", at=clock.now()) as tx:
        run = await refresh_groups(tx)
        rules = await list_auto_tags(tx)
    for rule in rules:
        async with database.transaction(tenant_id, actor="job:groups", at=clock.now()) as tx:
            await apply_rule(tx, rule)
    async with database.transaction(tenant_id, actor="job:groups", at=clock.now()) as tx:
        await refresh_goods(tx, run.through_on)
