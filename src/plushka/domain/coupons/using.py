"""Codes are kept for a till, used by a receipt, and let be used again by a return."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import Struct

from plushka.domain.coupons.codes import find_key
from plushka.domain.coupons.counters import Key, count_uses, keys_of, uncount_uses
from plushka.domain.coupons.model import ShownCode
from plushka.domain.coupons.showing import Codes
from plushka.platform.database import Tx

RESERVED_FOR = timedelta(minutes=5)
"""How long a code that a till has asked about is kept for it."""


async def reserve(tx: Tx, till_id: UUID, codes: Iterable[ShownCode]) -> None:
    """Keep good codes for a till that has asked what they give; asked again, they are kept anew."""
    keys = sorted({find_key(one.code) or "" for one in codes if one.reason is None})
    if not keys:
        return
    await tx.execute(
        """
        -- coupons.reserve
        insert into code_reservations (tenant_id, key, till_id, coupon_id, until)
        select $1, c.key, $2, c.coupon_id, $4
        from coupon_codes c join coupons k on k.tenant_id = $1 and k.id = c.coupon_id
        where c.tenant_id = $1 and c.key = any($3::text[])
          and coalesce(c.uses_max, k.uses_max, k.uses_max_a_day, k.uses_max_a_month) is not null
        on conflict (tenant_id, key, till_id) do update set until = excluded.until
        """,
        tx.tenant_id,
        till_id,
        keys,
        tx.at + RESERVED_FOR,
    )


async def release(tx: Tx, till_id: UUID, codes: Sequence[str]) -> None:
    """Let codes go that a till has asked about and will not use."""
    await tx.execute(
        """
        -- coupons.release
        delete from code_reservations where tenant_id = $1 and till_id = $2 and key = any($3::text[])
        """,
        tx.tenant_id,
        till_id,
        [key for code in codes if (key := find_key(code))],
    )


async def clear(tx: Tx) -> None:
    """Delete what was kept for tills that did not come back for it."""
    await tx.execute(
        """
        -- coupons.clear_reservations
        delete from code_reservations where tenant_id = $1 and until <= $2
        """,
        tx.tenant_id,
        tx.at,
    )


class Used(Struct, frozen=True):
    """A code that a receipt has used."""

    receipt_id: UUID
    till_id: UUID
    member_id: UUID | None
    day: date
    code: ShownCode
    at: datetime


async def save_code_uses(tx: Tx, codes: Codes, uses: Sequence[Used]) -> None:
    """Write what new receipts have used, and count limited codes, which are locked; the database refuses one too many.

    :raises CouponLimitExceeded: it has refused
    """
    if not uses:
        return
    keys = [find_key(use.code.code) or "" for use in uses]
    await tx.execute(
        """
        -- coupons.insert_uses
        insert into coupon_uses (tenant_id, receipt_id, key, coupon_id, member_id, business_date, used_at)
        select $1, new.*
        from unnest($2::uuid[], $3::text[], $4::uuid[], $5::uuid[], $6::date[], $7::timestamptz[]) as new
        """,
        tx.tenant_id,
        [use.receipt_id for use in uses],
        keys,
        [use.code.coupon_id for use in uses],
        [use.member_id for use in uses],
        [use.day for use in uses],
        [use.at for use in uses],
    )
    in_all = Counter[Key]()
    for use, key in zip(uses, keys, strict=True):
        found = codes.found[key]
        in_all.update(keys_of(found.coupon_id, found.limits.of_all, use.day))
    await count_uses(tx, in_all)
    counts = Counter(keys)
    await tx.execute(
        """
        -- coupons.count_codes_used
        update coupon_codes c set uses = c.uses + new.uses
        from unnest($2::text[], $3::int[]) as new (key, uses)
        where c.tenant_id = $1 and c.key = any($2::text[]) and c.key = new.key and c.uses_max is not null
        """,
        tx.tenant_id,
        list(counts),
        list(counts.values()),
    )
    await tx.execute(
        """
        -- coupons.release_used
        delete from code_reservations r
        using unnest($2::text[], $3::uuid[]) as gone (key, till_id)
        where r.tenant_id = $1 and r.key = gone.key and r.till_id = gone.till_id
        """,
        tx.tenant_id,
        keys,
        [use.till_id for use in uses],
    )


async def undo_uses(tx: Tx, receipt_id: UUID, *, still: Collection[UUID]) -> None:
    """Let codes of a returned receipt be used again, but those of coupons that ``still`` give something on it."""
    gone = await tx.fetch(
        """
        -- coupons.undo_uses
        with used as materialized (
            select u.key, u.coupon_id, u.undone_at
            from coupon_uses u join coupons k on k.tenant_id = $1 and k.id = u.coupon_id
            where u.tenant_id = $1 and u.receipt_id = $2
            order by k.id
            for key share of k
        )
        update coupon_uses set undone_at = $4
        where tenant_id = $1 and receipt_id = $2
          and key = any(array(select key from used where undone_at is null and coupon_id <> all($3::uuid[])))
        returning key, coupon_id, business_date
        """,
        tx.tenant_id,
        receipt_id,
        list(still),
        tx.at,
    )
    if not gone:
        return
    await tx.execute(
        """
        -- coupons.uncount_codes
        with locked as (
            select c.key from coupon_codes c
            where c.tenant_id = $1 and c.key = any($2::text[]) and c.uses_max is not null
            order by c.key
            for no key update
        )
        update coupon_codes c set uses = c.uses - 1
        from locked where c.tenant_id = $1 and c.key = locked.key
        """,
        tx.tenant_id,
        [row["key"] for row in gone],
    )
    await uncount_uses(tx, [(row["coupon_id"], row["business_date"]) for row in gone])
