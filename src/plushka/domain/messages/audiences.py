"""Whether letters are still for whom they were written, asked again before each sending.

A broadcast's member must be of its audience. A journey's must not have left it, nor have what it is for by now.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from uuid import UUID

import msgspec
from msgspec import Struct

from plushka.domain.coupons.codes import find_key
from plushka.domain.messages.contents import FromTemplate
from plushka.domain.messages.model import Outgoing, Reason
from plushka.domain.segments.asking import still_in
from plushka.domain.segments.definitions import decode_audience
from plushka.domain.segments.goals import Aim, list_aims_reached
from plushka.engine.audience import Audience
from plushka.engine.journeys.parts import Goal
from plushka.platform.database import Tx


class Purposed(Struct, frozen=True):
    """What of a published journey is asked again: its goal, and its audience where whoever is of it no more leaves."""

    goal: Goal | None = None
    audience: Audience | None = None


_read_purposed = lru_cache(maxsize=512)(msgspec.json.Decoder(Purposed).decode)


async def list_outside(tx: Tx, letters: Sequence[Outgoing]) -> Mapping[UUID, Reason]:
    """Return the letters of campaigns that are for nobody any more, each with its reason.

    A coupon's code that stands in one of the letters is not its member's before the letter has gone out.
    """
    audiences = await _load_audiences(tx, letters)
    outside: dict[UUID, Reason] = {}
    for campaign_id, audience in audiences.items():
        if audience is not None:
            asked = [letter for letter in letters if letter.campaign_id == campaign_id]
            inside = await _still_in(tx, audience, asked)
            outside |= {letter.id: "not_in_segment" for letter in asked if letter.id not in inside}
    of_journeys = [
        letter for letter in letters if letter.campaign_id in audiences and not audiences[letter.campaign_id]
    ]
    return outside | await _list_over(tx, of_journeys) if of_journeys else outside


async def _still_in(tx: Tx, audience: Audience, letters: Sequence[Outgoing]) -> set[UUID]:
    """Return those of the letters whose members are in the audience."""
    inside = await still_in(
        tx,
        audience,
        {letter.member_id for letter in letters if letter.member_id is not None},
        without_codes=_codes_in(letters),
    )
    return {letter.id for letter in letters if letter.member_id in inside}


async def _load_audiences(tx: Tx, letters: Sequence[Outgoing]) -> dict[UUID, Audience | None]:
    """Return the audiences of the letters' broadcasts, which stand as they were when these began; None: a journey."""
    campaign_ids = {letter.campaign_id for letter in letters if letter.campaign_id is not None}
    if not campaign_ids:
        return {}
    # Their slice stands above; a letter knows which one it is of.
    rows = await tx.fetch(
        """
        -- messages.load_audiences
        select id, case kind when 'broadcast' then audience::text end as audience from campaigns
        where tenant_id = $1 and id = any($2::uuid[]) and (kind = 'journey' or audience is not null)
        """,
        tx.tenant_id,
        list(campaign_ids),
    )
    return {row["id"]: decode_audience(row["audience"]) if row["audience"] else None for row in rows}


async def _list_over(tx: Tx, letters: Sequence[Outgoing]) -> dict[UUID, Reason]:
    """Return the letters of journeys that are over for their members: left, or what they are for is reached.

    Who has passed all steps is asked as well: the last letter may wait for a morning.
    """
    rows = await tx.fetch(
        """
        -- messages.load_runs
        select letter.id, run.state, run.happened_at, run.journey_id, run.version
        from (
            select id, case when key like 'journey:%' then split_part(key, ':', 2)::uuid end as run_id
            from outgoing
            where tenant_id = $1 and id = any($2::uuid[])
            offset 0
        ) as letter
        -- One run a letter: there is one index for that, whatever is known of the table.
        cross join lateral (
            select state, happened_at, journey_id, version from journey_runs
            where tenant_id = $1 and id = letter.run_id
            offset 0
        ) as run
        """,
        tx.tenant_id,
        [letter.id for letter in letters],
    )
    over: dict[UUID, Reason] = {
        row["id"]: "journey_over" for row in rows if row["state"] not in ("active", "passed")
    }
    going = {row["id"]: row for row in rows if row["id"] not in over}
    purposed = await _load_purposed(tx, {(row["journey_id"], row["version"]) for row in going.values()})
    asked = [
        (letter, purposed[going[letter.id]["journey_id"], going[letter.id]["version"]])
        for letter in letters
        if letter.id in going
    ]
    aims = [
        Aim(letter.id, letter.member_id, going[letter.id]["happened_at"], journey.goal)
        for letter, journey in asked
        if journey.goal is not None and letter.member_id is not None
    ]
    reached = await list_aims_reached(tx, aims, without_codes=_codes_in(letters))
    over |= dict.fromkeys(reached, "journey_over")
    for audience in {journey.audience for _, journey in asked if journey.audience is not None}:
        of_it = [letter for letter, journey in asked if journey.audience == audience]
        inside = await _still_in(tx, audience, of_it)
        over |= {letter.id: "not_in_segment" for letter in of_it if letter.id not in inside}
    return over


async def _load_purposed(
    tx: Tx, versions: Collection[tuple[UUID, int]]
) -> Mapping[tuple[UUID, int], Purposed]:
    if not versions:
        return {}
    rows = await tx.fetch(
        """
        -- messages.load_purposed
        select v.journey_id, v.number, jsonb_build_object(
                   'goal', v.body -> 'goal',
                   'audience', case when (v.body ->> 'leaves')::boolean then v.body -> 'audience' end
               )::text as purposed
        from unnest($2::uuid[], $3::integer[]) as asked (journey_id, number)
        join journey_versions v on v.tenant_id = $1 and v.journey_id = asked.journey_id and v.number = asked.number
        """,
        tx.tenant_id,
        [journey_id for journey_id, _ in versions],
        [number for _, number in versions],
    )
    return {(row["journey_id"], row["number"]): _read_purposed(row["purposed"]) for row in rows}


def _codes_in(letters: Sequence[Outgoing]) -> list[str]:
    """Return the keys of the codes that letters bring."""
    codes = (
        letter.content.values.get("coupon") if isinstance(letter.content, FromTemplate) else None
        for letter in letters
    )
    return [key for code in codes if code and (key := find_key(code)) is not None]
