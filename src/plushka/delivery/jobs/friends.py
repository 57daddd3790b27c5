"""Paying members for their friends' purchases, and taking back what returns have undone."""

from uuid import UUID

from plushka.domain.messages.notices import tell_of_friends
from plushka.domain.programs.versions import Versions
from plushka.domain.referrals.settling import list_due, settle
from plushka.platform.clock import Clock
from plushka.platform.database import Database

_versions = Versions()


async def pay_for_friends(database: Database, clock: Clock, tenant_id: UUID) -> None:
    """Settle what is due of the tenant, each member in a transaction of their own, and tell them of their points.

    Who cannot be settled now, being merged at this moment, is met again the next time.
    """
    seen = set()
    while True:
        async with database.transaction(tenant_id, actor="job:friends", at=clock.now(), read_only=True) as tx:
            due = [key for key in await list_due(tx) if key not in seen]
        if not due:
            return
        for key in due:
            seen.add(key)
            async with database.transaction(tenant_id, actor="job:friends", at=clock.now()) as tx:
                await tell_of_friends(tx, await settle(tx, _versions, key))
