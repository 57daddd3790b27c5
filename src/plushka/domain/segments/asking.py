"""Whether some members are in an audience, told of each from facts: of a few it is quicker than to select them all."""

from collections.abc import Collection
from uuid import UUID
from zoneinfo import ZoneInfo

from plushka.domain.businesses.queries import get_business
from plushka.domain.segments.facts.reading import MEMBERS_MAX, read_facts
from plushka.engine.audience import Audience
from plushka.engine.audience_holds import holds
from plushka.platform.database import Tx


async def still_in(
    tx: Tx, audience: Audience, member_ids: Collection[UUID], *, without_codes: Collection[str] = ()
) -> frozenset[UUID]:
    """Return those of ``member_ids`` who are in the audience now, coupons' codes ``without_codes`` left aside."""
    today = tx.at.astimezone(ZoneInfo((await get_business(tx)).time_zone)).date()
    inside: set[UUID] = set()
    ids = list(member_ids)
    for begin in range(0, len(ids), MEMBERS_MAX):
        some = ids[begin : begin + MEMBERS_MAX]
        facts = await read_facts(tx, audience, some, without_codes=without_codes)
        inside |= {member_id for member_id, known in facts.items() if holds(audience, known, today)}
    return frozenset(inside)
