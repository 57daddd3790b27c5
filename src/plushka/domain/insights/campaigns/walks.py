"""Each member's way through a journey: how it ended, what they were sent and given, what they bought after it."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from plushka.domain.businesses.queries import get_business
from plushka.domain.campaigns.journeys.figures import LETTERS
from plushka.domain.campaigns.journeys.model import RunState
from plushka.platform.database import Tx

FIRST_DAY = date(1970, 1, 1)
"""Before all letters."""


class Walk(Struct, frozen=True):
    """A run of a member. ``points``: what its steps have given, in units; ``step``: where it stands."""

    id: UUID
    member_id: UUID
    name: str
    state: RunState
    step: str | None
    entered_at: datetime
    ended_at: datetime | None
    points: int


class Bought(Struct, frozen=True):
    """What came of the letters of a run that are kept. ``purchases`` and ``revenue_minor`` are counted as theirs."""

    letters: int = 0
    told_at: datetime | None = None
    messages_minor: int = 0
    purchases: int = 0
    revenue_minor: int = 0


async def list_walks(tx: Tx, journey_id: UUID, *, after: UUID | None = None, limit: int) -> list[Walk]:
    """Return the runs of a journey in the order of their ids, those after ``after``, of its control group too."""
    rows = await tx.fetch(
        """
        -- insights.list_walks
        select r.id, r.member_id, m.name, r.state, r.step, r.entered_at, r.ended_at,
               coalesce((
                   select sum(p.points) from journey_passes p where p.tenant_id = $1 and p.run_id = r.id
               ), 0)::bigint as points
        from journey_runs r
        join members m on m.tenant_id = $1 and m.id = r.member_id
        where r.tenant_id = $1 and r.journey_id = $2 and ($3::uuid is null or r.id > $3)
        order by r.id
        limit $4
        """,
        tx.tenant_id,
        journey_id,
        after,
        limit,
    )
    return [Walk(**row) for row in rows]


async def count_walks(tx: Tx, journey_id: UUID) -> int:
    """Return how many runs a journey has had."""
    count: int = await tx.fetchval(
        """
        -- insights.count_walks
        select count(*) from journey_runs where tenant_id = $1 and journey_id = $2
        """,
        tx.tenant_id,
        journey_id,
    )
    return count


async def find_bought(tx: Tx, journey_id: UUID, member_ids: Collection[UUID]) -> Mapping[UUID, Bought]:
    """Return what came of the letters that these members were sent, by run; who was sent none is left out."""
    rows = await tx.fetch(
        f"""
        -- insights.find_bought_of_walks
        with {LETTERS}
        select run_id, count(*) as letters, max(told_at) as told_at,
               coalesce(sum(message_minor), 0)::bigint as messages_minor, count(revenue_minor) as purchases,
               coalesce(sum(revenue_minor), 0)::bigint as revenue_minor
        from bought where state in ('sent', 'delivered', 'unknown')
        group by run_id
        """,  # noqa: S608  a constant
        tx.tenant_id,
        FIRST_DAY,
        (await get_business(tx)).time_zone,
        journey_id,
        list(member_ids),
    )
    return {
        row["run_id"]: Bought(**{field: row[field] for field in Bought.__struct_fields__}) for row in rows
    }
