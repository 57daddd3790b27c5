"""Segments that are kept under a name."""

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
