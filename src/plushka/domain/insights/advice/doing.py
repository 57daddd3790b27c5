"""What a piece of advice begins: a segment, a draft of a broadcast, a ready journey. Nothing is sent by it."""

from uuid import UUID, uuid5

from plushka.domain.businesses.queries import get_business
from plushka.domain.campaigns.audiences import Who, composed
from plushka.domain.campaigns.model import LetterPlan, Plan, Variant
from plushka.domain.campaigns.operations import create_broadcast
from plushka.domain.insights.advice import rules
from plushka.domain.insights.advice.counting import UNREACHABLE
from plushka.domain.messages.templates.ready import draft_of
from plushka.domain.messages.templates.store import create_template, restore_template
from plushka.domain.segments.operations import create_segment
from plushka.domain.segments.queries import list_segments
from plushka.engine.audience import All, Audience, LastPurchase, Rfm
from plushka.platform.database import Tx
from plushka.platform.i18n import marked, translator

VIPS_ASLEEP = All((Rfm(m=(rules.VIP_SCORE,)), LastPurchase(days_min=rules.VIP_ASLEEP_DAYS)))
_VIPS_NAME = marked("VIP: have not come for 60 days")
_UNREACHABLE_NAME = marked("Buy, but cannot be written to")


async def begin_vip_broadcast(tx: Tx) -> UUID:
    """Write the draft of a broadcast to the VIP who are asleep, and return its id."""
    business = await get_business(tx)
    name = translator(business.language).gettext(_VIPS_NAME)
    segment_id = await take_segment(tx, name, VIPS_ASLEEP)
    template_id = uuid5(tx.tenant_id, "miss_you")
    await create_template(tx, draft_of("miss_you", business.language), template_id=template_id)
    await restore_template(tx, template_id)
    plan = Plan(
        name=name,
        audience=composed(Who(segments=(str(segment_id),))),
        letter=LetterPlan((Variant("A", template_id, 1),)),
    )
    return await create_broadcast(tx, plan)


async def take_unreachable(tx: Tx) -> UUID:
    """Return the segment of recent buyers who cannot be written to."""
    business = await get_business(tx)
    return await take_segment(tx, translator(business.language).gettext(_UNREACHABLE_NAME), UNREACHABLE)


async def take_segment(tx: Tx, name: str, audience: Audience) -> UUID:
    """Return the segment that is this audience, under whatever name; it is made if there is none.

    A name that another segment has already gets a number.
    """
    segments = await list_segments(tx)
    for known in segments:
        if known.audience == audience:
            return known.id
    taken, free, number = {known.name.casefold() for known in segments}, name, 1
    while free.casefold() in taken:
        number += 1
        free = f"{name} ({number})"
    return await create_segment(tx, name=free, audience=audience)
