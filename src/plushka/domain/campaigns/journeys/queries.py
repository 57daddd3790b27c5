"""Journeys and the runs of members, to be shown."""

from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache
from uuid import UUID

import msgspec
from asyncpg import Record

from plushka.domain.campaigns.journeys.model import (
    Counts,
    JourneyCard,
    RunCard,
    RunState,
    StepCount,
    UnknownJourney,
)
from plushka.domain.messages.model import Reason
from plushka.engine.journeys.parts import Journey
from plushka.engine.journeys.plan import Plan, plan
from plushka.platform.database import Tx

RUNS_MAX = 100
_SELECT = """
    select j.id, c.name, c.state, j.draft::text, j.revision, jsonb_array_length(j.undo) as undos, j.version, c.salt,
           j.reads_from, j.read_to, j.looked_on, j.changed_at, c.started_at,
           j.draft is distinct from (
               select v.body from journey_versions v
               where v.tenant_id = j.tenant_id and v.journey_id = j.id and v.number = j.version
           ) as is_changed
    from journeys j join campaigns c on c.tenant_id = j.tenant_id and c.id = j.id
    where j.tenant_id = $1
"""
_SELECT_RUN = """
    select r.id, r.journey_id, c.name as journey, r.version, r.member_id, r.state, r.step, r.due_at, r.happened_at,
           r.entered_at, r.ended_at
    from journey_runs r join campaigns c on c.tenant_id = r.tenant_id and c.id = r.journey_id
    where r.tenant_id = $1
"""

_decode_journey = msgspec.json.Decoder(Journey).decode
JOURNEYS_MAX = 512
_plans = OrderedDict[tuple[UUID, UUID, int], Plan]()
"""By tenant, journey and version: one that is published never changes. The least recently used gives way."""


@lru_cache(maxsize=JOURNEYS_MAX)
def decode_journey(body: str) -> Journey:
    """Return the journey of a draft or a version: a minute later it is mostly the same."""
    return _decode_journey(body)


@lru_cache(maxsize=JOURNEYS_MAX)
def _plan(body: str, salt: str) -> Plan:
    return plan(decode_journey(body), salt=salt)


async def list_journeys(tx: Tx) -> list[JourneyCard]:
    """Return all journeys: those that run first, drafts, those that were stopped last."""
    rows = await tx.fetch(
        f"""
        -- journeys.list
        {_SELECT}
        order by array_position(array['sending', 'paused', 'draft', 'done'], c.state), c.name, j.id
        """,
        tx.tenant_id,
    )
    return [_card(row) for row in rows]


async def list_running(tx: Tx) -> list[JourneyCard]:
    """Return those that members begin now."""
    rows = await tx.fetch(
        f"""
        -- journeys.list_running
        {_SELECT} and c.state = 'sending' and c.kind = 'journey' order by j.id
        """,
        tx.tenant_id,
    )
    return [_card(row) for row in rows]


async def is_told_of_burning(tx: Tx) -> bool:
    """Tell whether a journey runs that begins with points that burn soon."""
    runs: bool = await tx.fetchval(
        """
        -- journeys.is_told_of_burning
        select exists (
            select from campaigns c
            join journeys j on j.tenant_id = $1 and j.id = c.id
            join journey_versions v on v.tenant_id = $1 and v.journey_id = c.id and v.number = j.version
            where c.tenant_id = $1 and c.kind = 'journey' and c.state = 'sending'
              and v.body #>> '{trigger,is}' = 'burn'
        )
        """,
        tx.tenant_id,
    )
    return runs


async def count_journeys(tx: Tx) -> int:
    """Return how many there are that were not stopped."""
    count: int = await tx.fetchval(
        """
        -- journeys.count
        select count(*) from campaigns where tenant_id = $1 and kind = 'journey' and state <> 'done'
        """,
        tx.tenant_id,
    )
    return count


async def get_journey(tx: Tx, journey_id: UUID) -> JourneyCard:
    """:raises UnknownJourney: the business has none of this id"""
    row = await tx.fetchrow(
        f"""
        -- journeys.get
        {_SELECT} and j.id = $2
        """,
        tx.tenant_id,
        journey_id,
    )
    if row is None:
        raise UnknownJourney(field="id")
    return _card(row)


async def load_plans(tx: Tx, keys: Sequence[tuple[UUID, int]]) -> dict[tuple[UUID, int], Plan]:
    """Return the plans of versions, by journey and number, each read once by a process."""
    unknown = [key for key in keys if (tx.tenant_id, *key) not in _plans]
    found = await _read_plans(tx, unknown) if unknown else {}
    found |= {key: _plans[tx.tenant_id, *key] for key in keys if (tx.tenant_id, *key) in _plans}
    for key, known in found.items():
        _plans[tx.tenant_id, *key] = known
        _plans.move_to_end((tx.tenant_id, *key))
    while len(_plans) > JOURNEYS_MAX:
        _plans.popitem(last=False)
    return found


async def _read_plans(tx: Tx, keys: Sequence[tuple[UUID, int]]) -> dict[tuple[UUID, int], Plan]:
    rows = await tx.fetch(
        """
        -- journeys.load_plans
        select v.journey_id, v.number, v.body::text, c.salt
        from unnest($2::uuid[], $3::integer[]) as wanted (journey_id, number)
        join journey_versions v on v.tenant_id = $1 and v.journey_id = wanted.journey_id and v.number = wanted.number
        join campaigns c on c.tenant_id = $1 and c.id = v.journey_id
        """,
        tx.tenant_id,
        [journey_id for journey_id, _ in keys],
        [number for _, number in keys],
    )
    return {(row["journey_id"], row["number"]): _plan(row["body"], row["salt"]) for row in rows}


async def list_with_plans(tx: Tx, journey_ids: Sequence[UUID]) -> list[tuple[JourneyCard, Plan | None]]:
    """Return journeys by their ids, each with the plan of its latest version, None before it was first published."""
    rows = await tx.fetch(
        f"""
        -- journeys.list_with_plans
        select known.*, v.body::text as body
        from ({_SELECT} and j.id = any($2::uuid[])) as known
        left join journey_versions v on v.tenant_id = $1 and v.journey_id = known.id and v.number = known.version
        order by known.id
        """,  # noqa: S608  a constant
        tx.tenant_id,
        journey_ids,
    )
    found: list[tuple[JourneyCard, Plan | None]] = []
    for row in rows:
        values = dict(row)
        body = values.pop("body")
        card = JourneyCard(**{**values, "draft": decode_journey(row["draft"])})
        found.append((card, None if body is None else _plan(body, card.salt)))
    return found


async def count_runs(tx: Tx, journey_id: UUID) -> Counts:
    """Return how many are where in a journey, whichever version they began by."""
    standing = await tx.fetch(
        """
        -- journeys.count_standing
        select state, step, count(*) as members from journey_runs
        where tenant_id = $1 and journey_id = $2
        group by state, step
        """,
        tx.tenant_id,
        journey_id,
    )
    passed = await tx.fetch(
        """
        -- journeys.count_passed
        select step, way, withheld, count(*) as members from journey_passes
        where tenant_id = $1 and journey_id = $2
        group by step, way, withheld
        order by step, way, members desc, withheld
        """,
        tx.tenant_id,
        journey_id,
    )
    by_state: dict[RunState, int] = {}
    here: dict[str, int] = {}
    for row in standing:
        by_state[row["state"]] = by_state.get(row["state"], 0) + row["members"]
        if row["step"] is not None:
            here[row["step"]] = row["members"]
    ways: dict[str, list[tuple[int, int]]] = {}
    withheld: dict[str, list[tuple[Reason, int]]] = {}
    behind: dict[str, int] = {}
    for row in passed:
        behind[row["step"]] = behind.get(row["step"], 0) + row["members"]
        if row["way"] is not None:
            ways.setdefault(row["step"], []).append((row["way"], row["members"]))
        if row["withheld"] is not None:
            withheld.setdefault(row["step"], []).append((row["withheld"], row["members"]))
    return Counts(
        by_state=by_state,
        by_step={
            step: StepCount(
                here.get(step, 0),
                behind.get(step, 0),
                tuple(ways.get(step, ())),
                tuple(withheld.get(step, ())),
            )
            for step in here.keys() | behind.keys()
        },
    )


async def count_by_journey(tx: Tx) -> dict[UUID, tuple[int, int, int]]:
    """Return, by journey, how many are on the way, have begun, and have reached its goal."""
    rows = await tx.fetch(
        """
        -- journeys.count_by_journey
        select journey_id, count(*) filter (where state = 'active') as active,
               count(*) filter (where state <> 'control') as entered, count(*) filter (where state = 'goal') as goal
        from journey_runs where tenant_id = $1
        group by journey_id
        """,
        tx.tenant_id,
    )
    return {row["journey_id"]: (row["active"], row["entered"], row["goal"]) for row in rows}


async def list_runs_of_member(tx: Tx, member_id: UUID) -> list[RunCard]:
    """Return the journeys a member is or was in, those of cards joined to theirs too; the latest first.

    Where they only would have begun, being of a control group, is not told: whoever knows it may be kinder to them.
    """
    rows = await tx.fetch(
        f"""
        -- journeys.list_runs_of_member
        {_SELECT_RUN} and r.state <> 'control' and r.member_id in (
            select id from members where tenant_id = $1 and $2 in (id, merged_into)
        )
        order by (r.state = 'active') desc, r.id desc
        limit {RUNS_MAX}
        """,  # noqa: S608  constants
        tx.tenant_id,
        member_id,
    )
    return [_run(row) for row in rows]


async def list_runs(tx: Tx, journey_id: UUID, *, step: str, limit: int = RUNS_MAX) -> list[RunCard]:
    """Return who stands at a step, who has been longest on the way first."""
    rows = await tx.fetch(
        f"""
        -- journeys.list_runs
        {_SELECT_RUN} and r.journey_id = $2 and r.state = 'active' and r.step = $3 order by r.id limit $4
        """,
        tx.tenant_id,
        journey_id,
        step,
        limit,
    )
    return [_run(row) for row in rows]


def _card(row: Record) -> JourneyCard:
    return JourneyCard(**{**row, "draft": decode_journey(row["draft"])})


def _run(row: Record) -> RunCard:
    return RunCard(**row)
