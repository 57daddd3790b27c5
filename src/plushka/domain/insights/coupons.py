"""What came of coupons."""

from collections.abc import Mapping
from uuid import UUID

from msgspec import Struct

from plushka.platform.database import Tx


class CouponFigures(Struct, frozen=True):
    """What came of a coupon; receipts that were returned in whole do not count."""

    receipts: int
    members: int
    revenue_minor: int
    discount_minor: int


async def find_coupon_figures(tx: Tx) -> Mapping[UUID, CouponFigures]:
    """Return what came of each coupon that was used."""
    rows = await tx.fetch(
        """
        -- insights.find_coupon_figures
        select u.coupon_id, count(distinct u.receipt_id) as receipts, count(distinct u.member_id) as members,
               sum(r.payable_minor - r.refunded_minor)::bigint as revenue_minor,
               sum(r.discount_minor)::bigint as discount_minor
        from coupon_uses u join receipts r on r.tenant_id = u.tenant_id and r.id = u.receipt_id
        where u.tenant_id = $1 and u.undone_at is null
        group by u.coupon_id
        """,
        tx.tenant_id,
    )
    return {
        row["coupon_id"]: CouponFigures(
            receipts=row["receipts"],
            members=row["members"],
            revenue_minor=row["revenue_minor"],
            discount_minor=row["discount_minor"],
        )
        for row in rows
    }
