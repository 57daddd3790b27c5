"""What the programme costs, as the owner has written it down."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from asyncpg import Record

from plushka.domain.audit import operations as audit
from plushka.domain.insights.payback.model import COSTS_MAX, Cost, TooManyCosts, UnknownCost
from plushka.platform.database import Tx


async def list_costs(tx: Tx, months: Sequence[date] = ()) -> list[Cost]:
    """Return the lines that fall on one of these months, or all, the latest first."""
    rows = await tx.fetch(
        """
        -- insights.list_costs
        select id, name, amount_minor, from_on, months, covers_messages from payback_costs
        where tenant_id = $1 and (
            cardinality($2::date[]) = 0
            or from_on <= (select max(month) from unnest($2::date[]) as month)
                and from_on + make_interval(months => months) > (select min(month) from unnest($2::date[]) as month)
        )
        order by from_on desc, id
        limit $3
        """,
        tx.tenant_id,
        list(months),
        COSTS_MAX,
    )
    return [_cost(row) for row in rows]


async def get_cost(tx: Tx, cost_id: UUID) -> Cost:
    """Return a line of costs.

    :raises UnknownCost: there is none of this id
    """
    row = await tx.fetchrow(
        """
        -- insights.get_cost
        select id, name, amount_minor, from_on, months, covers_messages from payback_costs
        where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        cost_id,
    )
    if row is None:
        raise UnknownCost
    return _cost(row)


async def save_cost(tx: Tx, cost: Cost) -> None:
    """Keep a line of costs, new or known by its id.

    :raises TooManyCosts: there are as many as may be
    """
    count = await tx.fetchval(
        """
        -- insights.count_costs
        select count(*) from payback_costs where tenant_id = $1 and id <> $2
        """,
        tx.tenant_id,
        cost.id,
    )
    if count >= COSTS_MAX:
        raise TooManyCosts(most=COSTS_MAX)
    is_new = await tx.fetchval(
        """
        -- insights.save_cost
        insert into payback_costs (
            tenant_id, id, name, amount_minor, from_on, months, covers_messages, created_by, created_at
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (tenant_id, id) do update
        set name = excluded.name, amount_minor = excluded.amount_minor, from_on = excluded.from_on,
            months = excluded.months, covers_messages = excluded.covers_messages
        returning xmax = 0
        """,
        tx.tenant_id,
        cost.id,
        cost.name,
        cost.amount_minor,
        cost.from_on,
        cost.months,
        cost.covers_messages,
        tx.actor,
        tx.at,
    )
    await audit.record(
        tx,
        action="cost.add" if is_new else "cost.change",
        subject=f"cost:{cost.id}",
        name=cost.name,
        amount_minor=cost.amount_minor,
        from_on=cost.from_on.isoformat(),
        months=cost.months,
    )


async def delete_cost(tx: Tx, cost_id: UUID) -> Cost:
    """Delete a line of costs and return it, for it to be brought back.

    :raises UnknownCost: there is none of this id
    """
    cost = await get_cost(tx, cost_id)
    await tx.execute(
        """
        -- insights.delete_cost
        delete from payback_costs where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        cost_id,
    )
    await audit.record(
        tx, action="cost.delete", subject=f"cost:{cost_id}", name=cost.name, amount_minor=cost.amount_minor
    )
    return cost


def _cost(row: Record) -> Cost:
    return Cost(**row)
