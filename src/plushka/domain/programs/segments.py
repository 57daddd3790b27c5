"""Segments as rules know them. Their tables are ``domain/segments``'s, which stands above; here they are only read."""

from collections.abc import Collection, Iterator, Mapping
from uuid import UUID

from plushka.engine.check_conditions import Problem
from plushka.engine.named_segments import named_segments
from plushka.engine.program import Program
from plushka.platform.database import Tx


async def list_segments_of(
    tx: Tx, member_ids: Collection[UUID], *, among: Collection[str]
) -> dict[UUID, tuple[str, ...]]:
    """Return in which of the segments ``among`` each member is, as of the last refresh; who is in none is left out.

    Who became part of a member counts for them: lists keep both.
    """
    rows = await tx.fetch(
        """
        -- programs.list_segments_of
        select s.member_id, s.segment_id::text as segment_id from segment_members s
        where s.tenant_id = $1 and s.member_id = any($2) and s.segment_id = any($3)
        union
        select m.merged_into, s.segment_id::text
        from members m join segment_members s on s.tenant_id = $1 and s.member_id = m.id and s.segment_id = any($3)
        where m.tenant_id = $1 and m.merged_into = any($2)
        order by segment_id
        """,
        tx.tenant_id,
        list(member_ids),
        list(_ids(among)),
    )
    found: dict[UUID, tuple[str, ...]] = {}
    for row in rows:
        found[row["member_id"]] = (*found.get(row["member_id"], ()), row["segment_id"])
    return found


async def list_segment_names(tx: Tx, *, also_archived: bool = True) -> dict[str, str]:
    """Return what segments are called, by id, in alphabetical order."""
    rows = await tx.fetch(
        """
        -- programs.list_segment_names
        select id, name from segments where tenant_id = $1 and ($2 or archived_at is null) order by lower(name), id
        """,
        tx.tenant_id,
        also_archived,
    )
    return {str(row["id"]): row["name"] for row in rows}


def segment_problems(program: Program, known: Mapping[str, str]) -> Iterator[Problem]:
    """Find conditions that name a segment which is not among ``known``: nobody would ever be in it."""
    for path, segment_id in named_segments(program):
        if segment_id not in known:
            yield Problem(path, "segment_missing", {})


def _ids(segments: Collection[str]) -> Iterator[UUID]:
    for segment in segments:
        try:
            yield UUID(segment)
        except ValueError:
            continue
