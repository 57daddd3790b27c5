"""The programme is announced to members who were never told of it: a broadcast is written, to be read and begun."""

from uuid import UUID

import msgspec
from msgspec import Struct

from plushka.domain.businesses.queries import get_business
from plushka.domain.campaigns.announced import ANNOUNCES, announcement_of, lock_announcements
from plushka.domain.campaigns.audiences import CHANNELS, Who, composed
from plushka.domain.campaigns.model import LetterPlan, Plan, State, Variant
from plushka.domain.campaigns.operations import create_broadcast
from plushka.domain.messages.templates.ready import draft_of
from plushka.domain.messages.templates.store import create_template, restore_template
from plushka.engine.audience import Audience
from plushka.platform.database import Tx
from plushka.platform.i18n import marked, translator

_NAME = marked("We have a loyalty programme")
_AUDIENCE = composed(Who(channels=CHANNELS))
"""Whoever has agreed to advertising and can be reached."""
_encode = msgspec.json.Encoder().encode


class Announcement(Struct, frozen=True):
    """A broadcast that announces the programme and has not begun; ``is_new``: it was not written before."""

    id: UUID
    state: State
    is_new: bool


async def announce(tx: Tx) -> Announcement:
    """Write the announcement for those who agreed and can be reached, or find the one that was written and not begun.

    Whom another one tells it leaves out when it begins. The text is the ready one, written once for a business, which
    may have changed it since.
    """
    business = await get_business(tx)
    template_id = announcement_of(tx)
    await lock_announcements(tx)
    await create_template(tx, draft_of("announcement", business.language), template_id=template_id)
    await restore_template(tx, template_id)
    if (written := await _find_written(tx, _AUDIENCE)) is not None:
        return written
    campaign_id = await create_broadcast(
        tx,
        Plan(
            name=translator(business.language).gettext(_NAME),
            audience=_AUDIENCE,
            letter=LetterPlan((Variant("A", template_id, 1),)),
        ),
    )
    return Announcement(campaign_id, "draft", is_new=True)


async def was_announced(tx: Tx) -> bool:
    """Tell whether letters of an announcement have gone out."""
    was_planned: bool = await tx.fetchval(
        f"""
        -- campaigns.was_announced
        select exists (select from campaigns c where c.tenant_id = $1 and {ANNOUNCES} and c.planned_at is not null)
        """,  # noqa: S608  a constant
        tx.tenant_id,
        str(announcement_of(tx)),
    )
    return was_planned


async def _find_written(tx: Tx, audience: Audience) -> Announcement | None:
    """Return the latest announcement to an audience that has not begun."""
    row = await tx.fetchrow(
        f"""
        -- campaigns.find_written_announcement
        select c.id, c.state from campaigns c
        where c.tenant_id = $1 and {ANNOUNCES} and c.state in ('draft', 'scheduled') and c.audience = $3::jsonb
        order by c.id desc
        limit 1
        """,  # noqa: S608  a constant
        tx.tenant_id,
        str(announcement_of(tx)),
        _encode(audience).decode(),
    )
    return None if row is None else Announcement(row["id"], row["state"], is_new=False)
