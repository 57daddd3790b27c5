"""Points for birthdays and days of close people, business by business."""

from uuid import UUID

from plushka.domain.occasions.dates import give_for_dates, list_due
from plushka.domain.programs.versions import Versions
from plushka.platform.clock import Clock
from plushka.platform.database import Database

_versions = Versions()


async def give_tenant(database: Database, clock: Clock, tenant_id: UUID) -> None:
    """Give what is due of the tenant today, some members in each transaction; repeated, it gives nothing more."""
    async with database.transaction(tenant_id, actor="job:occasions", at=clock.now(), read_only=True) as tx:
        due = await list_due(tx, _versions)
    for mark, occasion_id in due:
        last = None
        while True:
            async with database.transaction(tenant_id, actor="job:occasions", at=clock.now()) as tx:
                last = await give_for_dates(tx, _versions, mark, occasion_id, after=last)
            if last is None:
                break
