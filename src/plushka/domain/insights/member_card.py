"""What one member buys: sums, how often, and what they like."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct

from plushka.platform.database import Tx

FAVOURITES_MAX = 5


class Shopping(Struct, frozen=True):
    """All receipts of a member but those returned as a whole; money is less what was refunded.

    ``visits`` are the days on which they bought.
    """

    receipts: int
    spend_minor: int
    visits: int
    first_on: date | None
    last_on: date | None

    @property
    def average_minor(self) -> int | None:
        """Return the average receipt, half up; None without receipts."""
        if not self.receipts:
            return None
        return (2 * self.spend_minor + self.receipts) // (2 * self.receipts)

    @property
    def days_between(self) -> int | None:
        """Return how many days lie between two visits on average, half up; None before the second one."""
        if self.first_on is None or self.last_on is None or self.visits < 2:  # noqa: PLR2004
            return None
        between = self.visits - 1
        return (2 * (self.last_on - self.first_on).days + between) // (2 * between)


class Favourite(Struct, frozen=True):
    """A product, and how many receipts had it."""

    sku: str
    name: str
    receipts: int


async def get_shopping(tx: Tx, member_id: UUID) -> Shopping:
    """Return what a member has bought in all."""
    row = await tx.fetchrow(
        """
        -- insights.get_shopping
        select count(*) as receipts, coalesce(sum(payable_minor - refunded_minor), 0)::bigint as spend_minor,
               count(distinct business_date) as visits, min(business_date) as first_on,
               max(business_date) as last_on
        from receipts r
        where tenant_id = $1 and member_id = $2
          and not exists (select from returns x where x.tenant_id = $1 and x.receipt_id = r.id and x.is_full)
        """,
        tx.tenant_id,
        member_id,
    )
    return Shopping(**dict(row or {}))


async def sum_ratings(tx: Tx, member_id: UUID) -> tuple[int, int]:
    """Return how many purchases a member has rated, and the sum of the scores; what staff have cancelled aside."""
    row = await tx.fetchrow(
        """
        -- insights.sum_ratings
        select count(*) as ratings, coalesce(sum(g.score), 0)::bigint as scores
        from member_events e
        join ratings g on g.tenant_id = $1 and g.event_id = e.id
        where e.tenant_id = $1 and e.kind = 'review' and e.cancelled_at is null and e.member_id in (
            select id from members where tenant_id = $1 and $2 in (id, merged_into)
        )
        """,
        tx.tenant_id,
        member_id,
    )
    return (row["ratings"], row["scores"]) if row else (0, 0)


async def list_favourites(tx: Tx, member_id: UUID, *, since: date) -> Sequence[Favourite]:
    """Return what the member has bought most often since a business day, by the number of receipts."""
    rows = await tx.fetch(
        """
        -- insights.list_favourites
        with lines as (
            select r.id, line.value ->> 0 as sku, r.basket -> 'names' ->> (line.ordinality - 1)::integer as name
            from receipts r
            cross join lateral json_array_elements(r.basket -> 'basket' -> 'lines') with ordinality as line
            where r.tenant_id = $1 and r.member_id = $2 and r.business_date >= $3
              and not exists (select from returns x where x.tenant_id = $1 and x.receipt_id = r.id and x.is_full)
        )
        select l.sku, coalesce(p.name, max(l.name), l.sku) as name, count(distinct l.id) as receipts
        from lines l left join products p on p.tenant_id = $1 and p.sku = l.sku
        group by l.sku, p.name
        order by receipts desc, name
        limit $4
        """,
        tx.tenant_id,
        member_id,
        since,
        FAVOURITES_MAX,
    )
    return [Favourite(**row) for row in rows]
