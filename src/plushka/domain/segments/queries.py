"""Segments that are kept under a name."""

from datetime import timedelta
from uuid import UUID

from asyncpg import Record

from plushka.domain.segments.definitions import decode_audience
from plushka.domain.segments.model import StoredSegment, UnknownSegment
from plushka.platform.database import Tx

_SELECT = "select id, name, audience, members, refreshed_at, created_at, archived_at from segments where tenant_id = $1"


async def list_segments(tx: Tx, *, also_archived: bool = False) -> list[StoredSegment]:
    """Return the segments by name."""
    rows = await tx.fetch(
        f"""
        -- segments.list_segments
        {_SELECT} and ($2 or archived_at is null) order by archived_at is not null, lower(name), id
        """,
        tx.tenant_id,
        also_archived,
    )
    return [_segment(row) for row in rows]


async def get_segment(tx: Tx, segment_id: UUID) -> StoredSegment:
    """Return a segment, archived or not.

    :raises UnknownSegment: the business has none of this id
    """
    row = await tx.fetchrow(
        f"""
        -- segments.get_segment
        {_SELECT} and id = $2
        """,
        tx.tenant_id,
        segment_id,
    )
    if row is None:
        raise UnknownSegment
    return _segment(row)


async def find_top_spend(tx: Tx, *, share_bp: int, days: int) -> int:
    """Return from how much on the buyers of the last ``days`` days are the ``share_bp`` who spent most; 0: nobody."""
    since = tx.at.date() - timedelta(days=days - 1)
    spend: int | None = await tx.fetchval(
        """
        -- segments.find_top_spend
        select percentile_disc($3) within group (order by spend_minor)
        from (
            select sum(spend_minor)::bigint as spend_minor from standing_days
            where tenant_id = $1 and business_date >= $2 group by member_id having sum(purchases) > 0
        ) as buyers
        """,
        tx.tenant_id,
        since,
        1 - share_bp / 10_000,
    )
    return spend or 0


def _segment(row: Record) -> StoredSegment:
    audience = row["audience"]
    return StoredSegment(
        id=row["id"],
        name=row["name"],
        audience=None if audience is None else decode_audience(audience),
        members=row["members"],
        refreshed_at=row["refreshed_at"],
        created_at=row["created_at"],
        archived_at=row["archived_at"],
    )
