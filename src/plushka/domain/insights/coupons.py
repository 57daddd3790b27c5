"""What came of coupons, one by one and by where they are given out."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from asyncpg import Record
from msgspec import Struct

from plushka.domain.coupons.model import Coupon
from plushka.domain.programs.queries import get_version
from plushka.engine.promotion_plans import coupons_of
from plushka.platform.database import Tx

SOURCES_MAX = 100


class CouponFigures(Struct, frozen=True):
    """What came of coupons; receipts that were returned in whole do not count.

    ``new_members`` bought for the first time with one of them. ``discount_minor`` is all that came off their receipts.
    """

    receipts: int = 0
    members: int = 0
    new_members: int = 0
    revenue_minor: int = 0
    discount_minor: int = 0


class Source(Struct, frozen=True):
    """Where coupons are given out: a channel, a partner, a cashier. The empty name is of those that do not say it."""

    name: str
    coupons: int
    came: CouponFigures


_FIGURES = """
    count(distinct u.receipt_id) as receipts, count(distinct u.member_id) as members,
    count(distinct u.member_id) filter (
        where not exists (
            select from receipts e
            where e.tenant_id = $1 and e.member_id = u.member_id and e.occurred_at < r.occurred_at
        )
    ) as new_members,
    coalesce(sum(r.payable_minor - r.refunded_minor), 0)::bigint as revenue_minor,
    coalesce(sum(r.discount_minor), 0)::bigint as discount_minor
"""


async def find_coupon_figures(tx: Tx, coupon_ids: Collection[UUID]) -> Mapping[UUID, CouponFigures]:
    """Return what came of each of these coupons that was used."""
    rows = await tx.fetch(
        f"""
        -- insights.find_coupon_figures
        select u.coupon_id, {_FIGURES}
        from coupon_uses u join receipts r on r.tenant_id = $1 and r.id = u.receipt_id
        where u.tenant_id = $1 and u.coupon_id = any($2::uuid[]) and u.undone_at is null
        group by u.coupon_id
        """,  # noqa: S608  a constant
        tx.tenant_id,
        list(coupon_ids),
    )
    return {row["coupon_id"]: _figures(row) for row in rows}


async def count_points_given(tx: Tx, coupon: Coupon) -> Mapping[UUID, int]:
    """Return the points that rules which ask for the coupon have given, by programme, in units of its scale.

    As discounts are, they are those of receipts as they were sold; returned in whole, they do not count.
    """
    rows = await tx.fetch(
        """
        -- insights.count_points_given
        select r.version_id, award ->> 0 as rule, sum((award ->> 1)::bigint)::bigint as points
        from coupon_uses u
        join receipts r on r.tenant_id = $1 and r.id = u.receipt_id
        cross join lateral json_array_elements(r.outcome -> 'awards') as award
        where u.tenant_id = $1 and u.coupon_id = $2 and u.undone_at is null
        group by 1, 2
        """,
        tx.tenant_id,
        coupon.id,
    )
    versions = {row["version_id"]: await get_version(tx, row["version_id"]) for row in rows}
    given = Counter[UUID]()
    for row in rows:
        version = versions[row["version_id"]]
        if any(
            rule.id == row["rule"] and coupon.key in coupons_of(rule.when) for rule in version.program.earning
        ):
            given[version.program_id] += row["points"]
    return given


async def list_sources(tx: Tx) -> Sequence[Source]:
    """Return what came of each source, the one with most receipts first; a receipt counts once in each."""
    rows = await tx.fetch(
        f"""
        -- insights.list_sources
        with used as (
            select distinct k.source, u.receipt_id, u.member_id
            from coupon_uses u join coupons k on k.tenant_id = $1 and k.id = u.coupon_id
            where u.tenant_id = $1 and u.undone_at is null
        ), came as (
            select u.source, {_FIGURES}
            from used u join receipts r on r.tenant_id = $1 and r.id = u.receipt_id
            group by u.source
        ), sources as (
            select source, count(*) as coupons from coupons where tenant_id = $1 group by source
        )
        select s.source, s.coupons, coalesce(c.receipts, 0) as receipts, coalesce(c.members, 0) as members,
               coalesce(c.new_members, 0) as new_members, coalesce(c.revenue_minor, 0) as revenue_minor,
               coalesce(c.discount_minor, 0) as discount_minor
        from sources s left join came c using (source)
        order by receipts desc, s.source
        limit $2
        """,  # noqa: S608  a constant
        tx.tenant_id,
        SOURCES_MAX,
    )
    return [Source(row["source"], row["coupons"], _figures(row)) for row in rows]


def _figures(row: Record) -> CouponFigures:
    return CouponFigures(**{name: row[name] for name in CouponFigures.__struct_fields__})
