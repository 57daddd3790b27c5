"""The receipts that a filter finds."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from plushka.domain.rollups.mechanics import owing
from plushka.platform.database import Tx
from plushka.platform.ids import earlier

ROWS_MAX = 5000
OVERLAP_MS = 10_000
"""How much later than a receipt with a later id an earlier one may be committed."""


class ReceiptRow(Struct, frozen=True):
    """A receipt in a list; ``occurred_at`` is told in the branch's ``time_zone``."""

    id: UUID
    external_id: str
    branch_name: str
    time_zone: str
    cashier: str | None
    member_id: UUID | None
    member_name: str | None
    occurred_at: datetime
    amount_minor: int
    discount_minor: int
    redeemed_points: int
    payable_minor: int
    refunded_minor: int
    earned_points: int
    program_id: UUID
    score: int | None
    """What the member said of it, 1 to 5."""


class ReceiptFilter(Struct, frozen=True, omit_defaults=True):
    """Which receipts: all that is given holds. ``number`` is the till's whole receipt number.

    Days are business days, both ends count; ``amount_minor_…`` bound what stood on the receipt before
    discounts, both ends count. ``member`` is sought in names and, whole or in part, in phones and cards.
    ``mechanic`` is one of ``rollups.mechanics``.
    """

    branch_id: UUID | None = None
    member_id: UUID | None = None
    has_member: bool | None = None
    number: str | None = None
    member: str | None = None
    cashier: str | None = None
    first_on: date | None = None
    last_on: date | None = None
    amount_minor_min: int | None = None
    amount_minor_max: int | None = None
    has_redeemed: bool | None = None
    has_earned: bool | None = None
    has_return: bool | None = None
    program_id: UUID | None = None
    mechanic: str | None = None


_FROM = """
    from receipts r
    join branches b on b.tenant_id = r.tenant_id and b.id = r.branch_id
    left join members m on m.tenant_id = r.tenant_id and m.id = r.member_id
    where r.tenant_id = $1
"""
_OF_MEMBERS = """r.member_id in (
    select id from members where tenant_id = $1 and position(lower({0}) in lower(name)) > 0
    union
    select member_id from identities where tenant_id = $1 and position(lower({0}) in lower(value)) > 0
)"""
# By the tills, so that the unique key (till, number) finds it.
_NUMBERED = "r.till_id in (select id from tills where tenant_id = $1) and r.external_id = {0}"
# Most receipts are passed over by a look at the text, which costs a fraction of reading it as a document.
_OWING = f"""
    (
        {{0}} in ('personal', 'redemption', 'referral')
        or position('"' || split_part({{0}}, ':', 2) || '"' in r.outcome::text) > 0
    ) and {{0}} in (
        select mechanic
        from (select r.outcome::jsonb as document offset 0) as o
        cross join lateral (
            {owing("o.document", "r.redeemed_minor", "r.redeemed_points")}
        ) as m (mechanic, off_minor, points)
    )
"""  # noqa: S608  fixed parts
_CONDITIONS = {
    "branch_id": "r.branch_id = {0}",
    "member_id": "r.member_id = {0}",
    "has_member": "(r.member_id is not null) = {0}",
    "number": _NUMBERED,
    "member": _OF_MEMBERS,
    "cashier": "lower(r.cashier) = lower({0})",
    "first_on": "r.business_date >= {0}",
    "last_on": "r.business_date <= {0}",
    "amount_minor_min": "r.amount_minor >= {0}",
    "amount_minor_max": "r.amount_minor <= {0}",
    "has_redeemed": "(r.redeemed_points > 0) = {0}",
    "has_earned": "(r.earned_points > 0) = {0}",
    "has_return": "(r.refunded_minor > 0) = {0}",
    "program_id": "r.version_id in (select id from program_versions where tenant_id = $1 and program_id = {0})",
    "mechanic": _OWING,
}


async def list_receipts(
    tx: Tx,
    where: ReceiptFilter,
    *,
    before: UUID | None = None,
    after: UUID | None = None,
    limit: int = 50,
    earliest_first: bool = False,
) -> tuple[ReceiptRow, ...]:
    """Return receipts in the order in which they came, the latest first.

    ``before`` is the id of the last one seen, ``after`` likewise with ``earliest_first``.
    """
    args: list[Any] = [tx.tenant_id]
    conditions = _conditions(where, args)
    for edge, beyond in ((before, "<"), (after, ">")):
        if edge is not None:
            args.append(edge)
            conditions += f" and r.id {beyond} ${len(args)}"
    args.append(min(limit, ROWS_MAX))
    rows = await tx.fetch(
        f"""
        -- insights.list_receipts
        select r.id, r.external_id, b.name as branch_name, b.time_zone, r.cashier, r.member_id,
               m.name as member_name, r.occurred_at, r.amount_minor, r.discount_minor, r.redeemed_points,
               r.payable_minor, r.refunded_minor, r.earned_points,
               (select program_id from program_versions where tenant_id = $1 and id = r.version_id),
               (
                   select g.score from ratings g
                   join member_events e on e.tenant_id = $1 and e.id = g.event_id and e.cancelled_at is null
                   where g.tenant_id = $1 and g.receipt_id = r.id
               )
        {_FROM} {conditions}
        order by r.id {"" if earliest_first else "desc"}
        limit ${len(args)}
        """,  # noqa: S608  composed of the fixed conditions above
        *args,
    )
    return tuple(ReceiptRow(**row) for row in rows)


async def list_new_receipts(
    tx: Tx, where: ReceiptFilter, *, after: UUID | None, limit: int
) -> tuple[ReceiptRow, ...]:
    """Return the latest receipts down to ``OVERLAP_MS`` before ``after``, the first one seen.

    It repeats some, because ids are given before the commit.
    """
    since = None if after is None else earlier(after, by_ms=OVERLAP_MS)
    return await list_receipts(tx, where, after=since, limit=limit)


async def sum_receipts(tx: Tx, where: ReceiptFilter) -> tuple[int, int]:
    """Return how many receipts there are, and what was paid for them in money less refunds, in minor units."""
    args: list[Any] = [tx.tenant_id]
    conditions = _conditions(where, args)
    row = await tx.fetchrow(
        f"""
        -- insights.sum_receipts
        select count(*) as receipts, coalesce(sum(r.payable_minor - r.refunded_minor), 0)::bigint as revenue_minor
        {_FROM} {conditions}
        """,
        *args,
    )
    return (row["receipts"], row["revenue_minor"]) if row else (0, 0)


async def list_cashiers(tx: Tx, *, since: date, limit: int = 200) -> tuple[str, ...]:
    """Return the cashiers named on receipts since a business day, in alphabetical order."""
    rows = await tx.fetch(
        """
        -- insights.list_cashiers
        select distinct cashier from receipts
        where tenant_id = $1 and business_date >= $2 and cashier is not null
        order by cashier
        limit $3
        """,
        tx.tenant_id,
        since,
        limit,
    )
    return tuple(row["cashier"] for row in rows)


def _conditions(where: ReceiptFilter, args: list[Any]) -> str:
    """Return the conditions asked for and append their values: an absent one must not spoil the plan of others."""
    conditions = []
    for name, condition in _CONDITIONS.items():
        value = getattr(where, name)
        if value is not None:
            args.append(value)
            conditions.append(" and " + condition.format(f"${len(args)}"))
    return "".join(conditions)
