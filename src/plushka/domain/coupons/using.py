"""Codes are kept for a till, used by a receipt, and let be used again by a return."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from msgspec import Struct

from plushka.domain.coupons.codes import find_key
from plushka.domain.coupons.model import ShownCode
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
        insert into code_reservations (tenant_id, key, till_id, until)
        select $1, c.key, $2, $4 from coupon_codes c
        where c.tenant_id = $1 and c.key = any($3::text[]) and c.uses_max is not null
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


class Used(Struct, frozen=True):
    """A code that a receipt has used."""

    receipt_id: UUID
    till_id: UUID
    member_id: UUID | None
    code: ShownCode


async def save_code_uses(tx: Tx, uses: Sequence[Used]) -> None:
    """Write what new receipts have used, and count limited codes, which are locked; the table refuses one too many."""
    if not uses:
        return
    keys = [find_key(use.code.code) or "" for use in uses]
    await tx.execute(
        """
        -- coupons.insert_uses
        insert into coupon_uses (tenant_id, receipt_id, key, coupon_id, member_id, used_at)
        select $1, new.*, $6 from unnest($2::uuid[], $3::text[], $4::uuid[], $5::uuid[]) as new
        """,
        tx.tenant_id,
        [use.receipt_id for use in uses],
        keys,
        [use.code.coupon_id for use in uses],
        [use.member_id for use in uses],
        tx.at,
    )
    counts = Counter(keys)
    await tx.execute(
        """
        -- coupons.count_codes_used
        update coupon_codes c set uses = c.uses + new.uses
        from unnest($2::text[], $3::int[]) as new (key, uses)
        where c.tenant_id = $1 and c.key = new.key and c.uses_max is not null
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
    await tx.execute(
        """
        -- coupons.undo_uses
        with gone as (
            update coupon_uses set undone_at = $4
            where tenant_id = $1 and receipt_id = $2 and undone_at is null and coupon_id <> all($3::uuid[])
            returning key
        ), locked as (
            select c.key from coupon_codes c
            where c.tenant_id = $1 and c.key in (select key from gone) and c.uses_max is not null
            order by c.key
            for no key update
        )
        update coupon_codes c set uses = c.uses - 1
        from locked where c.tenant_id = $1 and c.key = locked.key
        """,
        tx.tenant_id,
        receipt_id,
        list(still),
        tx.at,
    )
