"""Coupons and what came of them, read."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from asyncpg import Record

from plushka.domain.coupons.model import Coupon, UnknownCoupon
from plushka.platform.database import Tx

_SELECT = """
    select id, name, source, first_on, last_on, uses_per_code, uses_per_member, is_stopped, codes, created_at
    from coupons where tenant_id = $1
"""


async def list_coupons(tx: Tx) -> list[Coupon]:
    """Return the coupons of the business, the latest first."""
    rows = await tx.fetch(
        f"""-- coupons.list
        {_SELECT} order by id desc
        """,
        tx.tenant_id,
    )
    return [_coupon(row) for row in rows]


async def get_coupon(tx: Tx, coupon_id: UUID) -> Coupon:
    """Return a coupon.

    :raises UnknownCoupon: the business has none of this id
    """
    row = await tx.fetchrow(
        f"""-- coupons.get
        {_SELECT} and id = $2
        """,
        tx.tenant_id,
        coupon_id,
    )
    if row is None:
        raise UnknownCoupon
    return _coupon(row)


async def load_names(tx: Tx) -> Mapping[str, str]:
    """Return what coupons are called, by what conditions call them."""
    return {coupon.key: coupon.name for coupon in await list_coupons(tx)}


async def list_codes(tx: Tx, coupon_id: UUID, *, after: str = "", limit: int) -> Sequence[Record]:
    """Return rows of a coupon's codes after the key ``after``: ``key``, ``code``, ``uses``, in order of keys."""
    return await tx.fetch(
        """
        -- coupons.list_codes
        select key, code, uses from coupon_codes
        where tenant_id = $1 and coupon_id = $2 and key > $3
        order by key
        limit $4
        """,
        tx.tenant_id,
        coupon_id,
        after,
        limit,
    )


def _coupon(row: Record) -> Coupon:
    return Coupon(**dict(row))
