"""Groups of the demo's members, with the months that its past consists of."""

from uuid import UUID

from plushka.delivery.jobs.grouping import group_now
from plushka.platform.clock import Clock
from plushka.platform.database import APPLICATION_ROLE, Database


async def write_months(database: Database, clock: Clock, tenant_id: UUID) -> None:
    """Work out the groups and all months of the past anew: when more of it is loaded, the past itself has changed.

    A business could not do that: months are taken back as the owner of the tables.
    """
    async with database.transaction(tenant_id, actor="job:groups", at=clock.now()) as tx:
        await tx.execute("set local role none")
        for table in ("group_snapshots", "group_moves"):
            await tx.execute(f"delete from {table} where tenant_id = $1", tenant_id)  # noqa: S608  two names
        await tx.execute("update member_groups set month_group = null where tenant_id = $1", tenant_id)
        await tx.execute(f"set local role {APPLICATION_ROLE}")
    await group_now(database, clock, tenant_id)
