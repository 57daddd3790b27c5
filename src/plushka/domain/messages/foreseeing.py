"""Whether letters would be refused: asked before something is given that nothing but the letter tells of."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.domain.members.suppressions import list_suppressed
from plushka.domain.messages.gate import QUIET, count_sent
from plushka.domain.messages.letters import Letter
from plushka.domain.messages.model import Channel, Purpose, Reason
from plushka.domain.messages.reaching import PURPOSE, REACHED, REFUSED, ROUTE
from plushka.domain.messages.rules import Rules, get_rules, route_of
from plushka.platform.database import Tx


class _Way(Struct, frozen=True):
    """What would become of a letter: skipped for a ``reason``, or (empty) left to go by ``channel``."""

    purpose: Purpose
    reason: Reason | Literal[""]
    channel: Channel | None
    may_be_suppressed: bool


async def list_refused(tx: Tx, letters: Sequence[Letter]) -> Mapping[str, Reason]:
    """Return, by their keys, those of ``letters`` that would not be sent if they were posted now, and why.

    What ``post`` and the gate ask of the member is asked: a way, consent, a block, the suppression list, the cap.
    Towards the cap letters that wait count like those that were sent, and so do these, each for those behind it:
    whatever waits is sent before what is posted now. Quiet hours refuse nothing.
    """
    rules = await get_rules(tx)
    ways = await _find_ways(tx, letters, rules)
    refused: dict[str, Reason] = {key: way.reason for key, way in ways.items() if way.reason}
    asked = [one for one in letters if not ways[one.key].reason and ways[one.key].purpose == "marketing"]
    if not asked:
        return refused
    members = {letter.member_id for letter in asked}
    may_be_suppressed = any(way.may_be_suppressed for way in ways.values())
    suppressed = await list_suppressed(tx, members) if may_be_suppressed else frozenset()
    counted = Counter(await count_sent(tx, members, rules))
    if rules.cap_letters is not None:
        counted += await _count_waiting(tx, members)
    for letter in asked:
        wakes = ways[letter.key].channel not in QUIET
        if letter.member_id in suppressed:
            refused[letter.key] = "suppressed"
        elif wakes and rules.cap_letters is not None and counted[letter.member_id] >= rules.cap_letters:
            refused[letter.key] = "cap"
        elif wakes:
            counted[letter.member_id] += 1
    return refused


async def _find_ways(tx: Tx, letters: Sequence[Letter], rules: Rules) -> Mapping[str, _Way]:
    """Return what ``post`` would do with letters, by their keys."""
    rows = await tx.fetch(
        f"""
        -- messages.find_ways
        -- Materialized, as where letters are posted.
        with given as materialized (
            select new.*, {PURPOSE} as purpose
            from unnest($2::text[], $3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::text[])
                as new (key, member_id, purpose_given, template_id, route_of_letters, route_of_notices)
        ), letter as (
            select key, member_id, purpose, {ROUTE} as route from given
        )
        select letter.key, letter.purpose, {REFUSED} as reason, found.channel,
               exists (select from suppressions where tenant_id = $1) as may_be_suppressed
        from letter {REACHED}
        """,  # noqa: S608  constants
        tx.tenant_id,
        [letter.key for letter in letters],
        [letter.member_id for letter in letters],
        [letter.purpose for letter in letters],
        [letter.template_id for letter in letters],
        [" ".join(route_of(rules, letter.route, "marketing")) for letter in letters],
        [" ".join(route_of(rules, letter.route, "transactional")) for letter in letters],
    )
    return {row["key"]: _Way(*(row[name] for name in _Way.__struct_fields__)) for row in rows}


async def _count_waiting(tx: Tx, member_ids: Collection[UUID]) -> Counter[UUID | None]:
    """Return how many letters that advertise wait for each member, by any channel that wakes somebody."""
    rows = await tx.fetch(
        """
        -- messages.count_waiting_of_members
        select member_id, count(*) as waiting from outgoing
        where tenant_id = $1 and member_id = any($2::uuid[]) and purpose = 'marketing' and state = 'waiting'
          and channel <> all($3::text[])
        group by member_id
        """,
        tx.tenant_id,
        list(member_ids),
        list(QUIET),
    )
    return Counter({row["member_id"]: row["waiting"] for row in rows})
