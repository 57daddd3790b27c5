"""Lots that are there now: how old they are, when they burn, and whose they are."""

from datetime import date, timedelta
from typing import Literal, get_args
from uuid import UUID

from msgspec import Struct

from plushka.domain.businesses.queries import get_business
from plushka.domain.ledger.burning import BURNS_AT
from plushka.engine.local_time import instant
from plushka.platform.database import Tx

Side = Literal["age", "burns"]
SIDES: tuple[Side, ...] = get_args(Side)
AGE_DAYS = (30, 90, 180, 365)
"""Of days since a lot was earned, the last of each bucket; the bucket after them has what is older."""
BURN_DAYS = (7, 14, 30, 60, 90, 180, 365)
"""Of days until a lot burns, today is 0; the buckets after them: later, and never."""
HOLDERS_MAX = 500


class Bucket(Struct, frozen=True):
    """Open lots of one bucket. ``number`` counts from 0; the last ones are told in ``bounds``."""

    number: int
    lots: int
    members: int
    points: int


class Holder(Struct, frozen=True):
    """A member with lots of a bucket: how many points, and the moment's date when the first of them burns."""

    member_id: UUID
    name: str
    lots: int
    points: int
    burns_on: date | None


def count_of(side: Side) -> int:
    """Return how many buckets there are."""
    return len(AGE_DAYS) + 1 if side == "age" else len(BURN_DAYS) + 2


def bounds(side: Side, number: int) -> tuple[int, int | None]:
    """Return the first and the last day of a bucket; without a last one it goes on.

    The last bucket of ``burns`` is of what never burns; who asks tells it apart by its number.
    """
    days = AGE_DAYS if side == "age" else BURN_DAYS
    first = days[number - 1] + 1 if 0 < number <= len(days) else 0
    return first, days[number] if number < len(days) else None


async def list_buckets(tx: Tx, program_id: UUID | None, side: Side, today: date) -> list[Bucket]:
    """Return the buckets that have something, in order. ``today``: by the business's calendar."""
    rows = await tx.fetch(
        f"""
        -- insights.list_lot_buckets
        {_OPEN}
        select number, sum(lots)::bigint as lots, count(*) as members, sum(points)::bigint as points
        from (
            select number, member_id, count(*) as lots, sum(points) as points from open group by number, member_id
        ) as each_member
        group by number order by number
        """,  # noqa: S608  constants
        *await _arguments(tx, program_id, side, today),
    )
    return [Bucket(**row) for row in rows]


async def list_holders(
    tx: Tx, program_id: UUID | None, side: Side, number: int | None, today: date
) -> list[Holder]:
    """Return whose the lots of a bucket are, None: of all, whoever has most first, at most ``HOLDERS_MAX``."""
    rows = await tx.fetch(
        f"""
        -- insights.list_lot_holders
        {_OPEN}
        select o.member_id, m.name, count(*) as lots, sum(o.points)::bigint as points,
               (min(o.burns_at) at time zone $6)::timestamp as burns_at
        from open o join members m on m.tenant_id = $1 and m.id = o.member_id
        where $7::integer is null or o.number = $7
        group by o.member_id, m.name
        order by sum(o.points) desc, o.member_id
        limit $8
        """,  # noqa: S608  constants
        *await _arguments(tx, program_id, side, today),
        (await get_business(tx)).time_zone,
        number,
        HOLDERS_MAX,
    )
    return [
        Holder(
            row["member_id"],
            row["name"],
            row["lots"],
            row["points"],
            # The last moment of the day before is the last on which they are there (S4).
            (row["burns_at"] - timedelta(microseconds=1)).date() if row["burns_at"] else None,
        )
        for row in rows
    ]


# `width_bucket` counts from 0 below the first bound; ages grow into the past.
_OPEN = f"""
        with dated as (
            select w.member_id, l.pending + l.available + l.held as points, l.earned_at, {BURNS_AT} as burns_at
            from wallets w
            join lots l on l.tenant_id = $1 and l.wallet_id = w.id and l.pending + l.available + l.held > 0
            where w.tenant_id = $1 and w.program_id = $2 and w.pending + w.available + w.held > 0
        ), open as (
            select member_id, points, burns_at,
                   case when $3 = 'age' then cardinality($4::timestamptz[]) - width_bucket(earned_at, $4::timestamptz[])
                        when burns_at is null then $5::integer
                        else width_bucket(burns_at, $4::timestamptz[])
                   end as number
            from dated
        )
"""  # noqa: S608  a constant


async def _arguments(tx: Tx, program_id: UUID | None, side: Side, today: date) -> tuple[object, ...]:
    """Return tenant, programme, side, the moments between buckets in ascending order, and the number of the last."""
    zone = (await get_business(tx)).time_zone
    if side == "age":
        moments = [instant(today - timedelta(days=days), 0, zone) for days in reversed(AGE_DAYS)]
    else:
        # What lasts through the day that is `days` from today burns with the midnight after it. A microsecond later the
        # next bucket begins, as a bound belongs to the bucket above it.
        moments = [
            instant(today + timedelta(days=days + 1), 0, zone) + timedelta(microseconds=1)
            for days in BURN_DAYS
        ]
    return (tx.tenant_id, program_id, side, moments, count_of(side) - 1)
