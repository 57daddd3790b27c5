"""Who sells: cashiers, as tills named them."""

from uuid import UUID

from msgspec import Struct

from plushka.domain.insights.reports.ratio import Ratio
from plushka.domain.insights.reports.scope import Scope
from plushka.platform.database import Tx

CASHIERS_MAX = 500


class Cashier(Struct, frozen=True):
    """What one of a branch has sold; an empty ``cashier`` is whom tills did not name.

    ``returned``: receipts that came back as a whole; they are not among ``receipts``.
    """

    branch_id: UUID
    cashier: str
    receipts: int
    with_card: int
    returned: int
    lines: int
    discount_minor: int
    redeemed_minor: int
    refunded_minor: int
    revenue_minor: int

    @property
    def mean(self) -> Ratio:
        return Ratio(self.revenue_minor, self.receipts)

    @property
    def penetration(self) -> Ratio:
        return Ratio(self.with_card, self.receipts)

    @property
    def positions(self) -> Ratio:
        return Ratio(self.lines, self.receipts)

    @property
    def returned_share(self) -> Ratio:
        """Of all that were rung up, those that came back as a whole too."""
        return Ratio(self.returned, self.receipts + self.returned)


async def list_cashiers(tx: Tx, scope: Scope) -> list[Cashier]:
    """Return who has sold, whoever sold for most first, at most ``CASHIERS_MAX``. Programmes are not told apart."""
    # Those of some branches are read by the key.
    branches = "branch_id = any($2::uuid[])" if scope.branch_ids else "branch_id <> all($2::uuid[])"
    rows = await tx.fetch(
        f"""
        -- insights.list_cashiers
        select branch_id, cashier, sum(receipts)::bigint as receipts, sum(with_card)::bigint as with_card,
               sum(returned)::bigint as returned, sum(lines)::bigint as lines,
               sum(discount_minor)::bigint as discount_minor, sum(redeemed_minor)::bigint as redeemed_minor,
               sum(refunded_minor)::bigint as refunded_minor, sum(revenue_minor)::bigint as revenue_minor
        from cashier_days
        where tenant_id = $1 and {branches} and business_date >= $3 and business_date < $4
        group by branch_id, cashier
        order by sum(revenue_minor) desc, branch_id, cashier
        limit $5
        """,  # noqa: S608  constants only
        tx.tenant_id,
        scope.summed_branches,
        scope.period.from_on,
        scope.period.until_on,
        CASHIERS_MAX,
    )
    return [Cashier(**row) for row in rows]
