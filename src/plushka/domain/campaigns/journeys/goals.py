"""What journeys are for: whose goal has been reached since what began their run, asked for many at once."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from asyncpg import Record

from plushka.domain.campaigns.journeys.queries import load_plans
from plushka.domain.campaigns.journeys.taking import Due
from plushka.domain.messages.templates.happenings import CART
from plushka.domain.segments.goals import Aim, list_aims_reached
from plushka.domain.segments.left_carts import list_over, over
from plushka.domain.segments.selecting import hashing, selected
from plushka.engine.journeys.parts import GoalAudience, GoalPurchase
from plushka.platform.database import Tx


async def list_reached(tx: Tx, due: Sequence[Due]) -> set[UUID]:
    """Return the runs whose goal has been reached since what began them."""
    return await list_aims_reached(
        tx,
        [
            Aim(each.id, each.holder, each.happened_at, goal)
            for each in due
            if (goal := each.plan.journey.goal) is not None
        ],
    )


async def list_carts_over(tx: Tx, due: Sequence[Due]) -> Mapping[UUID, bool]:
    """Return the runs that a cart began which is over by now; True: it was bought, or ordered."""
    cart_of = {each.id: UUID(each.found[CART]) for each in due if CART in each.found}
    ended = await list_over(tx, set(cart_of.values()))
    return {run_id: ended[cart_id] for run_id, cart_id in cart_of.items() if cart_id in ended}


def goals_by_cart(due: Sequence[Due], over: Mapping[UUID, bool]) -> set[UUID]:
    """Return the runs that were for a purchase whose cart was ordered: it may be paid for later."""
    return {each.id for each in due if over.get(each.id) and isinstance(each.plan.journey.goal, GoalPurchase)}


async def end_reached(tx: Tx, journey_ids: Sequence[UUID]) -> int:
    """End the runs of journeys that wait while what they are for is reached, or their cart is over; return how many.

    What was reached by an event is met when they are due. A run that somebody else has is passed over, so whoever holds
    members and wallets may call this, if they lock nothing afterwards.
    """
    bought, others = await _end_bought(tx, journey_ids)
    by_audience = [(row["journey_id"], row["number"]) for row in others if row["is_by_audience"]]
    of_audience = await _end_of_audience(tx, by_audience) if by_audience else 0
    by_cart = {row["journey_id"] for row in others if row["is_by_cart"]}
    return bought + of_audience + (await _end_of_carts(tx, list(by_cart)) if by_cart else 0)


async def _end_of_carts(tx: Tx, journey_ids: Sequence[UUID]) -> int:
    """End the runs of carts that are over: with what they were for, where it is a purchase and they were ordered."""
    rows = await tx.fetch(
        f"""
        -- journeys.end_of_carts
        with begun as materialized (
            select r.id, (r.found ->> '{CART}')::uuid as cart_id,
                   v.body #>> '{{goal,is}}' = 'purchase' as is_for_purchase
            from journey_versions v
            join journey_runs r on r.tenant_id = $1 and r.journey_id = v.journey_id and r.version = v.number
                and r.state = 'active'
            where v.tenant_id = $1 and v.journey_id = any($2::uuid[]) and v.body #>> '{{trigger,is}}' = 'cart'
              and r.found ? '{CART}'
            for no key update of r skip locked
        ), over as ({over("begun")})
        update journey_runs r
        set state = case when over.is_bought and begun.is_for_purchase then 'goal' else 'left' end, step = null,
            is_waiting = false, ended_at = $3
        from begun join over on over.cart_id = begun.cart_id
        where r.tenant_id = $1 and r.id = begun.id
        returning r.id
        """,  # noqa: S608  constants
        tx.tenant_id,
        journey_ids,
        tx.at,
    )
    return len(rows)


async def _end_bought(tx: Tx, journey_ids: Sequence[UUID]) -> tuple[int, Sequence[Record]]:
    """End the runs of who has bought; return how many, and the versions of others on the way that end by more.

    That is a goal of an audience, or the cart that began them.
    """
    rows = await tx.fetch(
        """
        -- journeys.end_reached
        with asked as materialized (
            select journey_id, number from journey_versions
            where tenant_id = $1 and journey_id = any($2::uuid[]) and body #>> '{goal,is}' = 'purchase'
        ), bought as (
            select r.id
            from asked
            join journey_runs r on r.tenant_id = $1 and r.journey_id = asked.journey_id
                and r.version = asked.number and r.state = 'active'
            join members m on m.tenant_id = $1 and m.id = r.member_id
            -- Run by run, and in an order that one index has, whatever is known of the receipts.
            cross join lateral (
                select from receipts b
                where b.tenant_id = $1 and b.member_id =
                    case when m.merged_into is null then m.id else m.merged_into end
                  and b.occurred_at > r.happened_at
                  and not (b.payable_minor > 0 and b.refunded_minor = b.payable_minor)
                order by b.occurred_at desc
                limit 1
            ) as met
            for no key update of r skip locked
        ), ended as (
            update journey_runs r set state = 'goal', step = null, is_waiting = false, ended_at = $3
            from bought where r.tenant_id = $1 and r.id = bought.id
            returning r.id
        )
        select null::uuid as journey_id, count(*)::integer as number, false as is_by_audience, false as is_by_cart
        from ended
        union all
        select v.journey_id, v.number, asked.*
        from journey_versions v
        cross join lateral (
            select coalesce(v.body #>> '{goal,is}' = 'audience', false) as is_by_audience,
                   coalesce(v.body #>> '{trigger,is}' = 'cart', false) as is_by_cart
        ) as asked
        where v.tenant_id = $1 and v.journey_id = any($2::uuid[]) and (is_by_audience or is_by_cart) and exists (
            select from journey_runs r
            where r.tenant_id = $1 and r.journey_id = v.journey_id and r.version = v.number and r.state = 'active'
        )
        order by journey_id nulls first, number
        """,
        tx.tenant_id,
        journey_ids,
        tx.at,
    )
    return rows[0]["number"], rows[1:]


async def _end_of_audience(tx: Tx, versions: Sequence[tuple[UUID, int]]) -> int:
    ended = 0
    plans = await load_plans(tx, versions)
    for (journey_id, version), plan in plans.items():
        if not isinstance(plan.journey.goal, GoalAudience):
            continue
        args: list[object] = [tx.tenant_id]
        members = await selected(tx, plan.journey.goal.when, args)
        args += [journey_id, version, tx.at]
        journey_at, version_at, now_at = (f"${len(args) - back}" for back in (2, 1, 0))
        async with hashing(tx):
            rows = await tx.fetch(
                f"""
                -- journeys.end_of_audience
                with reached as (
                    select r.id
                    from journey_runs r
                    join members m on m.tenant_id = $1 and m.id = r.member_id
                    where r.tenant_id = $1 and r.journey_id = {journey_at} and r.version = {version_at}
                      and r.state = 'active' and coalesce(m.merged_into, m.id) in ({members})
                    for no key update of r skip locked
                )
                update journey_runs r set state = 'goal', step = null, is_waiting = false, ended_at = {now_at}
                from reached where r.tenant_id = $1 and r.id = reached.id
                returning r.id
                """,  # noqa: S608  a subquery of ours, and numbers of parameters
                *args,
            )
        ended += len(rows)
    return ended
