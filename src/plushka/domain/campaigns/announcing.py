"""The programme is announced to members who were never told of it: a broadcast is written, to be read and begun."""

from uuid import UUID, uuid5

from plushka.domain.businesses.queries import get_business
from plushka.domain.campaigns.audiences import CHANNELS, Who, composed
from plushka.domain.campaigns.model import LetterPlan, Plan, Variant
from plushka.domain.campaigns.operations import create_broadcast
from plushka.domain.messages.templates.ready import draft_of
from plushka.domain.messages.templates.store import create_template, restore_template
from plushka.engine.audience import Audience, Campaign, Consent, Not
from plushka.platform.database import Tx
from plushka.platform.i18n import marked, translator

_NAME = marked("We have a loyalty programme")


async def announce(tx: Tx) -> UUID:
    """Write the announcement for those who agreed, can be reached and were not sent one before; return its id.

    The text is the ready one, written once for a business, which may have changed it since.
    """
    business = await get_business(tx)
    template_id = _template_of(tx)
    await create_template(tx, draft_of("announcement", business.language), template_id=template_id)
    await restore_template(tx, template_id)
    told = await _list_announcements(tx, template_id)
    others: list[Audience] = [Consent(("marketing",))]
    if told:
        others.append(Not(Campaign(tuple(told))))
    return await create_broadcast(
        tx,
        Plan(
            name=translator(business.language).gettext(_NAME),
            audience=composed(Who(channels=CHANNELS, others=tuple(others))),
            letter=LetterPlan((Variant("A", template_id, 1),)),
        ),
    )


async def was_announced(tx: Tx) -> bool:
    """Tell whether letters of an announcement have gone out."""
    return bool(await _list_announcements(tx, _template_of(tx)))


def _template_of(tx: Tx) -> UUID:
    return uuid5(tx.tenant_id, "announcement")


async def _list_announcements(tx: Tx, template_id: UUID) -> list[UUID]:
    """Return the announcements of which letters have gone out."""
    rows = await tx.fetch(
        """
        -- campaigns.list_announcements
        select id from campaigns
        where tenant_id = $1 and kind = 'broadcast' and planned_at is not null
          and letter -> 'variants' @> jsonb_build_array(jsonb_build_object('template_id', $2::text))
        order by id desc
        limit 1000
        """,
        tx.tenant_id,
        str(template_id),
    )
    return [row["id"] for row in rows]
