"""Whether letters would be refused: asked before something is given that nothing but the letter tells of."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from plushka.domain.members.suppressions import list_suppressed
from plushka.domain.messages.gate import QUIET, count_sent
from plushka.domain.messages.letters import Letter
from plushka.domain.messages.model import Channel, Purpose, Reason
from plushka.domain.messages.reaching import REACHED, REFUSED
from plushka.domain.messages.rules import Rules, get_rules, route_of
from plushka.domain.messages.templates.store import find_templates
from plushka.platform.database import Tx


async def list_refused(tx: Tx, letters: Sequence[Letter]) -> Mapping[str, Reason]:
    """Return, by their keys, those of ``letters`` that would not be sent if they were posted now, and why.

    What ``post`` and the gate ask of the member is asked: a way, consent, a block, the suppression list, the cap.
    Towards the cap letters that wait count like those that were sent, and so do these, each for those behind it:
    whatever waits is sent before what is posted now. Quiet hours refuse nothing.
    """
    rules = await get_rules(tx)
    purposes = await _read_purposes(tx, letters)
    refused, channels = await _find_ways(tx, letters, purposes, rules)
    asked = [one for one in letters if one.key in channels and purposes[one.key] == "marketing"]
    if not asked:
        return refused
    members = {letter.member_id for letter in asked}
    suppressed = await list_suppressed(tx, members)
    counted = Counter(await count_sent(tx, members, rules))
    if rules.cap_letters is not None:
        counted += await _count_waiting(tx, members)
    for letter in asked:
        wakes = channels[letter.key] not in QUIET
        if letter.member_id in suppressed:
            refused[letter.key] = "suppressed"
        elif wakes and rules.cap_letters is not None and counted[letter.member_id] >= rules.cap_letters:
            refused[letter.key] = "cap"
        elif wakes:
            counted[letter.member_id] += 1
    return refused


async def _read_purposes(tx: Tx, letters: Sequence[Letter]) -> Mapping[str, Purpose]:
    """Return by their keys whether letters advertise: as ``post`` tells it, by the template where they do not say."""
    named = {one.template_id for one in letters if one.purpose is None and one.template_id is not None}
    templates = await find_templates(tx, named) if named else {}
    of_template: dict[UUID | None, Purpose] = {key: template.purpose for key, template in templates.items()}
    return {one.key: one.purpose or of_template.get(one.template_id, "marketing") for one in letters}


async def _find_ways(
    tx: Tx, letters: Sequence[Letter], purposes: Mapping[str, Purpose], rules: Rules
) -> tuple[dict[str, Reason], dict[str, Channel]]:
    """Return the letters that ``post`` would skip, with why, and the channels by which the others would go."""
    rows = await tx.fetch(
        f"""
        -- messages.find_ways
        with letter as (
            select key, member_id, purpose, string_to_array(nullif(route, ''), ' ') as route
            from unnest($2::text[], $3::uuid[], $4::text[], $5::text[]) as t (key, member_id, purpose, route)
        )
        select letter.key, {REFUSED} as reason, found.channel from letter {REACHED}
        """,  # noqa: S608  constants
        tx.tenant_id,
        [letter.key for letter in letters],
        [letter.member_id for letter in letters],
        [purposes[letter.key] for letter in letters],
        [" ".join(route_of(rules, letter.route, purposes[letter.key])) for letter in letters],
    )
    return (
        {row["key"]: row["reason"] for row in rows if row["reason"]},
        {row["key"]: row["channel"] for row in rows if not row["reason"]},
    )


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
