"""Runs that are due, taken up so that nobody else moves them meanwhile."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from plushka.domain.campaigns.journeys.queries import load_plans
from plushka.domain.members.store import keep_apart
from plushka.engine.audience import Audience
from plushka.engine.journeys.advancing import Pass, Run
from plushka.engine.journeys.plan import Plan
from plushka.platform.database import Tx

STEP_RUNS = 500
"""Runs that one transaction takes up."""


class Due(Struct, kw_only=True):
    """A run that was taken up, of the journey called ``name``.

    ``holder``: the member's card as it is now; ``end``: it is over for this reason.
    """

    id: UUID
    journey_id: UUID
    name: str
    version: int
    member_id: UUID
    holder: UUID
    found: dict[str, str]
    happened_at: datetime
    run: Run
    plan: Plan
    passed: list[Pass] = []
    end: str | None = None


async def take_up(tx: Tx, journey_ids: Sequence[UUID]) -> list[Due]:
    """Return some runs of journeys that are due, their members locked before them; others are left alone.

    Of the first journey first, so that of many the same is done to as many as there may be.
    """
    named = await tx.fetch(
        """
        -- journeys.list_due
        select r.id, r.member_id, coalesce(m.merged_into, m.id) as holder, asked.journey_id, c.name
        from unnest($2::uuid[]) with ordinality as asked (journey_id, place)
        join campaigns c on c.tenant_id = $1 and c.id = asked.journey_id and c.state = 'sending'
        cross join lateral (
            select id, member_id, due_at from journey_runs
            where tenant_id = $1 and journey_id = asked.journey_id and state = 'active' and due_at <= $3
            order by due_at
            limit $4
        ) as r
        join members m on m.tenant_id = $1 and m.id = r.member_id
        order by asked.place, r.due_at
        limit $4
        """,
        tx.tenant_id,
        list(journey_ids),
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
        join members h on h.tenant_id = $1 and h.id = case when m.merged_into is null then m.id else m.merged_into end
        where r.tenant_id = $1 and r.id = any($2::uuid[]) and r.state = 'active' and r.due_at <= $3
        order by r.id
        for no key update of r skip locked
        """,
        tx.tenant_id,
        [row["id"] for row in named],
        tx.at,
    )
    names = {row["journey_id"]: row["name"] for row in named}
    plans = await load_plans(tx, sorted({(row["journey_id"], row["version"]) for row in rows}))
    return [
        Due(
            id=row["id"],
            journey_id=row["journey_id"],
            name=names[row["journey_id"]],
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


def by_audience(
    due: Iterable[Due], audience_of: Callable[[Due], Audience | None]
) -> list[tuple[Audience, list[Due]]]:
    """Return those of the same audience together, so that each is asked for once."""
    grouped: dict[bytes, tuple[Audience, list[Due]]] = {}
    for each in due:
        audience = audience_of(each)
        if audience is not None:
            grouped.setdefault(msgspec.json.encode(audience), (audience, []))[1].append(each)
    return list(grouped.values())
