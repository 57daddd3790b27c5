"""Booking what time has done: points that became active or burned, holds, certificates and gifts that ran out."""

from uuid import UUID

from plushka.domain.certificates.expiry import settle_due as settle_certificates
from plushka.domain.ledger.operations import settle_due
from plushka.domain.rewards.buying import settle_due as settle_rewards
from plushka.platform.clock import Clock
from plushka.platform.database import Database


async def settle_tenant(database: Database, clock: Clock, tenant_id: UUID) -> None:
    """Settle what is due of the tenant, some in each transaction, so that no till waits long for a lock."""
    for settle in (settle_due, settle_certificates, settle_rewards):
        settled = True
        while settled:
            async with database.transaction(tenant_id, actor="job:settle", at=clock.now()) as tx:
                settled = await settle(tx) > 0
