"""Whom a member has brought, and what has come of it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from plushka.domain.insights.buyers import HAS_BOUGHT
from plushka.platform.database import Tx


class Friend(Struct, frozen=True):
    """A member whom another has brought; ``paid`` points have come for their purchases, ``waiting`` are to come.

    ``waits_until`` is when the next of these are looked at.
    """

    name: str
    joined_at: datetime
    has_bought: bool
    paid: int = 0
    waiting: int = 0
    waits_until: datetime | None = None


class FriendSums(Struct, frozen=True):
    """What friends have brought in a programme, units of its points; ``further`` are friends of friends and theirs."""

    joined: int
    bought: int
    paid: int
    waiting: int
    further_paid: int
    further_waiting: int


async def list_friends(tx: Tx, member_id: UUID, *, program_id: UUID | None, limit: int) -> Sequence[Friend]:
    """Return the ``limit`` members whom one has brought last, and what each of them brings in a programme.

    Who was merged into another counts as who they were.
    """
    rows = await tx.fetch(
        f"""
        -- insights.list_friends
        with own as (
            select id from members where tenant_id = $1 and $2 in (id, merged_into)
        )
        select m.name, m.enrolled_at as joined_at, {HAS_BOUGHT} as has_bought, r.paid, r.waiting, r.waits_until
        from members m
        cross join lateral (
            select coalesce(sum(points_paid), 0)::bigint as paid,
                   coalesce(sum(points_due) filter (where pays_at > $4), 0)::bigint as waiting,
                   min(pays_at) filter (where pays_at > $4 and points_due > 0) as waits_until
            from referral_rewards
            where tenant_id = $1 and friend_id = m.id and level = 1 and program_id = $3
        ) as r
        where m.tenant_id = $1 and m.invited_by in (select id from own)
        order by m.id desc
        limit $5
        """,  # noqa: S608  a constant
        tx.tenant_id,
        member_id,
        program_id,
        tx.at,
        limit,
    )
    return [Friend(**row) for row in rows]


async def sum_friends(tx: Tx, member_id: UUID, *, program_id: UUID | None) -> FriendSums:
    """Return how many friends a member has brought, and what has come and will come of it in a programme."""
    row = await tx.fetchrow(
        f"""
        -- insights.sum_friends
        with own as (
            select id from members where tenant_id = $1 and $2 in (id, merged_into)
        ), friends as (
            select {HAS_BOUGHT} as has_bought
            from members m where m.tenant_id = $1 and m.invited_by in (select id from own)
        ), rewards as (
            select level, points_paid, case when pays_at > $4 then points_due else 0 end as waiting
            from referral_rewards
            where tenant_id = $1 and member_id in (select id from own) and program_id = $3
        )
        select (select count(*) from friends) as joined,
               (select count(*) from friends where has_bought) as bought,
               coalesce(sum(points_paid) filter (where level = 1), 0)::bigint as paid,
               coalesce(sum(waiting) filter (where level = 1), 0)::bigint as waiting,
               coalesce(sum(points_paid) filter (where level > 1), 0)::bigint as further_paid,
               coalesce(sum(waiting) filter (where level > 1), 0)::bigint as further_waiting
        from rewards
        """,  # noqa: S608  a constant
        tx.tenant_id,
        member_id,
        program_id,
        tx.at,
    )
    return FriendSums(**dict(row or {}))
