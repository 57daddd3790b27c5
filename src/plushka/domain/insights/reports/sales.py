"""Sums of receipts, with a card and without, and what is made of them."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from asyncpg import Record
from msgspec import Struct, structs

from plushka.domain.insights.reports.ratio import Ratio
from plushka.domain.insights.reports.scope import Scope
from plushka.platform.database import Tx


class Sales(Struct, frozen=True):
    """Receipts by the day of the purchase; what came back is taken off that day, a whole return leaves no receipt.

    ``redeemed_minor``: what points paid. ``costed_minor``: revenue of goods whose cost is known, ``cost_minor`` theirs.
    ``redeeming``: receipts that spent points. ``first_purchases``: those that were their member's first.
    """

    receipts: int = 0
    returned: int = 0
    lines: int = 0
    amount_minor: int = 0
    discount_minor: int = 0
    redeemed_minor: int = 0
    refunded_minor: int = 0
    revenue_minor: int = 0
    costed_minor: int = 0
    cost_minor: int = 0
    earned_points: int = 0
    redeemed_points: int = 0
    redeeming: int = 0
    touched: int = 0
    first_purchases: int = 0

    @property
    def mean(self) -> Ratio:
        """The average receipt, in minor units."""
        return Ratio(self.revenue_minor, self.receipts)

    @property
    def positions(self) -> Ratio:
        """Lines a receipt."""
        return Ratio(self.lines, self.receipts)

    @property
    def margin_minor(self) -> int:
        return self.costed_minor - self.cost_minor

    @property
    def margin(self) -> Ratio:
        """Margin of the revenue whose cost is known."""
        return Ratio(self.margin_minor, self.costed_minor)

    @property
    def costed(self) -> Ratio:
        """Of which part of the revenue the cost is known."""
        return Ratio(self.costed_minor, self.revenue_minor)

    @property
    def given_minor(self) -> int:
        """What members and customers did not pay: discounts, and what points paid."""
        return self.discount_minor + self.redeemed_minor

    @property
    def given(self) -> Ratio:
        return Ratio(self.given_minor, self.revenue_minor)

    @property
    def discount_share(self) -> Ratio:
        """Discounts, without what points paid, of the prices before them."""
        return Ratio(self.discount_minor, self.amount_minor)

    @property
    def engagement(self) -> Ratio:
        return Ratio(self.redeeming, self.receipts)

    @property
    def repeats(self) -> Ratio:
        """Receipts that were not their member's first; only of receipts with a card it tells something."""
        return Ratio(self.receipts - self.first_purchases, self.receipts)


_NAMES = tuple(field.name for field in structs.fields(Sales))
_SUMS = ", ".join(f"sum({name})::bigint as {name}" for name in _NAMES)


class Sold(Struct, frozen=True):
    """Sales with a card and without."""

    with_card: Sales = Sales()
    without: Sales = Sales()

    @property
    def all(self) -> Sales:
        return added([self.with_card, self.without])

    @property
    def penetration(self) -> Ratio:
        return Ratio(self.with_card.receipts, self.all.receipts)

    @property
    def revenue_share(self) -> Ratio:
        """Of which part of the revenue a card was shown."""
        return Ratio(self.with_card.revenue_minor, self.all.revenue_minor)


def added(sales: Iterable[Sales]) -> Sales:
    """Return the sum of all, figure by figure."""
    rows = [structs.astuple(each) for each in sales]
    return Sales(*map(sum, zip(*rows, strict=True))) if rows else Sales()


def added_sides(sold: Iterable[Sold]) -> Sold:
    """Return the sum of all, with a card and without."""
    rows = list(sold)
    return Sold(added(each.with_card for each in rows), added(each.without for each in rows))


async def sum_sales(tx: Tx, scope: Scope) -> Sold:
    """Return the sums of a period."""
    return (await _sums_by(tx, scope, "true")).get(True, Sold())


async def sum_sales_by_day(tx: Tx, scope: Scope) -> dict[date, Sold]:
    """Return the sums of each business day of a period, in order; days without receipts are left out."""
    return await _sums_by(tx, scope, "business_date")


async def sum_sales_by_month(tx: Tx, scope: Scope) -> dict[date, Sold]:
    """Return the sums of each month of a period by its first day, in order; months without receipts are left out."""
    return await _sums_by(tx, scope, "date_trunc('month', business_date)::date")


async def sum_sales_by_branch(tx: Tx, scope: Scope) -> dict[UUID, Sold]:
    """Return the sums of each branch; those without receipts are left out."""
    return await _sums_by(tx, scope, "branch_id", is_apart=True)


async def _sums_by(tx: Tx, scope: Scope, key: str, *, is_apart: bool = False) -> dict[Any, Sold]:
    """Return sums by ``key``, in its order. ``is_apart``: of each branch, never of the row that sums up all."""
    is_all = is_apart and not scope.branch_ids
    branches = "branch_id <> all($2::uuid[])" if is_all else "branch_id = any($2::uuid[])"
    rows = await tx.fetch(
        f"""
        -- insights.sum_sales
        select {key} as key, has_card, {_SUMS}
        from sales_days
        where tenant_id = $1 and {branches}
            and business_date >= $3 and business_date < $4 and ($5::uuid is null or program_id = $5)
        group by key, has_card
        order by key
        """,  # noqa: S608  names of fields and constants
        tx.tenant_id,
        scope.summed_branches,
        scope.period.from_on,
        scope.period.until_on,
        scope.program_id,
    )
    by_key: dict[Any, list[Record]] = defaultdict(list)
    for row in rows:
        by_key[row["key"]].append(row)
    return {key: _sold(sides) for key, sides in by_key.items()}


def _sold(rows: Iterable[Record]) -> Sold:
    sides = {row["has_card"]: Sales(*(row[name] for name in _NAMES)) for row in rows}
    return Sold(with_card=sides.get(True, Sales()), without=sides.get(False, Sales()))
