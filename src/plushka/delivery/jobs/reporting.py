"""Saved reports that are sent by the clock."""

from uuid import UUID

from plushka.domain.insights.constructor.saving import forget_deleted
from plushka.domain.insights.constructor.scheduling import ActionsOf, send_due
from plushka.platform.clock import Clock
from plushka.platform.database import Database


class Reporting:
    """``actions_of``: what somebody who works here may do now, as the office knows it."""

    def __init__(self, actions_of: ActionsOf) -> None:
        self._actions_of = actions_of

    async def send_tenant(self, database: Database, clock: Clock, tenant_id: UUID) -> int:
        """Take up what has come due and leave the letters of what is made; repeated, it sends nothing twice."""
        return await send_due(database, clock.now(), tenant_id, self._actions_of)


async def forget_reports(database: Database, clock: Clock, tenant_id: UUID) -> None:
    """Forget reports that were deleted long ago."""
    async with database.transaction(tenant_id, actor="job:reports", at=clock.now()) as tx:
        await forget_deleted(tx)
