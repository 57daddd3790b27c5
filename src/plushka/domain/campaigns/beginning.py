"""From a question to a draft: who was found becomes a segment, and the segment the audience of a broadcast."""

from collections.abc import Sequence
from uuid import UUID, uuid5

from plushka.domain.businesses.queries import get_business
from plushka.domain.campaigns.audiences import Who, composed
from plushka.domain.campaigns.model import Aim, LetterPlan, Plan, Variant
from plushka.domain.campaigns.operations import create_broadcast
from plushka.domain.messages.templates.ready import Key, draft_of
from plushka.domain.messages.templates.store import create_template, restore_template
from plushka.domain.segments.lists import add_members
from plushka.domain.segments.model import StoredSegment
from plushka.domain.segments.operations import create_segment
from plushka.domain.segments.queries import list_segments
from plushka.engine.audience import Audience
from plushka.platform.database import Tx


async def begin_broadcast_to(
    tx: Tx, audience: Audience, *, name: str, template: Key, aim: Aim = "other"
) -> UUID:
    """Write the draft of a broadcast of a ready template to an audience, and return its id; nothing is sent by it."""
    return await _begin(tx, await take_segment(tx, name, audience), name=name, template=template, aim=aim)


async def begin_broadcast_to_list(tx: Tx, member_ids: Sequence[UUID], *, name: str, template: Key) -> UUID:
    """The same to these members, who become a list: it stays as it is when what they were found by changes."""
    segment_id = await create_segment(tx, name=_free_name(name, await list_segments(tx)), audience=None)
    await add_members(tx, segment_id, member_ids)
    return await _begin(tx, segment_id, name=name, template=template, aim="other")


async def _begin(tx: Tx, segment_id: UUID, *, name: str, template: Key, aim: Aim) -> UUID:
    business = await get_business(tx)
    template_id = uuid5(tx.tenant_id, template)
    await create_template(tx, draft_of(template, business.language), template_id=template_id)
    await restore_template(tx, template_id)
    plan = Plan(
        name=name,
        audience=composed(Who(segments=(str(segment_id),))),
        letter=LetterPlan((Variant("A", template_id, 1),)),
        aim=aim,
    )
    return await create_broadcast(tx, plan)


async def take_segment(tx: Tx, name: str, audience: Audience) -> UUID:
    """Return the segment that is this audience, under whatever name; it is made if there is none.

    A name that another segment has already gets a number.
    """
    segments = await list_segments(tx)
    for known in segments:
        if known.audience == audience:
            return known.id
    return await create_segment(tx, name=_free_name(name, segments), audience=audience)


def _free_name(name: str, segments: Sequence[StoredSegment]) -> str:
    # As a name is kept: its spaces are plain ones.
    name = " ".join(name.split())
    taken, free, number = {known.name.casefold() for known in segments}, name, 1
    while free.casefold() in taken:
        number += 1
        free = f"{name} ({number})"
    return free
