"""Members begin a journey: found by its trigger, of its audience, not barred, and drawn into a group."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct, structs

from plushka.domain.campaigns.journeys.drawing import draw
from plushka.domain.campaigns.journeys.finding import DAILY, OVERLAP, Found, find, today_of
from plushka.domain.campaigns.journeys.model import Candidate, JourneyCard
from plushka.domain.campaigns.journeys.queries import get_with_plan
from plushka.domain.members.store import keep_apart
from plushka.domain.messages.templates.rendering import RECEIPT
from plushka.domain.programs.versions import Versions
from plushka.domain.segments.selecting import hashing, selected
from plushka.engine.journeys.advancing import begin
from plushka.engine.journeys.entering import Before, bar
from plushka.engine.journeys.parts import GoalAudience, Journey
from plushka.engine.journeys.plan import Plan
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

STEP_MEMBERS = 20_000
"""Members who are looked at by one transaction."""
LOOKED_FROM_HOUR = 10
"""By the clock of the business: what goes by days is looked at once a day, from then on."""


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


async def pass_over(tx: Tx, versions: Versions, cards: Sequence[JourneyCard]) -> set[UUID]:
    """Note that journeys were looked at for which nobody was found, and return these: ``enter_some`` need not.

    Only of those that are looked at each time, and run as they are written. Whoever has looked meanwhile has the word.
    """
    passed = [
        card
        for card in cards
        if not (isinstance(card.draft.trigger, DAILY) or card.looked_on or card.is_changed)
        and not await _finds_anybody(tx, versions, card)
    ]
    if passed:
        await tx.execute(
            """
            -- journeys.pass_over
            update journeys j set read_to = $2
            from unnest($3::uuid[], $4::timestamptz[]) as passed (id, read_to)
            where j.tenant_id = $1 and j.id = passed.id and j.read_to = passed.read_to
            """,
            tx.tenant_id,
            tx.at,
            [card.id for card in passed],
            [card.read_to for card in passed],
        )
    return {card.id for card in passed}


async def _finds_anybody(tx: Tx, versions: Versions, card: JourneyCard) -> bool:
    """Tell whether a trigger finds anybody who has not begun for it, of whatever audience."""
    if card.reads_from is None or card.read_to is None:
        return True
    since = max(card.read_to - OVERLAP, card.reads_from)
    found = await find(tx, versions, card.draft.trigger, since=since)
    anybody = structs.replace(card.draft, audience=None, goal=None)
    return bool(await list_entrants(tx, card.id, anybody, found, limit=1))


async def enter_some(
    tx: Tx, versions: Versions, journey_id: UUID, *, after: UUID | None
) -> tuple[UUID | None, int]:
    """Let some members begin; return the last who was looked at, and how many began, of the control group or not.

    Called again with that member until it is None; then the journey has been looked at. It bears repetition.

    :raises UnknownJourney: the business has none of this id
    """
    await tx.execute(
        """
        -- journeys.lock
        select from journeys where tenant_id = $1 and id = $2 for no key update
        """,
        tx.tenant_id,
        journey_id,
    )
    card, plan = await get_with_plan(tx, journey_id)
    if card.state != "sending" or plan is None or card.reads_from is None or card.read_to is None:
        return None, 0
    since = max(card.read_to - OVERLAP, card.reads_from)
    found = await find(tx, versions, plan.journey.trigger, since=since)
    entrants = await list_entrants(tx, journey_id, plan.journey, found, after=after, limit=STEP_MEMBERS)
    begun = await _begin(tx, card, plan, entrants)
    last = entrants[-1].candidate.member_id if len(entrants) >= STEP_MEMBERS else None
    if last is None:
        today, _ = await today_of(tx)
        is_daily = isinstance(plan.journey.trigger, DAILY)
        await _note_looked(tx, journey_id, today if is_daily else None)
    return last, begun


async def list_entrants(
    tx: Tx, journey_id: UUID, journey: Journey, found: Found, *, after: UUID | None = None, limit: int
) -> list[Entrant]:
    """Return who was found and has not begun for this yet, by the cards that they have now, in the order of ids.

    Of a card that was joined to another it is the other that begins. Nobody who is blocked or erased is among them,
    nor anybody who has what the journey is for.
    """
    args: list[object] = [tx.tenant_id, *found.args]
    of_audience = ""
    if journey.audience is not None:
        of_audience = f"and h.member_id in ({await selected(tx, journey.audience, args)})"
    if isinstance(journey.goal, GoalAudience):
        reached = await selected(tx, journey.goal.when, args)
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
            where {after_at}::uuid is null or coalesce(m.merged_into, m.id) > {after_at}
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


async def _begin(tx: Tx, card: JourneyCard, plan: Plan, entrants: Sequence[Entrant]) -> int:
    journey = plan.journey
    chosen = choose(journey, entrants, tx.at)
    # Nobody is merged or erased meanwhile: what is written now would outlive that they are forgotten.
    there = await keep_apart(tx, {each.candidate.member_id for each in chosen}) if chosen else set()
    chosen = [each for each in chosen if each.candidate.member_id in there]
    if not chosen:
        return 0
    known = {each.candidate.member_id: each.is_control for each in chosen if each.is_control is not None}
    new = {each.candidate.member_id for each in chosen} - known.keys()
    drawn = await draw(tx, card.id, new, salt=card.salt, control_bp=journey.control_bp) if new else {}
    is_control = known | {member_id: each.is_control for member_id, each in drawn.items()}
    await tx.execute(
        """
        -- journeys.note_recipients
        insert into campaign_recipients (tenant_id, campaign_id, member_id, is_control, stratum, planned_at)
        select $1::uuid, $2::uuid, member_id, is_control, stratum, $3::timestamptz
        from unnest($4::uuid[], $5::boolean[], $6::smallint[]) as new (member_id, is_control, stratum)
        on conflict (tenant_id, campaign_id, member_id) do nothing
        """,
        tx.tenant_id,
        card.id,
        tx.at,
        [each.member_id for each in drawn.values()],
        [each.is_control for each in drawn.values()],
        [each.stratum for each in drawn.values()],
    )
    rows = [(each.candidate, begin(plan, str(each.candidate.member_id), tx.at)) for each in chosen]
    states = [
        "control" if is_control[candidate.member_id] else "active" if run.outcome is None else run.outcome
        for candidate, run in rows
    ]
    written = await tx.fetch(
        """
        -- journeys.begin_runs
        insert into journey_runs
            (tenant_id, journey_id, version, due_at, entered_at, id, member_id, key, state, step, happened_at, ended_at,
             found)
        select $1, $2, $3, $4::timestamptz, $4::timestamptz, new.id, new.member_id, new.key, new.state,
               case new.state when 'active' then $5::text end, new.happened_at,
               case new.state when 'active' then null else $4::timestamptz end, new.found
        from unnest($6::uuid[], $7::uuid[], $8::text[], $9::text[], $10::timestamptz[], $11::jsonb[])
            as new (id, member_id, key, state, happened_at, found)
        on conflict (tenant_id, journey_id, member_id, key) do nothing
        returning id
        """,
        tx.tenant_id,
        card.id,
        card.version,
        tx.at,
        plan.first,
        [new_id() for _ in rows],
        [candidate.member_id for candidate, _ in rows],
        [candidate.key for candidate, _ in rows],
        states,
        [candidate.happened_at for candidate, _ in rows],
        [_found_by(candidate) for candidate, _ in rows],
    )
    return len(written)


def _found_by(candidate: Candidate) -> str:
    """Return what letters of a run can name from its beginning, as JSON: of the purchase or day that has begun it."""
    what, _, receipt_id = candidate.key.partition(":")
    found = {RECEIPT: receipt_id} if what == "receipt" else candidate.said
    return msgspec.json.encode(found).decode()


def _said(told: str | None) -> Mapping[str, str]:
    return _decode_said(told) if told else {}


async def _note_looked(tx: Tx, journey_id: UUID, day: date | None) -> None:
    await tx.execute(
        """
        -- journeys.note_looked
        update journeys set read_to = $3, looked_on = $4 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        journey_id,
        tx.at,
        day,
    )
