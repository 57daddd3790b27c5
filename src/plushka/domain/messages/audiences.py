"""Whether letters are still for whom they were written, asked again before each sending.

A broadcast's member must be of its audience. A journey's must not have left it, nor have what it is for by now.
"""

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import msgspec
from asyncpg import Record
from msgspec import Struct

from plushka.domain.coupons.codes import find_key
from plushka.domain.messages.contents import FromTemplate
from plushka.domain.messages.model import Meant, Outgoing, Reason
from plushka.domain.messages.templates.happenings import CART
from plushka.domain.segments.asking import still_in
from plushka.domain.segments.definitions import decode_audience
from plushka.domain.segments.goals import Aim, list_aims_reached
from plushka.domain.segments.left_carts import list_over
from plushka.engine.audience import Audience
from plushka.engine.journeys.parts import Goal
from plushka.platform.database import Tx


class Purposed(Struct, frozen=True):
    """What of a published journey is asked again: its goal, and its audience where whoever is of it no more leaves."""

    goal: Goal | None = None
    audience: Audience | None = None


MEANT_SQL = """
    left join lateral (
        select kind, case kind when 'broadcast' then audience::text end as audience from campaigns
        where tenant_id = $1 and id = letter.campaign_id and (kind = 'journey' or audience is not null)
        offset 0
    ) as campaign on true
    left join lateral (
        select state as run_state, happened_at, journey_id, version as run_version from journey_runs
        where tenant_id = $1 and id = letter.run_id and campaign.kind = 'journey'
        offset 0
    ) as run on true
"""
"""To be joined to ``letter (campaign_id, run_id)``; ``meant_by`` reads it.

Their slice stands above; a letter knows which one it is of. There is one index for each, whatever is known of the
tables.
"""
RUN_ID = "case when key like 'journey:%' then split_part(key, ':', 2)::uuid end as run_id"
_PURPOSED_MAX = 512
_purposed = OrderedDict[tuple[UUID, int], Purposed]()
"""By journey and version: one that is published never changes. The least recently used gives way."""
_decode_purposed = msgspec.json.Decoder(Purposed).decode


def meant_by(row: Record) -> Meant | None:
    """Return what the campaign of a row with the columns of ``MEANT_SQL`` means by it; None: it is of none."""
    if row["kind"] is None:
        return None
    version = (row["journey_id"], row["run_version"])
    return Meant(row["audience"], row["run_state"], row["happened_at"], version)


async def list_outside(tx: Tx, letters: Sequence[Outgoing]) -> Mapping[UUID, Reason]:
    """Return the letters of campaigns that are for nobody any more, each with its reason.

    A coupon's code that stands in one of the letters is not its member's before the letter has gone out.
    """
    broadcast: dict[str, list[Outgoing]] = {}
    of_journeys: list[tuple[Outgoing, Meant]] = []
    for letter in letters:
        if (known := letter.meant) is None:
            continue
        if known.audience is not None:
            broadcast.setdefault(known.audience, []).append(letter)
        elif known.state is not None:
            of_journeys.append((letter, known))
    outside: dict[UUID, Reason] = {}
    for audience, asked in broadcast.items():
        inside = await _still_in(tx, decode_audience(audience), asked)
        outside |= {letter.id: "not_in_segment" for letter in asked if letter.id not in inside}
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


async def _list_over(tx: Tx, letters: Sequence[tuple[Outgoing, Meant]]) -> dict[UUID, Reason]:
    """Return the letters of journeys that are over for their members: left, the goal reached, the cart bought or gone.

    Who has passed all steps is asked as well: the last letter may wait for a morning.
    """
    over: dict[UUID, Reason] = {
        letter.id: "journey_over" for letter, meant in letters if meant.state not in ("active", "passed")
    }
    going = [(letter, meant) for letter, meant in letters if letter.id not in over]
    purposed = await _load_purposed(tx, {meant.version for _, meant in going})
    asked = [(letter, purposed[meant.version]) for letter, meant in going]
    aims = [
        Aim(letter.id, letter.member_id, meant.happened_at, goal)
        for letter, meant in going
        if (goal := purposed[meant.version].goal) is not None
        and letter.member_id is not None
        and meant.happened_at is not None
    ]
    reached = await list_aims_reached(tx, aims, without_codes=_codes_in([letter for letter, _ in letters]))
    over |= dict.fromkeys(reached, "journey_over")
    carts = {letter.id: cart_id for letter, _ in going if (cart_id := _cart_in(letter)) is not None}
    ended = await list_over(tx, set(carts.values()))
    over |= {letter_id: "journey_over" for letter_id, cart_id in carts.items() if cart_id in ended}
    for audience in {journey.audience for _, journey in asked if journey.audience is not None}:
        of_it = [letter for letter, journey in asked if journey.audience == audience]
        inside = await _still_in(tx, audience, of_it)
        over |= {letter.id: "not_in_segment" for letter in of_it if letter.id not in inside}
    return over


async def _load_purposed(
    tx: Tx, versions: Collection[tuple[UUID, int]]
) -> Mapping[tuple[UUID, int], Purposed]:
    """Return what of published versions is asked again, each read once by a process."""
    unknown = [version for version in versions if version not in _purposed]
    rows = await _read_purposed(tx, unknown) if unknown else []
    found = {(row["journey_id"], row["number"]): _decode_purposed(row["purposed"]) for row in rows}
    purposed = {version: found.get(version) or _purposed[version] for version in versions}
    for version, known in purposed.items():
        _purposed[version] = known
        _purposed.move_to_end(version)
    while len(_purposed) > _PURPOSED_MAX:
        _purposed.popitem(last=False)
    return purposed


async def _read_purposed(tx: Tx, versions: Collection[tuple[UUID, int]]) -> Sequence[Record]:
    return await tx.fetch(
        """
        -- messages.read_purposed
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


def _cart_in(letter: Outgoing) -> UUID | None:
    """Return the cart that a letter is about, if it is about one."""
    named = letter.content.values.get(CART) if isinstance(letter.content, FromTemplate) else None
    return UUID(named) if named else None


def _codes_in(letters: Sequence[Outgoing]) -> list[str]:
    """Return the keys of the codes that letters bring."""
    codes = (
        letter.content.values.get("coupon") if isinstance(letter.content, FromTemplate) else None
        for letter in letters
    )
    return [key for code in codes if code and (key := find_key(code)) is not None]
