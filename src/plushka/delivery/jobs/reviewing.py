"""Tiers reviewed once a day, business by business."""

from uuid import UUID

from plushka.domain.programs.reviews import review_tiers
from plushka.domain.programs.versions import Versions
from plushka.platform.clock import Clock
from plushka.platform.database import Database

_versions = Versions()


async def review_tenant(database: Database, clock: Clock, tenant_id: UUID) -> None:
    """Review the tenant's tiers as of today, some members in each transaction."""
    reviewed = True
    while reviewed:
        async with database.transaction(tenant_id, actor="job:review", at=clock.now()) as tx:
            reviewed = await review_tiers(tx, _versions) > 0
