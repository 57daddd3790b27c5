"""What a till sees of its own work: its latest receipts, and what a shift comes to."""

from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from plushka.platform.database import Tx

RECEIPTS_MAX = 50
DAYS_BACK = 14
"""Older receipts are found by their number, or in the office."""
_ZONES_APART = timedelta(days=2)
"""How far the day of a business may lie from the day of its moment: the zone, and the hour when the day turns."""


class TillReceipt(Struct, frozen=True):
    """A receipt in the till's own list. ``is_returned``: nothing is left of it; ``refunded_minor``: what came back."""

    id: UUID
    external_id: str
    occurred_at: datetime
    cashier: str | None
    member_id: UUID | None
    member_name: str | None
    amount_minor: int
    payable_minor: int
    redeemed_points: int
    earned_points: int
    refunded_minor: int
    is_returned: bool


class ShiftTotals(Struct, frozen=True):
    """What was sold and taken back at a till in a time, without what points paid.

    ``by_certificates_minor`` of ``payable_minor`` was paid by certificates, ``to_certificates_minor`` of
    ``refunded_minor`` went back to them; ``certificates_sold_minor`` was taken for new ones.
    """

    receipts: int
    receipts_of_members: int
    payable_minor: int
    earned_points: int
    redeemed_points: int
    returns: int
    refunded_minor: int
    by_certificates_minor: int
    to_certificates_minor: int
    certificates_sold_minor: int


async def list_latest_receipts(
    tx: Tx, till_id: UUID, *, limit: int = RECEIPTS_MAX
) -> tuple[TillReceipt, ...]:
    """Return what the till has sold lately, the latest first."""
    rows = await tx.fetch(
        """
        -- insights.list_latest_receipts
        select r.id, r.external_id, r.occurred_at, r.cashier, r.member_id, m.name as member_name, r.amount_minor,
            r.payable_minor, r.redeemed_points, r.earned_points, r.refunded_minor,
            exists (
                select from returns x where x.tenant_id = $1 and x.receipt_id = r.id and x.is_full
            ) as is_returned
        from receipts r
        left join members m on m.tenant_id = r.tenant_id and m.id = r.member_id
        where r.tenant_id = $1 and r.till_id = $2 and r.business_date >= $3
        order by r.occurred_at desc, r.id desc
        limit $4
        """,
        tx.tenant_id,
        till_id,
        (tx.at - timedelta(days=DAYS_BACK)).date(),
        limit,
    )
    return tuple(TillReceipt(**row) for row in rows)


async def total_shift(tx: Tx, till_id: UUID, *, since: datetime, until: datetime | None) -> ShiftTotals:
    """Return what a till has sold from ``since``, before ``until`` if it is told.

    A receipt counts by the moment it was made, so one that was sent later belongs to the shift it was made in.
    """
    row = await tx.fetchrow(
        """
        -- insights.total_shift
        select count(*) as receipts, count(member_id) as receipts_of_members,
            coalesce(sum(payable_minor), 0)::bigint as payable_minor,
            coalesce(sum(earned_points), 0)::bigint as earned_points,
            coalesce(sum(redeemed_points), 0)::bigint as redeemed_points,
            (select count(*) from returns x
             where x.tenant_id = $1 and x.till_id = $2 and x.occurred_at >= $3
                and ($4::timestamptz is null or x.occurred_at < $4)) as returns,
            (select coalesce(sum(refund_minor), 0)::bigint from returns x
             where x.tenant_id = $1 and x.till_id = $2 and x.occurred_at >= $3
                and ($4::timestamptz is null or x.occurred_at < $4)) as refunded_minor,
            coalesce(sum((
                select sum((paid ->> 'amount_minor')::bigint) from json_array_elements(basket -> 'tendered') as paid
            )), 0)::bigint as by_certificates_minor,
            (select coalesce(sum((credit ->> 'amount_minor')::bigint), 0)::bigint
             from returns x cross join lateral jsonb_array_elements(x.certificates) as credit
             where x.tenant_id = $1 and x.till_id = $2 and x.occurred_at >= $3
                and ($4::timestamptz is null or x.occurred_at < $4)) as to_certificates_minor,
            (select coalesce(sum(c.nominal_minor), 0)::bigint
             from certificate_sales s
             join certificates c on c.tenant_id = $1 and c.id = s.certificate_id
             where s.tenant_id = $1 and s.till_id = $2 and s.at >= $3
                and ($4::timestamptz is null or s.at < $4)) as certificates_sold_minor
        from receipts
        where tenant_id = $1 and till_id = $2 and business_date >= $5
            and occurred_at >= $3 and ($4::timestamptz is null or occurred_at < $4)
        """,
        tx.tenant_id,
        till_id,
        since,
        until,
        (since - _ZONES_APART).date(),
    )
    assert row is not None  # noqa: S101  a sum is always there
    return ShiftTotals(**row)
