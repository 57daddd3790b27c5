"""Whether members are still of the audience for which their letters were written, asked again before each sending."""

from collections.abc import Sequence
from uuid import UUID

from plushka.domain.coupons.codes import find_key
from plushka.domain.messages.contents import FromTemplate
from plushka.domain.messages.model import Outgoing
from plushka.domain.segments.asking import still_in
from plushka.domain.segments.definitions import decode_audience
from plushka.engine.audience import Audience
from plushka.platform.database import Tx


async def list_outside(tx: Tx, letters: Sequence[Outgoing]) -> frozenset[UUID]:
    """Return the letters of broadcasts that are for somebody whom their audience does not find any more.

    A coupon's code that stands in one of the letters is not its member's before the letter has gone out.
    """
    outside: set[UUID] = set()
    for campaign_id, audience in (await _load_audiences(tx, letters)).items():
        asked = [letter for letter in letters if letter.campaign_id == campaign_id]
        inside = await still_in(
            tx,
            audience,
            {letter.member_id for letter in asked if letter.member_id is not None},
            without_codes=[key for letter in asked if (key := _key_in(letter)) is not None],
        )
        outside |= {letter.id for letter in asked if letter.member_id not in inside}
    return frozenset(outside)


async def _load_audiences(tx: Tx, letters: Sequence[Outgoing]) -> dict[UUID, Audience]:
    """Return the audiences of the letters' broadcasts, which stand as they were when these began."""
    campaign_ids = {letter.campaign_id for letter in letters if letter.campaign_id is not None}
    if not campaign_ids:
        return {}
    # Their slice stands above; a letter knows which one it is of.
    rows = await tx.fetch(
        """
        -- messages.load_audiences
        select id, audience::text from campaigns
        where tenant_id = $1 and id = any($2::uuid[]) and kind = 'broadcast' and audience is not null
        """,
        tx.tenant_id,
        list(campaign_ids),
    )
    return {row["id"]: decode_audience(row["audience"]) for row in rows}


def _key_in(letter: Outgoing) -> str | None:
    """Return the key of the code that a letter brings, or None."""
    code = letter.content.values.get("coupon") if isinstance(letter.content, FromTemplate) else None
    return find_key(code) if code else None
