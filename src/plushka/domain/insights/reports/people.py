"""Who buys: by sex and age (F101), and who buys most (F103)."""

from datetime import date
from uuid import UUID

from msgspec import Struct

from plushka.platform.database import Tx

AGES = (18, 25, 35, 45, 55, 65)
"""Where a band of ages ends and the next begins."""
RATED_MAX = 20


class Kind(Struct, frozen=True):
    """Members of one sex and band of ages: how many, how many of them bought, and what.

    ``sex`` is None where it is not known; ``age_from`` is 0 for the youngest, None where no birthday is known.
    """

    sex: str | None
    age_from: int | None
    members: int
    buyers: int
    receipts: int
    revenue_minor: int


class Rated(Struct, frozen=True):
    """One of those who bought most, with what."""

    member_id: UUID
    name: str
    receipts: int
    lines: int
    revenue_minor: int
    last_on: date


async def list_kinds(tx: Tx, from_on: date, until_on: date, today: date) -> list[Kind]:
    """Return members by sex and age as of ``today``, with what they bought in whole months of the period."""
    rows = await tx.fetch(
        """
        -- insights.list_kinds_of_members
        with bought as (
            select member_id, sum(receipts)::bigint as receipts, sum(revenue_minor)::bigint as revenue_minor
            from member_months where tenant_id = $1 and month_on >= $2 and month_on < $3
            group by member_id
        )
        select m.sex, (array[0] || $5::integer[])[1 + width_bucket(
                   extract(year from age($4::timestamp, m.birthday::timestamp))::integer, $5::integer[]
               )] as age_from,
               count(*) as members, count(b.member_id) as buyers, coalesce(sum(b.receipts), 0)::bigint as receipts,
               coalesce(sum(b.revenue_minor), 0)::bigint as revenue_minor
        from members m left join bought b on b.member_id = m.id
        where m.tenant_id = $1 and m.merged_into is null and m.erased_at is null
        group by m.sex, age_from
        order by m.sex nulls last, age_from nulls last
        """,
        tx.tenant_id,
        from_on,
        until_on,
        today,
        list(AGES),
    )
    return [Kind(**row) for row in rows]


async def list_best(tx: Tx, from_on: date, until_on: date) -> list[Rated]:
    """Return who bought for most in whole months of the period, at most ``RATED_MAX``; equals by their id."""
    rows = await tx.fetch(
        """
        -- insights.list_best_buyers
        with best as materialized (
            select b.member_id, m.name, b.revenue_minor
            from (
                select member_id, sum(revenue_minor)::bigint as revenue_minor
                from member_months where tenant_id = $1 and month_on >= $2 and month_on < $3
                group by member_id
            ) as b
            join members m
                on m.tenant_id = $1 and m.id = b.member_id and m.merged_into is null and m.erased_at is null
            order by b.revenue_minor desc, b.member_id
            limit $4
        )
        select b.member_id, b.name, sum(m.receipts)::bigint as receipts, sum(m.lines)::bigint as lines,
               b.revenue_minor, p.last_on
        from best b
        join member_months m
            on m.tenant_id = $1 and m.member_id = b.member_id and m.month_on >= $2 and m.month_on < $3
        join member_paths p on p.tenant_id = $1 and p.member_id = b.member_id
        group by b.member_id, b.name, b.revenue_minor, p.last_on
        order by b.revenue_minor desc, b.member_id
        """,
        tx.tenant_id,
        from_on,
        until_on,
        RATED_MAX,
    )
    return [Rated(**row) for row in rows]
