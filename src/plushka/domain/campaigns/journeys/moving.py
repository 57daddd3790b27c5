"""Members who are due go on, many at once.

One transaction takes up some runs that nobody else has, asks what their choices want to know, does what the engine
says and writes down where they stand. It commits as a whole, so whoever dies in the middle has done nothing; and what
is done is keyed by run and step besides. Members are locked before runs, and runs before wallets.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from plushka.domain.businesses.queries import get_business
from plushka.domain.campaigns.journeys.deeds import Deeds, Doing
from plushka.domain.campaigns.journeys.goals import goals_by_cart, list_carts_over, list_reached
from plushka.domain.campaigns.journeys.taking import Due, by_audience, take_up
from plushka.domain.messages.rules import RULES_COLUMNS, note_rules
from plushka.domain.programs.queries import note_first_program
from plushka.domain.programs.versions import FIRST_PROGRAM, in_force, note_in_force
from plushka.domain.segments.asking import still_in
from plushka.engine.audience import Audience
from plushka.engine.journeys.advancing import Advance, Seen, advance, asks
from plushka.engine.journeys.parts import GivePoints
from plushka.engine.journeys.plan import Plan
from plushka.platform.database import Tx


async def move_some(tx: Tx, journey_ids: Sequence[UUID]) -> int:
    """Let some runs of journeys that are due go on; return how many.

    Called again until it returns fewer than ``STEP_RUNS``: then none is left but those that somebody else has. Each
    goes on as far as it comes now.
    """
    taken = await take_up(tx, journey_ids)
    if not taken:
        return 0
    on_the_way = [each for each in taken if each.end is None]
    over = await list_carts_over(tx, on_the_way)
    reached = await list_reached(tx, on_the_way) | goals_by_cart(on_the_way, over)
    away = await _list_away(tx, on_the_way)
    await _read_terms(tx)
    business = await get_business(tx)
    deeds = Deeds(tx, business, {each.journey_id: each.name for each in taken})
    await deeds.lock_wallets({each.holder for each in on_the_way if _gives_points(each.plan)})
    going = on_the_way
    while going:
        answers = await _answer(tx, going)
        done: list[tuple[Due, Advance]] = []
        for each in going:
            seen = Seen(each.id in reached, each.id not in away, each.id in over, answers.get(each.id))
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
    await _write(tx, taken, deeds)
    await deeds.finish()
    return len(taken)


async def _read_terms(tx: Tx) -> None:
    """Let the transaction know at once what deeds ask for: the business, its rules of letters and its programmes."""
    (row,) = await tx.fetch(
        f"""
        -- journeys.read_terms
        select {RULES_COLUMNS}, ({in_force("$2")})::text as in_force, ({FIRST_PROGRAM}) as first_program
        from (select) as asked left join businesses b on b.tenant_id = $1
        """,  # noqa: S608  constants
        tx.tenant_id,
        tx.at,
    )
    note_rules(tx, row)
    note_in_force(tx, row["in_force"])
    note_first_program(tx, row["first_program"])


def _gives_points(plan: Plan) -> bool:
    return any(isinstance(step, GivePoints) for step in plan.steps.values())


async def _list_away(tx: Tx, due: Sequence[Due]) -> set[UUID]:
    """Return the runs that are left by whoever is of their audience no more."""
    away: set[UUID] = set()
    for audience, asked in by_audience(
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

    for audience, asked in by_audience(due, asked_of):
        inside = await still_in(tx, audience, [each.holder for each in asked])
        answers |= {each.id: each.holder in inside for each in asked}
    return answers


async def _write(tx: Tx, taken: Sequence[Due], deeds: Deeds) -> None:
    states = [
        each.end if each.end is not None else each.run.outcome if each.run.outcome is not None else "active"
        for each in taken
    ]
    passed = [(each, one) for each in taken for one in each.passed]
    await tx.execute(
        """
        -- journeys.write_runs
        with passed as (
            insert into journey_passes (tenant_id, at, journey_id, run_id, step, way, points, coupon_key, withheld)
            select $1, $2, new.*
            from unnest(
                $9::uuid[], $10::uuid[], $11::text[], $12::smallint[], $13::bigint[], $14::text[], $15::text[]
            ) as new (journey_id, run_id, step, way, points, coupon_key, withheld)
        )
        update journey_runs r
        set state = new.state, step = case new.state when 'active' then new.step end,
            is_waiting = new.state = 'active' and new.is_waiting, due_at = new.due_at, found = new.found,
            ended_at = case new.state when 'active' then null else $2::timestamptz end
        from unnest($3::uuid[], $4::text[], $5::text[], $6::boolean[], $7::timestamptz[], $8::jsonb[])
            as new (id, state, step, is_waiting, due_at, found)
        where r.tenant_id = $1 and r.id = any($3) and r.id = new.id
        """,
        tx.tenant_id,
        tx.at,
        [each.id for each in taken],
        states,
        [each.run.step for each in taken],
        [each.run.is_waiting for each in taken],
        [each.run.due_at for each in taken],
        [msgspec.json.encode(each.found).decode() for each in taken],
        [each.journey_id for each, _ in passed],
        [each.id for each, _ in passed],
        [one.step for _, one in passed],
        [one.way for _, one in passed],
        [deeds.points_given.get((each.id, one.step)) for each, one in passed],
        [deeds.codes_given.get((each.id, one.step)) for each, one in passed],
        [deeds.withheld.get((each.id, one.step)) for each, one in passed],
    )
