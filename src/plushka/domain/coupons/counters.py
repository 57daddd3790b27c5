"""How often coupons were used by all members together, counted under lock where that is limited (S8)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from plushka.engine.spans import ShortSpan, since_of
from plushka.platform.database import Tx


class CouponLimitExceeded(RuntimeError):
    """A counter that was locked went over its limit: what was decided and the counters disagree. Nothing is booked."""


class Key(NamedTuple):
    """A counter, in the order in which they are locked."""

    coupon_id: UUID
    span: ShortSpan
    since: date


def keys_of(coupon_id: UUID, limits: Mapping[ShortSpan, int], day: date) -> list[Key]:
    """Return the counters that count a use of a coupon on a business day."""
    return [Key(coupon_id, span, since_of(span, day)) for span in limits]


async def read_counters(tx: Tx, keys: Iterable[Key], *, lock: bool) -> Counter[Key]:
    """Return what the counters say; with ``lock`` they are begun, and locked in order until the transaction ends."""
    keys = sorted(set(keys))
    if not keys:
        return Counter()
    wanted: tuple[Sequence[object], ...] = tuple(zip(*keys, strict=True))
    if lock:
        await tx.execute(
            """
            -- coupons.begin_counters
            insert into coupon_counters (tenant_id, coupon_id, span, since)
            select $1, new.* from unnest($2::uuid[], $3::text[], $4::date[]) as new
            on conflict do nothing
            """,
            tx.tenant_id,
            *wanted,
        )
    rows = await tx.fetch(
        f"""
        -- coupons.read_counters
        select c.coupon_id, c.span, c.since, c.uses
        from coupon_counters c
        join unnest($2::uuid[], $3::text[], $4::date[]) as wanted (coupon_id, span, since)
            using (coupon_id, span, since)
        where c.tenant_id = $1
        order by c.coupon_id, c.span, c.since
        {"for no key update of c" if lock else ""}
        """,  # noqa: S608  a constant
        tx.tenant_id,
        *wanted,
    )
    return Counter({Key(row["coupon_id"], row["span"], row["since"]): row["uses"] for row in rows})


async def count_uses(tx: Tx, added: Counter[Key]) -> None:
    """Add to counters that are locked; the statement refuses by itself what would go over a limit.

    :raises CouponLimitExceeded: it has refused
    """
    keys = sorted(added)
    if not keys:
        return
    counted = await tx.fetch(
        """
        -- coupons.count_uses_in_all
        update coupon_counters c set uses = c.uses + new.uses
        from unnest($2::uuid[], $3::text[], $4::date[], $5::int[]) as new (coupon_id, span, since, uses)
        join coupons k on k.tenant_id = $1 and k.id = new.coupon_id
        where c.tenant_id = $1 and (c.coupon_id, c.span, c.since) = (new.coupon_id, new.span, new.since)
          and c.uses + new.uses <=
              case new.span when 'always' then k.uses_max when 'day' then k.uses_max_a_day else k.uses_max_a_month end
        returning c.coupon_id
        """,
        tx.tenant_id,
        *zip(*keys, strict=True),
        [added[key] for key in keys],
    )
    if len(counted) != len(keys):
        raise CouponLimitExceeded


async def uncount_uses(tx: Tx, gone: Sequence[tuple[UUID, date]]) -> None:
    """Count one use less of coupons, each on its business day, where they are counted."""
    await tx.execute(
        """
        -- coupons.uncount_uses
        with locked as (
            select c.coupon_id, c.span, c.since
            from coupon_counters c
            join unnest($2::uuid[], $3::date[]) as gone (coupon_id, day) using (coupon_id)
            where c.tenant_id = $1
              and c.since = case c.span when 'always' then c.since when 'day' then gone.day
                                        else date_trunc('month', gone.day)::date end
            order by c.coupon_id, c.span, c.since
            for no key update of c
        )
        update coupon_counters c set uses = c.uses - 1
        from locked
        where c.tenant_id = $1 and (c.coupon_id, c.span, c.since) = (locked.coupon_id, locked.span, locked.since)
        """,
        tx.tenant_id,
        [coupon_id for coupon_id, _ in gone],
        [day for _, day in gone],
    )
