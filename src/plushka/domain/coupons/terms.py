"""Changing a coupon that is in use: its name, where it is given out, its days and limits. Its codes stay good."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from msgspec import structs

from plushka.domain.audit import operations as audit
from plushka.domain.coupons.model import (
    CODES_CHANGED_MAX,
    LIMITS,
    Coupon,
    LimitBelowUsed,
    Limits,
    PeriodReversed,
    TooManyCodesToChange,
)
from plushka.domain.coupons.queries import get_coupon
from plushka.engine.spans import ALWAYS, ShortSpan, since_of, until_of
from plushka.platform.database import Tx
from plushka.platform.errors import Fact

_OF_ALL: dict[ShortSpan, str] = {
    "always": "uses_max",
    "month": "uses_max_a_month",
    "day": "uses_max_a_day",
}


async def change_coupon(
    tx: Tx,
    coupon_id: UUID,
    *,
    name: str,
    source: str,
    first_on: date | None,
    last_on: date | None,
    limits: Limits,
    today: date,
) -> Coupon:
    """Change the terms, and return the coupon as it is then; receipts that were decided stay. Safe to repeat.

    Locks the coupon, which waits for purchases that show its codes and returns of such, then its codes. What one
    member may use can be less than somebody has used: they use no more. ``today``: the business day.

    :raises UnknownCoupon: the business has none of this id
    :raises PeriodReversed: the last day comes before the first
    :raises LimitBelowUsed: of a code, or of all together, more is used than the limit would let
    :raises TooManyCodesToChange: it has more than ``CODES_CHANGED_MAX``, and the limit of a code was changed
    """
    if first_on and last_on and last_on < first_on:
        raise PeriodReversed(field="last_on")
    before = await _lock(tx, coupon_id)
    after = structs.replace(
        before, name=name, source=source, first_on=first_on, last_on=last_on, limits=limits
    )
    if after == before:
        return before
    for span, most in limits.of_all.items():
        if (used := await _count_used(tx, coupon_id, span, today)) > most:
            raise LimitBelowUsed(field=_OF_ALL[span], used=used)
    await tx.execute(
        f"""
        -- coupons.change
        update coupons
        set (name, source, first_on, last_on, {", ".join(LIMITS)}) = ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        where tenant_id = $1 and id = $2
        """,  # noqa: S608  a constant
        tx.tenant_id,
        coupon_id,
        name,
        source,
        first_on,
        last_on,
        *structs.astuple(limits),
    )
    counted, to_count = set(before.limits.of_all), set(limits.of_all)
    await _stop_counting(tx, coupon_id, counted - to_count)
    for span in sorted(to_count - counted):
        await _count_anew(tx, coupon_id, span)
    if limits.uses_per_code != before.limits.uses_per_code:
        await _change_codes(tx, before, limits.uses_per_code)
    await audit.record(
        tx,
        action="coupon.change",
        subject=f"coupon:{coupon_id}",
        changes={one: (_told(before)[one], told) for one, told in _told(after).items()},
        name=before.name,
    )
    return after


def _told(coupon: Coupon) -> dict[str, Fact]:
    return {
        "name": coupon.name,
        "source": coupon.source or None,
        "first_on": coupon.first_on.isoformat() if coupon.first_on else None,
        "last_on": coupon.last_on.isoformat() if coupon.last_on else None,
        **structs.asdict(coupon.limits),
    }


async def _lock(tx: Tx, coupon_id: UUID) -> Coupon:
    """Return a coupon that nobody else changes or uses until the transaction ends."""
    await tx.execute(
        """
        -- coupons.lock
        select id from coupons where tenant_id = $1 and id = $2 for update
        """,
        tx.tenant_id,
        coupon_id,
    )
    return await get_coupon(tx, coupon_id)


async def _count_used(tx: Tx, coupon_id: UUID, span: ShortSpan, today: date) -> int:
    since = since_of(span, today)
    used: int = await tx.fetchval(
        """
        -- coupons.count_used
        select count(*) from coupon_uses
        where tenant_id = $1 and coupon_id = $2 and undone_at is null and business_date >= $3 and business_date < $4
        """,
        tx.tenant_id,
        coupon_id,
        since,
        until_of(span, since),
    )
    return used


async def _stop_counting(tx: Tx, coupon_id: UUID, spans: Collection[ShortSpan]) -> None:
    """Forget counters of limits that are no more: later uses would not be counted, and returns would."""
    await tx.execute(
        """
        -- coupons.stop_counting
        delete from coupon_counters where tenant_id = $1 and coupon_id = $2 and span = any($3::text[])
        """,
        tx.tenant_id,
        coupon_id,
        list(spans),
    )


async def _count_anew(tx: Tx, coupon_id: UUID, span: ShortSpan) -> None:
    """Begin the counters of a new limit with what was used so far."""
    await tx.execute(
        """
        -- coupons.count_anew
        insert into coupon_counters (tenant_id, coupon_id, span, since, uses)
        select $1, $2, $3,
               case $3 when 'always' then $4::date when 'day' then business_date
                       else date_trunc('month', business_date)::date end,
               count(*)
        from coupon_uses where tenant_id = $1 and coupon_id = $2 and undone_at is null
        group by 4
        """,
        tx.tenant_id,
        coupon_id,
        span,
        ALWAYS,
    )


async def _change_codes(tx: Tx, coupon: Coupon, uses_per_code: int | None) -> None:
    if coupon.codes > CODES_CHANGED_MAX:
        raise TooManyCodesToChange(field="uses_per_code", codes_max=CODES_CHANGED_MAX)
    used: int = await tx.fetchval(
        """
        -- coupons.count_most_used
        select coalesce(max(uses), 0) from (
            select count(*) as uses from coupon_uses
            where tenant_id = $1 and coupon_id = $2 and undone_at is null
            group by key
        ) as used
        """,
        tx.tenant_id,
        coupon.id,
    )
    if uses_per_code is not None and used > uses_per_code:
        raise LimitBelowUsed(field="uses_per_code", used=used)
    await tx.execute(
        """
        -- coupons.change_codes: uses are counted where they are limited
        with locked as (
            select key from coupon_codes where tenant_id = $1 and coupon_id = $2 order by key for no key update
        ), used as (
            select key, count(*) as uses from coupon_uses
            where tenant_id = $1 and coupon_id = $2 and undone_at is null
            group by key
        )
        update coupon_codes c
        set uses_max = $3, uses = case when $3::int is null then 0 else coalesce(used.uses, 0) end
        from locked left join used using (key)
        where c.tenant_id = $1 and c.key = locked.key
        """,
        tx.tenant_id,
        coupon.id,
        uses_per_code,
    )
