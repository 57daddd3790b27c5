"""Who is in a segment now, written down with who entered and who left."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from asyncpg import Record
from msgspec import Struct

from plushka.domain.segments.definitions import decode_audience
from plushka.domain.segments.model import UnknownSegment
from plushka.domain.segments.selecting import hashing, selected
from plushka.engine.conditions import Segment
from plushka.platform.database import Tx

MOVES_KEPT = timedelta(days=90)


class Refreshed(Struct, frozen=True):
    """How many members a segment has at the moment ``at``, and how many have come and gone since it was refreshed."""

    members: int
    entered: int
    left: int
    at: datetime


class Move(Struct, frozen=True):
    """A member entered a segment, or left it. ``by_edit``: because the segment was changed."""

    member_id: UUID
    at: datetime
    has_entered: bool
    by_edit: bool


async def refresh(tx: Tx, segment_id: UUID, *, by_edit: bool = False) -> Refreshed:
    """Bring the members of a segment up to the moment; of a list only the count. Safe to repeat.

    Whom a new segment finds first has not entered it.

    :raises UnknownSegment: the business has none of this id
    """
    segment = await lock(tx, segment_id)
    at = next_moment(tx, segment)
    if segment["audience"] is None:
        return Refreshed(await count_list(tx, segment_id, at), 0, 0, at)
    args: list[Any] = [tx.tenant_id]
    members = await selected(tx, decode_audience(segment["audience"]), args)
    args += [segment_id, at, segment["refreshed_at"] is not None, by_edit]
    this, moment, is_known, because = (f"${len(args) - back}" for back in (3, 2, 1, 0))
    async with hashing(tx):
        row = await tx.fetchrow(
            f"""
            -- segments.refresh
            with chosen as materialized ({members}),
            known as materialized (
                select member_id from segment_members where tenant_id = $1 and segment_id = {this}
            ),
            entered as (
                insert into segment_members (tenant_id, segment_id, member_id, since)
                select $1, {this}, member_id, {moment}::timestamptz from (
                    select member_id from chosen except select member_id from known
                ) as new
                returning member_id
            ),
            gone as (
                delete from segment_members
                where tenant_id = $1 and segment_id = {this} and member_id in (
                    select member_id from known except select member_id from chosen
                )
                returning member_id
            ),
            moved as (
                insert into segment_moves (tenant_id, segment_id, at, member_id, has_entered, by_edit)
                select $1, {this}, {moment}::timestamptz, member_id, has_entered, {because}::boolean
                from (
                    select member_id, true as has_entered from entered
                    union all select member_id, false from gone
                ) as m
                where {is_known}::boolean
            )
            update segments set members = (select count(*) from chosen), refreshed_at = {moment}::timestamptz
            where tenant_id = $1 and id = {this}
            returning members, (select count(*) from entered) as entered, (select count(*) from gone) as left
            """,  # noqa: S608  composed of fixed parts
            *args,
        )
    if row is None:
        raise UnknownSegment
    return Refreshed(row["members"], row["entered"], row["left"], at)


async def list_watched(tx: Tx) -> list[UUID]:
    """Return the segments of conditions that are not archived, those that others stand on among them."""
    rows = await tx.fetch(
        """
        -- segments.list_watched
        select id from segments where tenant_id = $1 and audience is not null and archived_at is null order by id
        """,
        tx.tenant_id,
    )
    return [row["id"] for row in rows]


async def list_moves(
    tx: Tx, segment_id: UUID, *, after: datetime, member_id: UUID | None = None, limit: int = 1000
) -> list[Move]:
    """Return moves after a moment in their order; those of one moment are all there, so ``limit`` may be exceeded."""
    rows = await tx.fetch(
        """
        -- segments.list_moves
        select member_id, at, has_entered, by_edit from segment_moves
        where tenant_id = $1 and segment_id = $2 and at > $3 and ($4::uuid is null or member_id = $4)
        order by at
        fetch first $5 rows with ties
        """,
        tx.tenant_id,
        segment_id,
        after,
        member_id,
        limit,
    )
    return [Move(**row) for row in rows]


async def count_moves(tx: Tx, segment_id: UUID, *, days: int) -> tuple[int, int]:
    """Return how often members entered and left in the last ``days`` days, edits of the segment left out."""
    row = await tx.fetchrow(
        """
        -- segments.count_moves
        select count(*) filter (where has_entered) as entered, count(*) filter (where not has_entered) as left
        from segment_moves where tenant_id = $1 and segment_id = $2 and at > $3 and not by_edit
        """,
        tx.tenant_id,
        segment_id,
        tx.at - timedelta(days=days),
    )
    return (row["entered"], row["left"]) if row else (0, 0)


async def forget_moves(tx: Tx) -> None:
    """Delete the moves of long ago."""
    await tx.execute(
        """
        -- segments.forget_moves
        delete from segment_moves where tenant_id = $1 and at < $2
        """,
        tx.tenant_id,
        tx.at - MOVES_KEPT,
    )


async def lock(tx: Tx, segment_id: UUID) -> Record:
    """Lock a segment against whoever would change it or its members too, and return its row.

    :raises UnknownSegment: the business has none of this id
    """
    row = await tx.fetchrow(
        """
        -- segments.lock
        select id, name, audience::text, refreshed_at, archived_at
        from segments where tenant_id = $1 and id = $2
        for no key update
        """,
        tx.tenant_id,
        segment_id,
    )
    if row is None:
        raise UnknownSegment
    return row


def next_moment(tx: Tx, segment: Record) -> datetime:
    """Return a moment after all before at which members of the segment have moved: two clocks may differ."""
    refreshed_at: datetime | None = segment["refreshed_at"]
    return tx.at if refreshed_at is None else max(tx.at, refreshed_at + timedelta(microseconds=1))


async def count_list(tx: Tx, segment_id: UUID, at: datetime) -> int:
    """Count the members of a list, write down how many they are, and return it."""
    args: list[Any] = [tx.tenant_id]
    members = await selected(tx, Segment((str(segment_id),)), args)
    args += [segment_id, at]
    async with hashing(tx):
        count: int = await tx.fetchval(
            f"""
            -- segments.count_list
            update segments set members = (select count(*) from ({members}) as chosen), refreshed_at = ${len(args)}
            where tenant_id = $1 and id = ${len(args) - 1}
            returning members
            """,  # noqa: S608  composed of fixed parts
            *args,
        )
    return count
