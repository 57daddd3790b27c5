"""Putting members into lists and taking them out."""

from collections.abc import Sequence
from uuid import UUID

from asyncpg import Record

from plushka.domain.audit import operations as audit
from plushka.domain.segments.model import LIST_MEMBERS_MAX, ListFull, NotAList
from plushka.domain.segments.refreshing import count_list, lock, next_moment
from plushka.platform.database import Tx


async def add_members(tx: Tx, segment_id: UUID, member_ids: Sequence[UUID]) -> int:
    """Put members into a list and return how many were not in it; unknown ones are passed over. Safe to repeat.

    :raises UnknownSegment: the business has none of this id
    :raises NotAList: it is a segment of conditions
    :raises ListFull: it would have more members than a list may
    """
    segment = await _lock_list(tx, segment_id)
    at = next_moment(tx, segment)
    added: int = await tx.fetchval(
        """
        -- segments.add_members
        with added as (
            insert into segment_members (tenant_id, segment_id, member_id, since)
            select distinct $1::uuid, $2::uuid, coalesce(m.merged_into, m.id), $4::timestamptz
            from members m
            where m.tenant_id = $1 and m.id = any($3) and m.erased_at is null
            on conflict do nothing
            returning member_id
        ), moved as (
            insert into segment_moves (tenant_id, segment_id, at, member_id, has_entered, by_edit)
            select $1, $2, $4, member_id, true, false from added
        )
        select count(*) from added
        """,
        tx.tenant_id,
        segment_id,
        list(member_ids),
        at,
    )
    if await count_list(tx, segment_id, at) > LIST_MEMBERS_MAX:
        raise ListFull(members_max=LIST_MEMBERS_MAX)
    if added:
        await audit.record(
            tx, action="segment.add", subject=f"segment:{segment_id}", name=segment["name"], count=added
        )
    return added


async def remove_members(tx: Tx, segment_id: UUID, member_ids: Sequence[UUID]) -> int:
    """Take members out of a list, with those who became part of them, and return how many rows went.

    :raises UnknownSegment: the business has none of this id
    :raises NotAList: it is a segment of conditions
    """
    segment = await _lock_list(tx, segment_id)
    at = next_moment(tx, segment)
    removed: int = await tx.fetchval(
        """
        -- segments.remove_members
        with removed as (
            delete from segment_members s using members m
            where s.tenant_id = $1 and s.segment_id = $2 and m.tenant_id = $1 and m.id = s.member_id
              and coalesce(m.merged_into, m.id) = any($3)
            returning coalesce(m.merged_into, m.id) as member_id
        ), moved as (
            insert into segment_moves (tenant_id, segment_id, at, member_id, has_entered, by_edit)
            select distinct $1::uuid, $2::uuid, $4::timestamptz, member_id, false, false from removed
        )
        select count(distinct member_id) from removed
        """,
        tx.tenant_id,
        segment_id,
        list(member_ids),
        at,
    )
    await count_list(tx, segment_id, at)
    if removed:
        await audit.record(
            tx, action="segment.remove", subject=f"segment:{segment_id}", name=segment["name"], count=removed
        )
    return removed


async def _lock_list(tx: Tx, segment_id: UUID) -> Record:
    segment = await lock(tx, segment_id)
    if segment["audience"] is not None:
        raise NotAList
    return segment
