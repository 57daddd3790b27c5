"""The nightly proof of every ledger; ``plushka ledger verify`` and the office's button run the same."""

from collections.abc import Callable
from uuid import UUID

import structlog

from plushka.domain.campaigns.laws import LAWS as CAMPAIGN_LAWS
from plushka.domain.certificates.laws import LAWS as CERTIFICATE_LAWS
from plushka.domain.ledger.verify import LAWS as LEDGER_LAWS
from plushka.domain.ledger.verify import Verification, check, record
from plushka.domain.messages.laws import LAWS as MESSAGE_LAWS
from plushka.domain.occasions.laws import LAWS as OCCASION_LAWS
from plushka.domain.partners.laws import LAWS as PARTNER_LAWS
from plushka.domain.purchases.laws import LAWS as PURCHASE_LAWS
from plushka.domain.referrals.laws import LAWS as REFERRAL_LAWS
from plushka.domain.rewards.laws import LAWS as REWARD_LAWS
from plushka.domain.segments.lifecycle.laws import LAWS as LIFECYCLE_LAWS
from plushka.platform.clock import Clock
from plushka.platform.database import Database
from plushka.platform.ids import new_id

log = structlog.get_logger()


LAWS = {
    **PURCHASE_LAWS,
    **CAMPAIGN_LAWS,
    **CERTIFICATE_LAWS,
    **MESSAGE_LAWS,
    **OCCASION_LAWS,
    **PARTNER_LAWS,
    **REFERRAL_LAWS,
    **REWARD_LAWS,
    **LIFECYCLE_LAWS,
}
LAWS_COUNT = len(LEDGER_LAWS) + len(LAWS)


async def verify_tenant(
    database: Database, clock: Clock, tenant_id: UUID, *, on_law: Callable[[], None] = lambda: None
) -> Verification:
    """Check every law of the tenant's ledger at one moment while its tills go on, and keep the result."""
    started_at = clock.now()
    async with database.transaction(
        tenant_id, actor="job:verify", at=started_at, read_only=True, one_moment=True
    ) as tx:
        figures, differences = await check(tx, also=LAWS, on_law=on_law)
    verification = Verification(
        id=new_id(),
        started_at=started_at,
        finished_at=clock.now(),
        figures=figures,
        differences=differences,
    )
    async with database.transaction(tenant_id, actor="job:verify", at=verification.finished_at) as tx:
        await record(tx, verification)
    if differences:
        log.error("ledger_differs", tenant_id=str(tenant_id), laws=sorted({d.law for d in differences}))
    return verification
