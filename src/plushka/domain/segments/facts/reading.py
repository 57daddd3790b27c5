"""All facts together."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import structs

from plushka.domain.businesses.queries import get_business
from plushka.domain.programs.queries import list_programs
from plushka.domain.segments.definitions import Definitions, read_definitions
from plushka.domain.segments.facts.besides import (
    read_consents,
    read_coupons,
    read_events,
    read_lists,
    read_open_channels,
    read_received,
    read_scores,
)
from plushka.domain.segments.facts.purchases import read_accounts, read_days, read_receipts
from plushka.engine.audience import Audience
from plushka.engine.audience_facts import MemberFacts
from plushka.engine.audience_holds import holds
from plushka.platform.database import Tx

MEMBERS_MAX = 1000
_NO_PROGRAM = UUID(int=0)


async def read_facts(tx: Tx, audience: Audience, member_ids: Collection[UUID]) -> dict[UUID, MemberFacts]:
    """Return what ``audience`` may ask of each of ``member_ids``; who is merged or erased is left out."""
    business = await get_business(tx)
    zone = ZoneInfo(business.time_zone)
    programs = await list_programs(tx)
    ids = list(member_ids)[:MEMBERS_MAX]
    found: dict[UUID, dict[str, Any]] = {
        row["id"]: {
            "enrolled_on": row["enrolled_at"].astimezone(zone).date(),
            "main_program": programs[0].id if programs else _NO_PROGRAM,
            "sex": row["sex"],
            "birthday": row["birthday"],
            "tags": frozenset(row["tags"]),
            "source": row["source"],
            "link": row["link_id"],
            "language": row["language"] or business.language,
            "is_blocked": row["blocked_at"] is not None,
            "came_by_friend": row["invited_by"] is not None,
            "friends": row["friends"],
        }
        for row in await tx.fetch(
            """
            -- segments.facts_of_members
            select id, enrolled_at, sex, birthday, tags, source, link_id, language, blocked_at, invited_by, (
                select count(*) from members f
                where f.tenant_id = $1 and f.invited_by = m.id and f.merged_into is null
            ) as friends
            from members m where tenant_id = $1 and id = any($2) and merged_into is null and erased_at is null
            """,
            tx.tenant_id,
            ids,
        )
    }
    parts: tuple[tuple[str, Mapping[UUID, Any]], ...] = (
        ("accounts", await read_accounts(tx, ids, zone)),
        ("days", await read_days(tx, ids)),
        ("receipts", await read_receipts(tx, ids)),
        ("open_channels", await read_open_channels(tx, ids)),
        ("coupons", await read_coupons(tx, ids)),
        ("events", await read_events(tx, ids, zone)),
        ("received", await read_received(tx, ids, zone)),
    )
    for name, by_member in parts:
        for member_id, value in by_member.items():
            if member_id in found:
                found[member_id][name] = value
    for member_id, (given, refused) in (await read_consents(tx, ids)).items():
        if member_id in found:
            found[member_id] |= {"consents": frozenset(given), "refused": frozenset(refused)}
    for member_id, (group, scores) in (await read_scores(tx, ids)).items():
        if member_id in found:
            found[member_id] |= {"group": group, "scores": scores}
    definitions = await read_definitions(tx, audience)
    lists = await read_lists(tx, ids)
    today = tx.at.astimezone(zone).date()
    return {
        member_id: _with_segments(
            MemberFacts(**values), definitions, lists.get(member_id, frozenset()), today
        )
        for member_id, values in found.items()
    }


def _with_segments(
    facts: MemberFacts, definitions: Definitions, lists: frozenset[str], today: date
) -> MemberFacts:
    """Return the facts with the segments that the member is in; those that stand on others are found after them."""
    known = structs.replace(facts, segments=lists)
    for _ in definitions:
        found = {one for one, each in definitions.items() if each is not None and holds(each, known, today)}
        known = structs.replace(facts, segments=lists | found)
    return known
