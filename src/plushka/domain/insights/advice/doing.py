"""What a piece of advice begins: a segment, a draft of a broadcast, a ready journey. Nothing is sent by it."""

from uuid import UUID

from plushka.domain.businesses.queries import get_branch, get_business
from plushka.domain.campaigns.beginning import begin_broadcast_to, take_segment
from plushka.domain.insights.advice import rules
from plushka.domain.insights.advice.counting import UNREACHABLE
from plushka.engine.audience import All, BoughtAt, LastPurchase, Rfm
from plushka.platform.database import Tx
from plushka.platform.i18n import marked, translator

VIPS_ASLEEP = All((Rfm(m=(rules.VIP_SCORE,)), LastPurchase(days_min=rules.VIP_ASLEEP_DAYS)))
_VIPS_NAME = marked("VIP: have not come for 60 days")
_BRANCH_NAME = marked("“{branch}”: have not come for {days} days")
_UNREACHABLE_NAME = marked("Buy, but cannot be written to")


async def begin_vip_broadcast(tx: Tx) -> UUID:
    """Write the draft of a broadcast to the VIP who are asleep, and return its id."""
    business = await get_business(tx)
    name = translator(business.language).gettext(_VIPS_NAME)
    return await begin_broadcast_to(tx, VIPS_ASLEEP, name=name, template="miss_you", aim="reactivation")


async def begin_branch_broadcast(tx: Tx, branch_id: UUID) -> UUID:
    """Write the draft of a broadcast to those who bought at a branch and have not come lately; return its id.

    :raises BranchNotFound: the business has none of this id
    """
    business, branch = await get_business(tx), await get_branch(tx, branch_id)
    days = rules.SALES_DAYS
    audience = All((BoughtAt(ids=(branch.code,)), LastPurchase(days_min=days)))
    name = translator(business.language).gettext(_BRANCH_NAME, branch=branch.name, days=days)
    return await begin_broadcast_to(tx, audience, name=name, template="miss_you", aim="reactivation")


async def take_unreachable(tx: Tx) -> UUID:
    """Return the segment of recent buyers who cannot be written to."""
    business = await get_business(tx)
    return await take_segment(tx, translator(business.language).gettext(_UNREACHABLE_NAME), UNREACHABLE)
