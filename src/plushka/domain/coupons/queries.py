"""Coupons and what came of them, read."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from asyncpg import Record
from msgspec import Struct

from plushka.domain.coupons.model import LIMITS, Coupon, Limits, OwnCode, Stage, UnknownCoupon
from plushka.platform.database import Tx

LIST_MAX = 50


class CouponFilter(Struct, frozen=True):
    """Which coupons to find: ``text`` is a part of a name or a source, ``source`` a whole one."""

    text: str = ""
    stage: Stage | None = None
    source: str = ""


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


async def find_coupons(
    tx: Tx, where: CouponFilter, *, on: date, before: UUID | None = None, limit: int = LIST_MAX
) -> list[Coupon]:
    """Return what the filter finds as of a day, the latest first; ``before`` is the last of the page before."""
    rows = await tx.fetch(
        f"""-- coupons.find
        {_SELECT}
            and strpos(lower(name || chr(10) || source), lower($2)) > 0
            and ($3 = '' or source = $3)
            and ($4::text is null or $4 = case
                when is_stopped then 'stopped'
                when last_on < $5 then 'over'
                when first_on > $5 then 'to_come'
                else 'on'
            end)
            and ($6::uuid is null or id < $6)
        order by id desc
        limit $7
        """,
        tx.tenant_id,
        where.text,
        where.source,
        where.stage,
        on,
        before,
        limit,
    )
    return [_coupon(row) for row in rows]


async def has_coupons(tx: Tx) -> bool:
    has: bool = await tx.fetchval(
        """
        -- coupons.has
        select exists (select from coupons where tenant_id = $1)
        """,
        tx.tenant_id,
    )
    return has


async def get_coupon(tx: Tx, coupon_id: UUID, *, hold: bool = False) -> Coupon:
    """Return a coupon; with ``hold`` its terms stay, and whether it is stopped, until the transaction ends.

    :raises UnknownCoupon: the business has none of this id
    """
    row = await tx.fetchrow(
        f"""-- coupons.get
        {_SELECT} and id = $2 {"for share" if hold else ""}
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


async def list_codes(
    tx: Tx, coupon_id: UUID, *, after: str = "", offset: int = 0, limit: int
) -> Sequence[Record]:
    """Return rows of a coupon's codes after the key ``after``: ``key``, ``code``, ``uses``, in order of keys."""
    return await tx.fetch(
        """
        -- coupons.list_codes
        select key, code, uses from coupon_codes
        where tenant_id = $1 and coupon_id = $2 and key > $3
        order by key
        limit $4 offset $5
        """,
        tx.tenant_id,
        coupon_id,
        after,
        limit,
        offset,
    )


async def list_last_days(tx: Tx, keys: Collection[str]) -> dict[str, date]:
    """Return the last days of the coupons of codes, by the codes' keys; one that never ends is left out."""
    rows = await tx.fetch(
        """
        -- coupons.list_last_days
        select c.key, k.last_on from coupon_codes c join coupons k on k.tenant_id = $1 and k.id = c.coupon_id
        where c.tenant_id = $1 and c.key = any($2::text[]) and k.last_on is not null
        """,
        tx.tenant_id,
        list(keys),
    )
    return {row["key"]: row["last_on"] for row in rows}


async def list_own_codes(tx: Tx, member_id: UUID, *, on: date) -> list[OwnCode]:
    """Return the codes that a member alone may use or has put by and that are good for them on a day.

    Those of cards merged into theirs are among them.
    """
    rows = await tx.fetch(
        """
        -- coupons.list_own_codes
        with cards as (
            select id from members where tenant_id = $1 and (id = $2 or merged_into = $2)
        ), own as (
            select key from coupon_codes where tenant_id = $1 and member_id in (select id from cards)
            union
            select key from kept_codes where tenant_id = $1 and member_id in (select id from cards)
        )
        select c.code, c.coupon_id, k.name as coupon, c.member_id is null as is_kept
        from own join coupon_codes c on c.tenant_id = $1 and c.key = own.key
        join coupons k on k.tenant_id = $1 and k.id = c.coupon_id
        where not k.is_stopped
          and (c.uses_max is null or c.uses < c.uses_max)
          and coalesce(k.first_on, $3) <= $3 and coalesce(k.last_on, $3) >= $3
          and (
              k.uses_per_member is null
              or k.uses_per_member > (
                  select count(*) from coupon_uses u
                  where u.tenant_id = $1 and u.coupon_id = k.id and u.undone_at is null
                    and u.member_id in (select id from cards)
              )
          )
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
