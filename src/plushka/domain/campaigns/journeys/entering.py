"""Members begin a journey: found by its trigger, of its audience, not barred, and drawn into a group."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from plushka.domain.businesses.queries import BUSINESS_COLUMNS, KNOWN, note_business
from plushka.domain.campaigns.journeys.drawing import draw
from plushka.domain.campaigns.journeys.finding import DAILY, OVERLAP, Found, find, today_of
from plushka.domain.campaigns.journeys.model import Candidate, JourneyCard
from plushka.domain.campaigns.journeys.queries import list_with_plans
from plushka.domain.members.store import keep_apart
from plushka.domain.messages.templates.happenings import CART, EVENT
from plushka.domain.messages.templates.rendering import RECEIPT
from plushka.domain.programs.versions import Versions
from plushka.domain.segments.asking import still_in
from plushka.domain.segments.selecting import hashing, selected
from plushka.engine.experiments.groups import Assigned
from plushka.engine.journeys.advancing import begin
from plushka.engine.journeys.entering import Before, bar
from plushka.engine.journeys.parts import GoalAudience, Journey
from plushka.engine.journeys.plan import Plan
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

STEP_MEMBERS = 20_000
"""Members who are looked at by one transaction."""
ASKED_MAX = 500
"""As many found are asked one by one whether they are of the audience."""
LOOKED_FROM_HOUR = 10
"""By the clock of the business: what goes by days is looked at once a day, from then on."""


_NAMED = frozenset({RECEIPT, EVENT, CART})
"""What begins a journey under its own id, by which letters look up what they say of it."""
_decode_said = msgspec.json.Decoder(dict[str, str]).decode


class Entrant(Struct, frozen=True):
    """Somebody who was found, and how they have begun before. ``is_control``: the group that they were in, if any."""

    candidate: Candidate
    before: Before
    is_control: bool | None


async def list_due(tx: Tx, running: Sequence[JourneyCard]) -> list[JourneyCard]:
    """Return the journeys that are to be looked at now: what goes by days once a day, anything else each time."""
    if not running:
        return []
    today, zone = await today_of(tx)
    is_open = tx.at.astimezone(ZoneInfo(zone)).hour >= LOOKED_FROM_HOUR

    def is_due(card: JourneyCard) -> bool:
        by_days = isinstance(card.draft.trigger, DAILY) or card.looked_on is not None
        return not by_days or (is_open and card.looked_on != today)

    return [card for card in running if is_due(card)]


async def enter_together(tx: Tx, versions: Versions) -> tuple[Sequence[UUID], Mapping[UUID, UUID | None]]:
    """Let members begin all journeys that are to be looked at now, as far as one transaction goes.

    Return the journeys that run; and those that ``enter_some`` is to go on with, each with the last member who was
    looked at. It bears repetition.
    """
    running, locked = await _lock_running(tx)
    known = await list_with_plans(tx, locked) if locked else []
    due = {card.id for card in await list_due(tx, [card for card, _ in known])}
    looks: list[_Look] = []
    left: dict[UUID, UUID | None] = {}
    count = 0
    for card, plan in known:
        if card.id not in due:
            continue
        if count >= STEP_MEMBERS:
            left[card.id] = None
            continue
        look = await _look(tx, versions, card, plan, after=None)
        if look is None:
            continue
        looks.append(look)
        count += len(look.entrants)
        if look.last is not None:
            left[card.id] = look.last
    await _begin(tx, looks)
    return running, left


async def enter_some(
    tx: Tx, versions: Versions, journey_id: UUID, *, after: UUID | None
) -> tuple[UUID | None, int]:
    """Let some members begin; return the last who was looked at, and how many began, of the control group or not.

    Called again with that member until it is None; then the journey has been looked at. It bears repetition.
    """
    await _lock(tx, [journey_id])
    for card, plan in await list_with_plans(tx, [journey_id]):
        look = await _look(tx, versions, card, plan, after=after)
        if look is not None:
            return look.last, await _begin(tx, [look])
    return None, 0


class _Look(Struct, frozen=True):
    """Who was found for a locked journey. ``last``: the last who was looked at, where there may be more."""

    card: JourneyCard
    plan: Plan
    entrants: Sequence[Entrant]
    last: UUID | None


async def _lock_running(tx: Tx) -> tuple[list[UUID], list[UUID]]:
    """Return the journeys that run, and of them, locked as by ``_lock``, those that may be due.

    The business, of which is asked next, is known from then on.
    """
    rows = await tx.fetch(
        f"""
        -- journeys.lock_running
        with running as (
            select c.id, $2::timestamptz at time zone b.time_zone as at from campaigns c
            join businesses b on b.tenant_id = $1
            where c.tenant_id = $1 and c.kind = 'journey' and c.state = 'sending'
        ), locked as (
            select j.id from journeys j
            where j.tenant_id = $1 and j.id in (select id from running) and (
                j.looked_on is null
                or exists (select from running where at::date <> j.looked_on and extract(hour from at) >= $3)
            )
            order by j.id
            for no key update
        )
        select running.id, locked.id is not null as is_locked, {BUSINESS_COLUMNS}
        from running left join locked on locked.id = running.id left join businesses b on b.tenant_id = $1
        order by running.id
        """,  # noqa: S608  a constant
        tx.tenant_id,
        tx.at,
        LOOKED_FROM_HOUR,
    )
    if rows and KNOWN not in tx.known:
        note_business(tx, rows[0])
    return [row["id"] for row in rows], [row["id"] for row in rows if row["is_locked"]]


async def _lock(tx: Tx, journey_ids: Sequence[UUID]) -> None:
    """Let nobody else begin these journeys, publish or stop them meanwhile."""
    await tx.execute(
        """
        -- journeys.lock_looked_at
        select from journeys where tenant_id = $1 and id = any($2::uuid[]) order by id for no key update
        """,
        tx.tenant_id,
        journey_ids,
    )


async def _look(
    tx: Tx, versions: Versions, card: JourneyCard, plan: Plan | None, *, after: UUID | None
) -> _Look | None:
    """Return who is up for a journey that was locked before it was read; None: nobody begins it now."""
    if card.state != "sending" or plan is None or card.reads_from is None or card.read_to is None:
        return None
    since = max(card.read_to - OVERLAP, card.reads_from)
    found = await find(tx, versions, plan.journey.trigger, since=since)
    entrants = await list_entrants(tx, card.id, plan.journey, found, after=after, limit=STEP_MEMBERS)
    if len(entrants) < STEP_MEMBERS:
        return _Look(card, plan, entrants, None)
    # Who was found several times may not have come as a whole.
    cut = entrants[-1].candidate.member_id
    whole = [each for each in entrants if each.candidate.member_id != cut] or entrants
    return _Look(card, plan, whole, whole[-1].candidate.member_id)


async def list_entrants(
    tx: Tx, journey_id: UUID, journey: Journey, found: Found, *, after: UUID | None = None, limit: int
) -> list[Entrant]:
    """Return who was found and has not begun for this yet, by the cards that they have now, in the order of ids.

    Of a card that was joined to another it is the other that begins. Nobody who is blocked or erased is among them,
    nor anybody who has what the journey is for. Of few it is asked from facts whether they are of the audience: to
    select all who are takes longer. Then those who are barred may be left out.
    """
    if found.is_nobody:
        return []
    if journey.audience is None and not isinstance(journey.goal, GoalAudience):
        return await _read_entrants(tx, journey_id, found, after=after, limit=limit)
    few = await _read_entrants(tx, journey_id, found, after=after, limit=ASKED_MAX + 1)
    if len(few) <= ASKED_MAX:
        return (await _keep_meant(tx, journey, few))[:limit]
    return await _read_entrants(tx, journey_id, found, meant=journey, after=after, limit=limit)


async def _keep_meant(tx: Tx, journey: Journey, entrants: Sequence[Entrant]) -> list[Entrant]:
    """Return those whom the journey is for, asked of each from facts; who is barred is not asked, and left out."""
    going = [each for each in entrants if bar(journey, each.before, tx.at) is None]
    if going and journey.audience is not None:
        inside = await still_in(tx, journey.audience, {each.candidate.member_id for each in going})
        going = [each for each in going if each.candidate.member_id in inside]
    if going and isinstance(journey.goal, GoalAudience):
        reached = await still_in(tx, journey.goal.when, {each.candidate.member_id for each in going})
        going = [each for each in going if each.candidate.member_id not in reached]
    return going


async def _read_entrants(
    tx: Tx,
    journey_id: UUID,
    found: Found,
    *,
    meant: Journey | None = None,
    after: UUID | None,
    limit: int,
) -> list[Entrant]:
    """Return who was found, whomever the journey is for, or of them those whom ``meant`` is for."""
    args: list[object] = [tx.tenant_id, *found.args]
    of_audience = ""
    if meant is not None and meant.audience is not None:
        of_audience = f"and h.member_id in ({await selected(tx, meant.audience, args)})"
    if meant is not None and isinstance(meant.goal, GoalAudience):
        reached = await selected(tx, meant.goal.when, args)
        of_audience += f" and not exists (select from ({reached}) as g where g.member_id = h.member_id)"
    said = "found.said" if found.says else "null::text"
    args += [journey_id, after, limit]
    journey_at, after_at, limit_at = (f"${len(args) - back}" for back in (2, 1, 0))
    async with hashing(tx) if of_audience else nullcontext():
        rows = await tx.fetch(
            f"""
        -- journeys.list_entrants
        with found as ({found.sql}), holders as (
            select distinct on (coalesce(m.merged_into, m.id), found.key)
                   coalesce(m.merged_into, m.id) as member_id, found.key, found.happened_at, {said} as said
            from found join members m on m.tenant_id = $1 and m.id = found.member_id
            where ({after_at}::uuid is null or coalesce(m.merged_into, m.id) > {after_at})
              -- Who stays away is found each day: mostly they have begun for this, which one index tells of each.
              and not exists (
                  select from journey_runs
                  where tenant_id = $1 and journey_id = {journey_at}::uuid and member_id = found.member_id
                    and key = found.key
                  offset 0
              )
        )
        select h.member_id, h.key, h.happened_at, h.said, before.last_at, before.active, before.is_control
        from holders h
        join members m on m.tenant_id = $1 and m.id = h.member_id
            and m.merged_into is null and m.erased_at is null and m.blocked_at is null
        -- Cards that were joined count as one. One member and journey a look: there is one index for that, whatever is
        -- known of the table.
        cross join lateral (
            select max(r.entered_at) as last_at, count(*) filter (where r.state = 'active') as active,
                   bool_or(r.state = 'control') as is_control, coalesce(bool_or(r.key = h.key), false) as has_key
            from (
                select h.member_id as id
                union all
                select o.id from members o where o.tenant_id = $1 and o.merged_into = h.member_id
            ) as own
            cross join lateral (
                select entered_at, state, key from journey_runs
                where tenant_id = $1 and journey_id = {journey_at}::uuid and member_id = own.id
                offset 0
            ) as r
        ) as before
        where not before.has_key {of_audience}
        order by h.member_id, h.happened_at, h.key
        limit {limit_at}
        """,  # noqa: S608  constants and numbers of parameters
            *args,
        )
    return [
        Entrant(
            Candidate(row["member_id"], row["key"], row["happened_at"], _said(row["said"])),
            Before(row["last_at"], row["active"]),
            row["is_control"],
        )
        for row in rows
    ]


def choose(journey: Journey, entrants: Sequence[Entrant], now: datetime) -> list[Entrant]:
    """Return those who are not barred; who was found twice begins as often as the journey allows."""
    chosen: list[Entrant] = []
    begun: dict[UUID, Before] = {}
    for entrant in entrants:
        member_id = entrant.candidate.member_id
        before = begun.get(member_id, entrant.before)
        if bar(journey, before, now) is None:
            chosen.append(entrant)
            begun[member_id] = Before(now, before.active + 1)
    return chosen


async def _begin(tx: Tx, looks: Sequence[_Look]) -> int:
    """Let those who were found begin, and note what has been looked at; return how many began."""
    chosen = [(look, each) for look in looks for each in choose(look.plan.journey, look.entrants, tx.at)]
    begun = await _write(tx, chosen) if chosen else 0
    await _note_looked(tx, [look for look in looks if look.last is None])
    return begun


async def _write(tx: Tx, chosen: Sequence[tuple[_Look, Entrant]]) -> int:
    # Nobody is merged or erased meanwhile: what is written now would outlive that they are forgotten.
    there = await keep_apart(tx, {each.candidate.member_id for _, each in chosen})
    chosen = [(look, each) for look, each in chosen if each.candidate.member_id in there]
    drawn = await _draw(tx, chosen)
    rows = [
        (
            look,
            each.candidate,
            begin(look.plan, str(each.candidate.member_id), tx.at),
            _is_control(look, each, drawn),
        )
        for look, each in chosen
    ]
    written = await tx.fetch(
        """
        -- journeys.begin_runs
        with recipients as (
            insert into campaign_recipients (tenant_id, planned_at, campaign_id, member_id, is_control, stratum)
            select $1, $2::timestamptz, new.*
            from unnest($12::uuid[], $13::uuid[], $14::boolean[], $15::smallint[]) as new
            on conflict (tenant_id, campaign_id, member_id) do nothing
        )
        insert into journey_runs
            (tenant_id, due_at, entered_at, id, journey_id, version, member_id, key, state, step, happened_at, ended_at,
             found)
        select $1, $2::timestamptz, $2::timestamptz, new.id, new.journey_id, new.version, new.member_id, new.key,
               new.state, case new.state when 'active' then new.step end, new.happened_at,
               case new.state when 'active' then null else $2::timestamptz end, new.found
        from unnest(
            $3::uuid[], $4::uuid[], $5::integer[], $6::uuid[], $7::text[], $8::text[], $9::text[], $10::timestamptz[],
            $11::jsonb[]
        ) as new (id, journey_id, version, member_id, key, state, step, happened_at, found)
        on conflict (tenant_id, journey_id, member_id, key) do nothing
        returning id
        """,
        tx.tenant_id,
        tx.at,
        [new_id() for _ in rows],
        [look.card.id for look, _, _, _ in rows],
        [look.card.version for look, _, _, _ in rows],
        [candidate.member_id for _, candidate, _, _ in rows],
        [candidate.key for _, candidate, _, _ in rows],
        ["control" if is_control else run.outcome or "active" for _, _, run, is_control in rows],
        [look.plan.first for look, _, _, _ in rows],
        [candidate.happened_at for _, candidate, _, _ in rows],
        [_found_by(candidate) for _, candidate, _, _ in rows],
        [journey_id for journey_id, _ in drawn],
        [each.member_id for each in drawn.values()],
        [each.is_control for each in drawn.values()],
        [each.stratum for each in drawn.values()],
    )
    return len(written)


async def _draw(tx: Tx, chosen: Sequence[tuple[_Look, Entrant]]) -> Mapping[tuple[UUID, UUID], Assigned]:
    """Draw those who begin a journey for the first time; return their groups by journey and member."""
    new: dict[UUID, tuple[_Look, set[UUID]]] = {}
    for look, each in chosen:
        if each.is_control is None:
            new.setdefault(look.card.id, (look, set()))[1].add(each.candidate.member_id)
    drawn: dict[tuple[UUID, UUID], Assigned] = {}
    for journey_id, (look, member_ids) in new.items():
        control_bp = look.plan.journey.control_bp
        groups = await draw(tx, journey_id, member_ids, salt=look.card.salt, control_bp=control_bp)
        drawn |= {(journey_id, member_id): each for member_id, each in groups.items()}
    return drawn


def _is_control(look: _Look, entrant: Entrant, drawn: Mapping[tuple[UUID, UUID], Assigned]) -> bool:
    if entrant.is_control is not None:
        return entrant.is_control
    return drawn[look.card.id, entrant.candidate.member_id].is_control


def _found_by(candidate: Candidate) -> str:
    """Return what letters of a run can name from its beginning, as JSON: of what has begun it."""
    what, _, named = candidate.key.partition(":")
    found = {what: named} if what in _NAMED else candidate.said
    return msgspec.json.encode(found).decode()


def _said(told: str | None) -> Mapping[str, str]:
    return _decode_said(told) if told else {}


async def _note_looked(tx: Tx, looks: Sequence[_Look]) -> None:
    if not looks:
        return
    today, _ = await today_of(tx)
    await tx.execute(
        """
        -- journeys.note_looked
        update journeys j set read_to = $2, looked_on = looked.day
        from unnest($3::uuid[], $4::date[]) as looked (id, day)
        where j.tenant_id = $1 and j.id = any($3) and j.id = looked.id
        """,
        tx.tenant_id,
        tx.at,
        [look.card.id for look in looks],
        [today if isinstance(look.plan.journey.trigger, DAILY) else None for look in looks],
    )
