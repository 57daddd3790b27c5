"""Who brings members and what came of it, for the office. Points in units of one programme."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from plushka.domain.insights.buyers import HAS_BOUGHT
from plushka.domain.referrals.model import NotBound, Shortened, Way
from plushka.engine.referral_parts import LEVELS_MAX
from plushka.platform.database import Tx

LIST_MAX = 50
SHOWN_MAX = 100


class ReferralFilter(Struct, frozen=True):
    """Which referrers: whose name contains ``search``, by what came of it in a programme."""

    program_id: UUID
    search: str = ""


class Cursor(NamedTuple):
    """The last referrer of a page."""

    paid: int
    member_id: UUID


class Totals(Struct, frozen=True):
    """``joined`` members came by others, ``bought`` of them; points ``paid``, still ``waiting``, and ``taken_back``.

    ``cut`` are points that caps kept back, ``refused`` tries that bound nobody.
    """

    joined: int
    bought: int
    referrers: int
    paid: int
    waiting: int
    taken_back: int
    cut: int
    refused: int


class Referrer(Struct, frozen=True):
    """A member who has brought others; ``paid`` and ``waiting`` are points for friends of all levels."""

    id: UUID
    name: str
    joined: int
    bought: int
    paid: int
    waiting: int


class Refusal(Struct, frozen=True):
    """A try that bound nobody; ``referrer_id`` is None where the code was nobody's."""

    id: UUID
    friend_id: UUID
    friend: str
    referrer_id: UUID | None
    referrer: str
    reason: NotBound
    way: Way
    at: datetime


class Branch(Struct, frozen=True):
    """A member in the tree below another, at ``level``; points that they have brought to its root."""

    id: UUID
    name: str
    level: int
    has_bought: bool
    paid: int
    waiting: int


class Given(Struct, frozen=True):
    """What one receipt gives to one of those above."""

    member_id: UUID
    name: str
    level: int
    due: int
    paid: int
    reason: Shortened | None
    pays_at: datetime
    is_settled: bool


async def get_totals(tx: Tx, program_id: UUID) -> Totals:
    row = await tx.fetchrow(
        f"""
        -- insights.referral_totals
        with friends as (
            select m.invited_by, {HAS_BOUGHT} as has_bought
            from members m where m.tenant_id = $1 and m.invited_by is not null
        )
        select (select count(*) from friends) as joined,
               (select count(*) from friends where has_bought) as bought,
               (select count(distinct invited_by) from friends) as referrers,
               coalesce(sum(r.points_paid), 0)::bigint as paid,
               coalesce(sum(r.points_due) filter (where r.pays_at > $3), 0)::bigint as waiting,
               coalesce(sum(r.taken_back + r.burned + r.let_go), 0)::bigint as taken_back,
               coalesce(sum(r.points_due - r.points_allowed) filter (where r.settle_at is null), 0)::bigint as cut,
               (select count(*) from referral_tries where tenant_id = $1 and reason is not null) as refused
        from referral_rewards r
        where r.tenant_id = $1 and r.program_id = $2
        """,  # noqa: S608  a constant
        tx.tenant_id,
        program_id,
        tx.at,
    )
    return Totals(**dict(row or {}))


async def count_referrers(tx: Tx, where: ReferralFilter) -> int:
    count: int = await tx.fetchval(
        """
        -- insights.count_referrers
        select count(*) from members r
        where r.tenant_id = $1 and strpos(r.name_key, $2) > 0
          and exists (select from members m where m.tenant_id = $1 and m.invited_by = r.id)
        """,
        tx.tenant_id,
        _key(where.search),
    )
    return count


async def list_referrers(
    tx: Tx, where: ReferralFilter, *, after: Cursor | None = None, limit: int = LIST_MAX
) -> list[Referrer]:
    """Return who has brought members, who was paid most first."""
    rows = await tx.fetch(
        f"""
        -- insights.list_referrers
        with brought as (
            select m.invited_by as id, count(*) as joined, count(*) filter (where {HAS_BOUGHT}) as bought
            from members m where m.tenant_id = $1 and m.invited_by is not null
            group by m.invited_by
        ), given as (
            select member_id as id, sum(points_paid)::bigint as paid,
                   coalesce(sum(points_due) filter (where pays_at > $3), 0)::bigint as waiting
            from referral_rewards where tenant_id = $1 and program_id = $2
            group by member_id
        ), found as (
            select r.id, r.name, b.joined, b.bought, coalesce(g.paid, 0) as paid, coalesce(g.waiting, 0) as waiting
            from brought b
            join members r on r.tenant_id = $1 and r.id = b.id
            left join given g on g.id = b.id
            where strpos(r.name_key, $4) > 0
        )
        select * from found
        where $5::uuid is null or (paid, id) < ($6::bigint, $5)
        order by paid desc, id desc
        limit $7
        """,  # noqa: S608  a constant
        tx.tenant_id,
        where.program_id,
        tx.at,
        _key(where.search),
        after.member_id if after else None,
        after.paid if after else 0,
        limit,
    )
    return [Referrer(**row) for row in rows]


async def list_refusals(tx: Tx, *, before: UUID | None = None, limit: int = LIST_MAX) -> Sequence[Refusal]:
    """Return tries that bound nobody, the latest first."""
    rows = await tx.fetch(
        """
        -- insights.list_refusals
        select t.id, f.id as friend_id, f.name as friend, r.id as referrer_id, coalesce(r.name, '') as referrer,
               t.reason, t.way, t.at
        from referral_tries t
        join members f on f.tenant_id = $1 and f.id = t.friend_id
        left join members r on r.tenant_id = $1 and r.id = t.referrer_id
        where t.tenant_id = $1 and t.reason is not null and ($2::uuid is null or t.id < $2)
        order by t.id desc
        limit $3
        """,
        tx.tenant_id,
        before,
        limit,
    )
    return [Refusal(**row) for row in rows]


async def list_branches(tx: Tx, member_id: UUID, *, program_id: UUID | None) -> list[Branch]:
    """Return whom a member has brought, whom those have, and so on: three levels, each below its own."""
    rows = await tx.fetch(
        f"""
        -- insights.list_branches
        with recursive below (id, level, path) as (
            select m.id, 1, array[m.id]
            from members m
            where m.tenant_id = $1
              and m.invited_by in (select id from members where tenant_id = $1 and $2 in (id, merged_into))
            union all
            select m.id, b.level + 1, b.path || m.id
            from below b join members m on m.tenant_id = $1 and m.invited_by = b.id
            where b.level < $4 and m.id <> all(b.path)
        )
        select b.id, m.name, b.level, {HAS_BOUGHT} as has_bought, r.paid, r.waiting
        from below b
        join members m on m.tenant_id = $1 and m.id = b.id
        cross join lateral (
            select coalesce(sum(points_paid), 0)::bigint as paid,
                   coalesce(sum(points_due) filter (where pays_at > $5), 0)::bigint as waiting
            from referral_rewards
            where tenant_id = $1 and friend_id = b.id and level = b.level and program_id = $3
        ) as r
        order by b.path
        limit $6
        """,  # noqa: S608  a constant
        tx.tenant_id,
        member_id,
        program_id,
        LEVELS_MAX,
        tx.at,
        SHOWN_MAX + 1,
    )
    return [Branch(**row) for row in rows]


async def list_given(tx: Tx, receipt_id: UUID) -> list[Given]:
    """Return what a receipt gives to those above its member, the nearest first."""
    rows = await tx.fetch(
        """
        -- insights.list_given
        select m.id as member_id, m.name, r.level, r.points_due as due, r.points_paid as paid, r.reason, r.pays_at,
               r.settle_at is null as is_settled
        from referral_rewards r
        join members named on named.tenant_id = $1 and named.id = r.member_id
        join members m on m.tenant_id = $1 and m.id =
            case when named.merged_into is null then named.id else named.merged_into end
        where r.tenant_id = $1 and r.receipt_id = $2
        order by r.level
        """,
        tx.tenant_id,
        receipt_id,
    )
    return [Given(**row) for row in rows]


def _key(search: str) -> str:
    """Return a name as it is compared (see ``members.name_key``)."""
    return search.lower().replace("ё", "е")
