"""Letters of broadcasts and journeys that went out, or were to: what their figures count, listed."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from plushka.domain.businesses.queries import get_business
from plushka.domain.insights.constructor.matching import Matching, matched_letters
from plushka.domain.messages.model import Channel, State
from plushka.platform.database import Tx

LIST_MAX = 50
Kind = Literal["broadcast", "journey"]


class LetterFilter(Struct, frozen=True):
    """``told_from`` and ``told_to``: when the fate of a letter was decided, days of the business's clock, both count.

    ``variant``: of a broadcast, or the step of a journey. ``arrived``: those alone that went out. ``matching``: what
    cells of reports are of, any of them.
    """

    campaign_id: UUID | None = None
    kind: Kind | None = None
    told_from: date | None = None
    told_to: date | None = None
    variant: str | None = None
    channel: Channel | None = None
    arrived: bool = False
    matching: tuple[Matching, ...] = ()


class Letter(Struct, frozen=True):
    """``cost_minor`` is that of all tries, on channels that were given up too."""

    id: UUID
    member_id: UUID
    member_name: str
    campaign_id: UUID
    campaign_name: str
    kind: Kind
    channel: Channel
    state: State
    failure: str
    told_at: datetime
    cost_minor: int


class Letters(Struct, frozen=True):
    """How many there are; ``sent`` went out, ``delivered`` are known to have come."""

    letters: int
    sent: int
    delivered: int
    cost_minor: int


_FOUND = """
    from outgoing o
    join campaigns c on c.tenant_id = $1 and c.id = o.campaign_id
    join members m on m.tenant_id = $1 and m.id = o.member_id
    cross join lateral (
        select o.cost_minor + coalesce((
            select sum(t.cost_minor) from outgoing_tries t where t.tenant_id = $1 and t.outgoing_id = o.id
        ), 0)::bigint as minor
    ) as cost
    where o.tenant_id = $1 and o.campaign_id is not null and o.finished_at is not null
      and (o.key like 'journey:%' or o.key like 'campaign:%')
      and ($2::uuid is null or o.campaign_id = $2) and ($3::text is null or c.kind = $3)
      and ($4::date is null or o.finished_at >= $4::timestamp at time zone $6)
      and ($5::date is null or o.finished_at < ($5::date + 1)::timestamp at time zone $6)
      and ($7::text is null or o.variant = $7) and ($8::text is null or o.channel = $8)
      and (not $9 or o.state in ('sent', 'delivered', 'unknown'))
"""


async def list_letters(
    tx: Tx, where: LetterFilter, *, before: UUID | None = None, limit: int = LIST_MAX
) -> list[Letter]:
    """Return letters, those written last first; ``before``: the last one that was shown."""
    args, condition = await _asked(tx, where)
    rows = await tx.fetch(
        f"""
        -- insights.list_letters
        select o.id, o.member_id, m.name as member_name, c.id as campaign_id, c.name as campaign_name, c.kind,
               o.channel, o.state, o.failure, o.finished_at as told_at, cost.minor as cost_minor
        {_FOUND} {condition} and (${len(args) + 1}::uuid is null or o.id < ${len(args) + 1})
        order by o.id desc
        limit ${len(args) + 2}
        """,
        *args,
        before,
        limit,
    )
    return [Letter(**row) for row in rows]


async def sum_letters(tx: Tx, where: LetterFilter) -> Letters:
    args, condition = await _asked(tx, where)
    row = await tx.fetchrow(
        f"""
        -- insights.sum_letters
        select count(*) as letters, count(*) filter (where o.state in ('sent', 'delivered', 'unknown')) as sent,
               count(*) filter (where o.state = 'delivered') as delivered,
               coalesce(sum(cost.minor), 0)::bigint as cost_minor
        {_FOUND} {condition}
        """,
        *args,
    )
    assert row is not None  # noqa: S101  an aggregate has one row
    return Letters(**row)


async def _asked(tx: Tx, where: LetterFilter) -> tuple[list[Any], str]:
    """Return what stands in ``_FOUND``, and what is asked besides with its values behind them."""
    args: list[Any] = [
        tx.tenant_id,
        where.campaign_id,
        where.kind,
        where.told_from,
        where.told_to,
        (await get_business(tx)).time_zone,
        where.variant,
        where.channel,
        where.arrived,
    ]
    if not where.matching:
        return args, ""
    ids = " union all ".join(matched_letters(each, args) for each in where.matching)
    return args, f"and o.id in ({ids})"
