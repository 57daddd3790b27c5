"""Members who are due go on, many at once.

One transaction takes up some runs that nobody else has, asks what their choices want to know, does what the engine
says and writes down where they stand. It commits as a whole, so whoever dies in the middle has done nothing; and what
is done is keyed by run and step besides. Members are locked before runs, and runs before wallets.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from uuid import UUID

import msgspec
from msgspec import Struct

from plushka.domain.businesses.queries import get_business
from plushka.domain.campaigns.journeys.deeds import Deeds, Doing
from plushka.domain.campaigns.journeys.queries import load_plans
from plushka.domain.members.store import keep_apart
from plushka.domain.segments.selecting import still_in
from plushka.engine.audience import Audience
from plushka.engine.journeys.advancing import Advance, Pass, Run, Seen, advance, asks
from plushka.engine.journeys.parts import GivePoints, GoalEvent, GoalPurchase
from plushka.engine.journeys.plan import Plan
from plushka.engine.occasions import field_holds
from plushka.platform.database import Tx

STEP_RUNS = 500
"""Runs that one transaction takes up."""


class Due(Struct, kw_only=True):
    """A run that was taken up. ``holder``: the member's card as it is now; ``end``: it is over for this reason."""

    id: UUID
    journey_id: UUID
    version: int
    member_id: UUID
    holder: UUID
    found: dict[str, str]
    happened_at: object
    run: Run
    plan: Plan
    passed: list[Pass] = []
    end: str | None = None


async def list_with_due(tx: Tx) -> list[UUID]:
    """Return the journeys in which somebody is due now; each is moved by itself, so that one that fails stops none."""
    rows = await tx.fetch(
        """
        -- journeys.list_with_due
        select c.id from campaigns c
        where c.tenant_id = $1 and c.kind = 'journey' and c.state = 'sending' and exists (
            select from journey_runs r
            where r.tenant_id = $1 and r.journey_id = c.id and r.state = 'active' and r.due_at <= $2
        )
        order by c.id
        """,
        tx.tenant_id,
        tx.at,
    )
    return [row["id"] for row in rows]


async def move_some(tx: Tx, journey_id: UUID) -> int:
    """Let some runs of a journey that are due go on; return how many. Called again until it returns 0."""
    taken = await _take_up(tx, journey_id)
    if not taken:
        return 0
    on_the_way = [each for each in taken if each.end is None]
    reached = await _list_reached(tx, on_the_way)
    away = await _list_away(tx, on_the_way)
    business = await get_business(tx)
    deeds = Deeds(tx, business)
    await deeds.lock_wallets({each.holder for each in on_the_way if _gives_points(each.plan)})
    going = on_the_way
    while going:
        answers = await _answer(tx, going)
        done: list[tuple[Due, Advance]] = []
        for each in going:
            seen = Seen(each.id in reached, each.id not in away, answers.get(each.id))
            step = advance(each.plan, each.run, seen, tx.at, business.time_zone)
            each.run = step.run
            each.passed += step.passed
            done.append((each, step))
        await deeds.do(
            [
                Doing(each.id, each.journey_id, each.holder, number, deed, each.found)
                for each, step in done
                for number, deed in enumerate(step.deeds)
            ]
        )
        # Those who stand at a choice now are asked: it comes behind what was just done.
        going = [each for each in going if asks(each.plan, each.run, tx.at) is not None]
    await _write(tx, taken)
    await deeds.finish()
    return len(taken)


async def end_reached(tx: Tx, journey_id: UUID) -> int:
    """End the runs of a journey that wait while its goal has been reached by a purchase; return how many.

    What was reached by an event is met when they are due.
    """
    rows = await tx.fetch(
        """
        -- journeys.end_reached
        with bought as (
            select r.id
            from journey_runs r
            join journey_versions v on v.tenant_id = $1 and v.journey_id = r.journey_id and v.number = r.version
                and v.body #>> '{goal,is}' = 'purchase'
            where r.tenant_id = $1 and r.journey_id = $2 and r.state = 'active' and exists (
                select from receipts b
                where b.tenant_id = $1 and b.member_id = r.member_id and b.occurred_at > r.happened_at
                  and not (b.payable_minor > 0 and b.refunded_minor = b.payable_minor)
            )
            for no key update of r skip locked
        )
        update journey_runs r set state = 'goal', step = null, is_waiting = false, ended_at = $3
        from bought where r.tenant_id = $1 and r.id = bought.id
        returning r.id
        """,
        tx.tenant_id,
        journey_id,
        tx.at,
    )
    return len(rows)


def _gives_points(plan: Plan) -> bool:
    return any(isinstance(step, GivePoints) for step in plan.steps.values())


async def _take_up(tx: Tx, journey_id: UUID) -> list[Due]:
    named = await tx.fetch(
        """
        -- journeys.list_due
        select r.id, r.member_id, coalesce(m.merged_into, m.id) as holder
        from journey_runs r
        join campaigns c on c.tenant_id = $1 and c.id = r.journey_id and c.state = 'sending'
        join members m on m.tenant_id = $1 and m.id = r.member_id
        where r.tenant_id = $1 and r.journey_id = $2 and r.state = 'active' and r.due_at <= $3
        order by r.due_at
        limit $4
        """,
        tx.tenant_id,
        journey_id,
        tx.at,
        STEP_RUNS,
    )
    if not named:
        return []
    # Who was merged or erased since is met as such below, by a statement of its own.
    await keep_apart(tx, {row["holder"] for row in named})
    rows = await tx.fetch(
        """
        -- journeys.take_up
        select r.id, r.journey_id, r.version, r.member_id, h.id as holder, r.step, r.due_at, r.is_waiting,
               r.found::text, r.happened_at, h.erased_at is not null or h.blocked_at is not null as is_gone,
               r.member_id <> h.id and exists (
                   select from journey_runs o
                   where o.tenant_id = $1 and o.journey_id = r.journey_id and o.member_id = h.id and o.state = 'active'
               ) as is_doubled
        from journey_runs r
        join members m on m.tenant_id = $1 and m.id = r.member_id
        join members h on h.tenant_id = $1 and h.id = coalesce(m.merged_into, m.id)
        where r.tenant_id = $1 and r.id = any($2::uuid[]) and r.state = 'active' and r.due_at <= $3
        order by r.id
        for no key update of r skip locked
        """,
        tx.tenant_id,
        [row["id"] for row in named],
        tx.at,
    )
    plans = await load_plans(tx, sorted({(row["journey_id"], row["version"]) for row in rows}))
    return [
        Due(
            id=row["id"],
            journey_id=row["journey_id"],
            version=row["version"],
            member_id=row["member_id"],
            holder=row["holder"],
            found=msgspec.json.decode(row["found"]),
            happened_at=row["happened_at"],
            # The lot is drawn by the card that began, so that joining cards changes nobody's way.
            run=Run(str(row["member_id"]), row["step"], row["due_at"], is_waiting=row["is_waiting"]),
            plan=plans[row["journey_id"], row["version"]],
            end="gone" if row["is_gone"] or row["is_doubled"] else None,
        )
        for row in rows
    ]


async def _list_reached(tx: Tx, due: Sequence[Due]) -> set[UUID]:
    """Return the runs whose goal has been reached since what began them."""
    for_purchase = [each for each in due if isinstance(each.plan.journey.goal, GoalPurchase)]
    reached: set[UUID] = set()
    if for_purchase:
        rows = await tx.fetch(
            """
            -- journeys.list_bought
            select r.id from unnest($2::uuid[], $3::uuid[], $4::timestamptz[]) as r (id, member_id, happened_at)
            where exists (
                select from receipts b
                where b.tenant_id = $1 and b.member_id = r.member_id and b.occurred_at > r.happened_at
                  and not (b.payable_minor > 0 and b.refunded_minor = b.payable_minor)
            )
            """,
            tx.tenant_id,
            [each.id for each in for_purchase],
            [each.holder for each in for_purchase],
            [each.happened_at for each in for_purchase],
        )
        reached |= {row["id"] for row in rows}
    for_event = [each for each in due if isinstance(each.plan.journey.goal, GoalEvent)]
    if for_event:
        rows = await tx.fetch(
            """
            -- journeys.list_happened
            select r.id, e.data::text
            from unnest($2::uuid[], $3::uuid[], $4::timestamptz[], $5::text[]) as r (id, member_id, happened_at, kind)
            join member_events e on e.tenant_id = $1 and e.member_id = r.member_id and e.kind = r.kind
                and e.occurred_at > r.happened_at and e.cancelled_at is null
            """,
            tx.tenant_id,
            [each.id for each in for_event],
            [each.holder for each in for_event],
            [each.happened_at for each in for_event],
            [each.plan.journey.goal.event for each in for_event],  # type: ignore[union-attr]
        )
        goals = {each.id: each.plan.journey.goal for each in for_event}
        for row in rows:
            goal, data = goals[row["id"]], msgspec.json.decode(row["data"])
            if isinstance(goal, GoalEvent) and all(
                field_holds(test, data.get(test.field)) for test in goal.where
            ):
                reached.add(row["id"])
    return reached


async def _list_away(tx: Tx, due: Sequence[Due]) -> set[UUID]:
    """Return the runs that are left by whoever is of their audience no more."""
    away: set[UUID] = set()
    for audience, asked in _by_audience(
        due, lambda each: each.plan.journey.audience if each.plan.journey.leaves else None
    ):
        inside = await still_in(tx, audience, [each.holder for each in asked])
        away |= {each.id for each in asked if each.holder not in inside}
    return away


async def _answer(tx: Tx, due: Sequence[Due]) -> Mapping[UUID, bool]:
    """Return, by run, the answer to the choice at which it stands."""
    answers: dict[UUID, bool] = {}

    def asked_of(each: Due) -> Audience | None:
        choice = asks(each.plan, each.run, tx.at)
        return choice.when if choice is not None else None

    for audience, asked in _by_audience(due, asked_of):
        inside = await still_in(tx, audience, [each.holder for each in asked])
        answers |= {each.id: each.holder in inside for each in asked}
    return answers


def _by_audience(
    due: Iterable[Due], audience_of: Callable[[Due], Audience | None]
) -> list[tuple[Audience, list[Due]]]:
    """Return those of the same audience together, so that each is asked for once."""
    grouped: dict[bytes, tuple[Audience, list[Due]]] = {}
    for each in due:
        audience = audience_of(each)
        if audience is not None:
            grouped.setdefault(msgspec.json.encode(audience), (audience, []))[1].append(each)
    return list(grouped.values())


async def _write(tx: Tx, taken: Sequence[Due]) -> None:
    states = [
        each.end if each.end is not None else each.run.outcome if each.run.outcome is not None else "active"
        for each in taken
    ]
    await tx.execute(
        """
        -- journeys.write_runs
        update journey_runs r
        set state = new.state, step = case new.state when 'active' then new.step end,
            is_waiting = new.state = 'active' and new.is_waiting, due_at = new.due_at, found = new.found,
            ended_at = case new.state when 'active' then null else $2::timestamptz end
        from unnest($3::uuid[], $4::text[], $5::text[], $6::boolean[], $7::timestamptz[], $8::jsonb[])
            as new (id, state, step, is_waiting, due_at, found)
        where r.tenant_id = $1 and r.id = new.id
        """,
        tx.tenant_id,
        tx.at,
        [each.id for each in taken],
        states,
        [each.run.step for each in taken],
        [each.run.is_waiting for each in taken],
        [each.run.due_at for each in taken],
        [msgspec.json.encode(each.found).decode() for each in taken],
    )
    passed = [(each, one) for each in taken for one in each.passed]
    await tx.execute(
        """
        -- journeys.write_passes
        insert into journey_passes (tenant_id, at, journey_id, run_id, step, way)
        select $1, $2, new.* from unnest($3::uuid[], $4::uuid[], $5::text[], $6::smallint[])
            as new (journey_id, run_id, step, way)
        """,
        tx.tenant_id,
        tx.at,
        [each.journey_id for each, _ in passed],
        [each.id for each, _ in passed],
        [one.step for _, one in passed],
        [one.way for _, one in passed],
    )
