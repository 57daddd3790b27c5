"""A code that somebody has found, by a QR on a leaflet or a wall, is put by until their next purchase."""

from datetime import date
from uuid import UUID

from plushka.domain.coupons.codes import find_key
from plushka.domain.coupons.model import Coupon, GoodCode, UnknownCode
from plushka.domain.coupons.queries import get_coupon
from plushka.platform.database import Tx

KEPT_MAX = 20
"""Codes that one member has put by; the oldest makes room for a new one."""


async def get_good_code(tx: Tx, typed: str, *, on: date) -> GoodCode:
    """Return a code that can still be used, if not by everybody; one that is to come is good.

    :raises UnknownCode: it cannot, for whatever reason
    """
    row = await tx.fetchrow(
        """
        -- coupons.get_good_code
        select code, coupon_id, member_id from coupon_codes
        where tenant_id = $1 and key = $2 and (uses_max is null or uses < uses_max)
        """,
        tx.tenant_id,
        find_key(typed) or "",
    )
    coupon: Coupon | None = await get_coupon(tx, row["coupon_id"]) if row is not None else None
    if row is None or coupon is None or coupon.is_stopped or (coupon.last_on or on) < on:
        raise UnknownCode
    return GoodCode(code=row["code"], coupon=coupon, member_id=row["member_id"])


async def keep(tx: Tx, member_id: UUID, typed: str, *, on: date) -> GoodCode:
    """Put a code by for a member; kept again, it is as it was.

    :raises UnknownCode: it cannot be used, or not by them
    """
    good = await get_good_code(tx, typed, on=on)
    if good.member_id not in {None, member_id}:
        raise UnknownCode
    if good.member_id is not None:
        return good
    await tx.execute(
        """
        -- coupons.keep
        insert into kept_codes (tenant_id, member_id, key, kept_at) values ($1, $2, $3, $4)
        on conflict do nothing
        """,
        tx.tenant_id,
        member_id,
        find_key(good.code),
        tx.at,
    )
    await tx.execute(
        """
        -- coupons.make_room
        delete from kept_codes where tenant_id = $1 and member_id = $2 and key in (
            select key from kept_codes where tenant_id = $1 and member_id = $2
            order by kept_at desc, key offset $3
        )
        """,
        tx.tenant_id,
        member_id,
        KEPT_MAX,
    )
    return good
