"""Coupons and what came of them, read."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from asyncpg import Record

from plushka.domain.coupons.model import LIMITS, Coupon, Limits, OwnCode, UnknownCoupon
from plushka.platform.database import Tx

_SELECT = f"""
    select id, name, source, first_on, last_on, is_stopped, codes, created_at, {", ".join(LIMITS)}
    from coupons where tenant_id = $1
"""  # noqa: S608  a constant


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


async def list_own_codes(tx: Tx, member_id: UUID, *, on: date) -> list[OwnCode]:
    """Return the codes that are a member's alone and good on a day, those of cards merged into theirs among them."""
    rows = await tx.fetch(
        """
        -- coupons.list_own_codes
        select c.code, c.coupon_id, k.name as coupon
        from coupon_codes c
        join members m on m.tenant_id = $1 and m.id = c.member_id
        join coupons k on k.tenant_id = $1 and k.id = c.coupon_id
        where c.tenant_id = $1 and (m.id = $2 or m.merged_into = $2) and not k.is_stopped
          and (c.uses_max is null or c.uses < c.uses_max)
          and coalesce(k.first_on, $3) <= $3 and coalesce(k.last_on, $3) >= $3
        order by c.key
        """,
        tx.tenant_id,
        member_id,
        on,
    )
    return [OwnCode(**dict(row)) for row in rows]


def _coupon(row: Record) -> Coupon:
    values = dict(row)
    limits = Limits(**{limit: values.pop(limit) for limit in LIMITS})
    return Coupon(limits=limits, **values)
