"""Groups of the demo's members, with the months that its past consists of, and tags by rules."""

from collections.abc import Mapping
from uuid import UUID

from plushka.delivery.jobs.grouping import group_now
from plushka.domain.segments.auto_tags.model import (
    AtHours,
    FullBaskets,
    LargeReceipts,
    OnWeekdays,
    Rule,
)
from plushka.domain.segments.auto_tags.operations import add_auto_tag, list_auto_tags
from plushka.platform.clock import Clock
from plushka.platform.database import APPLICATION_ROLE, Database

CAFE_TAGS: Mapping[str, Rule] = {
    "утренний кофе": AtHours(from_minute=5 * 60),
    "выходной": OnWeekdays(),
    "семья": FullBaskets(lines_min=2),
    "большой чек": LargeReceipts(),
}
CHAIN_TAGS: Mapping[str, Rule] = {
    "после работы": AtHours(from_minute=17 * 60, until_minute=20 * 60),
    "выходной": OnWeekdays(),
    "семья": FullBaskets(lines_min=20),
    "большой чек": LargeReceipts(),
}


async def write_groups(database: Database, clock: Clock, tenant_id: UUID, tags: Mapping[str, Rule]) -> None:
    """Work out the groups, all months of the past and the tags: when more of it is loaded, the past itself has changed.

    A business could not do that: months are taken back as the owner of the tables. Safe to repeat.
    """
    async with database.transaction(tenant_id, actor="job:groups", at=clock.now()) as tx:
        await tx.execute("set local role none")
        for table in ("group_snapshots", "group_moves", "group_stays"):
            await tx.execute(f"delete from {table} where tenant_id = $1", tenant_id)  # noqa: S608  three names
        await tx.execute("update member_groups set month_group = null where tenant_id = $1", tenant_id)
        await tx.execute(f"set local role {APPLICATION_ROLE}")
        known = {each.tag for each in await list_auto_tags(tx)}
        for tag, rule in tags.items():
            if tag not in known:
                await add_auto_tag(tx, tag=tag, rule=rule)
    await group_now(database, clock, tenant_id)
