"""Making coupons and their codes, stopping them."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from asyncpg import UniqueViolationError
from msgspec.structs import astuple

from plushka.domain.audit import operations as audit
from plushka.domain.coupons.codes import draw_own_code, in_halves, key_of
from plushka.domain.coupons.model import LIMITS, NO_LIMITS, CodeTaken, Coupon, Limits, PeriodReversed
from plushka.domain.coupons.queries import get_coupon
from plushka.platform.database import Tx
from plushka.platform.ids import new_id


async def create_coupon(
    tx: Tx,
    *,
    name: str,
    source: str = "",
    first_on: date | None = None,
    last_on: date | None = None,
    limits: Limits = NO_LIMITS,
) -> Coupon:
    """Create a coupon without codes.

    :raises PeriodReversed: the last day comes before the first
    """
    if first_on and last_on and last_on < first_on:
        raise PeriodReversed(field="last_on")
    coupon_id = new_id()
    await tx.execute(
        f"""
        -- coupons.create
        insert into coupons (tenant_id, id, name, source, first_on, last_on, created_at, {", ".join(LIMITS)})
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        """,  # noqa: S608  a constant
        tx.tenant_id,
        coupon_id,
        name,
        source,
        first_on,
        last_on,
        tx.at,
        *astuple(limits),
    )
    await audit.record(tx, action="coupon.create", subject=f"coupon:{coupon_id}", name=name)
    return await get_coupon(tx, coupon_id)


async def add_codes(tx: Tx, coupon: Coupon, codes: Iterable[str], *, member_id: UUID | None = None) -> int:
    """Give a coupon codes, all of them or none; return how many. ``member_id``: only this member may use them.

    :raises CodeInvalid: one of them cannot be a code
    :raises CodeTaken: another coupon of the business, or this one, has one of them
    """
    return await add_personal_codes(tx, coupon, ((code, member_id) for code in codes))


async def add_personal_codes(tx: Tx, coupon: Coupon, codes: Iterable[tuple[str, UUID | None]]) -> int:
    """Give a coupon codes, each for one member alone or for anybody; refused as ``add_codes`` is."""
    keys = [(key_of(code), code, member_id) for code, member_id in codes]
    # Whoever changes its limits has locked the coupon, so that new codes have those of today.
    uses_per_code = await tx.fetchval(
        """
        -- coupons.count_codes
        update coupons set codes = codes + $3 where tenant_id = $1 and id = $2
        returning uses_per_code
        """,
        tx.tenant_id,
        coupon.id,
        len(keys),
    )
    records = [(key, code, coupon.id, member_id, 0, uses_per_code) for key, code, member_id in keys]
    try:
        await tx.copy(
            "coupon_codes",
            columns=("key", "code", "coupon_id", "member_id", "uses", "uses_max"),
            records=records,
        )
    except UniqueViolationError as error:
        raise CodeTaken(field="codes") from error
    return len(records)


async def give_codes(tx: Tx, members: Sequence[tuple[UUID, UUID]]) -> list[str]:
    """Draw a code for each coupon and member of ``members``, for that member alone and one use; return the keys.

    Coupons are locked, in the order of their ids, after codes and all other counters of coupons.
    """
    keys = await draw_own_codes(tx, members)
    await count_given(tx, [coupon_id for coupon_id, _ in members])
    return keys


async def draw_own_codes(tx: Tx, members: Sequence[tuple[UUID, UUID]]) -> list[str]:
    """As ``give_codes``, without locking a coupon: whoever calls this calls ``count_given`` at the end."""
    keys = [draw_own_code() for _ in members]
    await tx.execute(
        """
        -- coupons.give_codes
        insert into coupon_codes (tenant_id, key, code, coupon_id, member_id, uses, uses_max)
        select $1, new.*, 0, 1 from unnest($2::text[], $3::text[], $4::uuid[], $5::uuid[]) as new
        """,
        tx.tenant_id,
        keys,
        [in_halves(key) for key in keys],
        [coupon_id for coupon_id, _ in members],
        [member_id for _, member_id in members],
    )
    return keys


async def count_given(tx: Tx, coupon_ids: Sequence[UUID]) -> None:
    """Count codes that were drawn, one for each time that a coupon is named; coupons are locked."""
    await tx.execute(
        """
        -- coupons.count_given
        with given as (
            select coupon_id, count(*)::int as codes from unnest($2::uuid[]) as each (coupon_id) group by coupon_id
        ), locked as (
            select k.id, given.codes from coupons k join given on given.coupon_id = k.id
            where k.tenant_id = $1
            order by k.id
            for no key update of k
        )
        update coupons k set codes = k.codes + locked.codes from locked where k.tenant_id = $1 and k.id = locked.id
        """,
        tx.tenant_id,
        list(coupon_ids),
    )


async def void_codes(tx: Tx, keys: Sequence[str]) -> list[str]:
    """Let codes that nobody has used be good for nothing, and return which were; codes are locked in their order."""
    rows = await tx.fetch(
        """
        -- coupons.void_codes
        with locked as materialized (
            select key from coupon_codes where tenant_id = $1 and key = any($2::text[])
            order by key
            for no key update
        )
        update coupon_codes c set uses_max = 0 from locked
        where c.tenant_id = $1 and c.key = locked.key and uses = 0 and uses_max > 0
        returning c.key
        """,
        tx.tenant_id,
        keys,
    )
    return [row["key"] for row in rows]


async def set_stopped(tx: Tx, coupon_id: UUID, *, is_stopped: bool) -> None:
    """Stop a coupon, or let its codes be good again.

    :raises UnknownCoupon: the business has none of this id
    """
    coupon = await get_coupon(tx, coupon_id)
    if coupon.is_stopped == is_stopped:
        return
    await tx.execute(
        """
        -- coupons.set_stopped
        update coupons set is_stopped = $3 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        coupon_id,
        is_stopped,
    )
    await audit.record(
        tx,
        action="coupon.stop" if is_stopped else "coupon.resume",
        subject=f"coupon:{coupon_id}",
        name=coupon.name,
    )


async def find_taken(tx: Tx, keys: Sequence[str]) -> list[str]:
    """Return which of the keys codes of the business have already."""
    rows = await tx.fetch(
        """
        -- coupons.find_taken
        select key from coupon_codes where tenant_id = $1 and key = any($2::text[])
        """,
        tx.tenant_id,
        keys,
    )
    return [row["key"] for row in rows]
