"""What came back, by the day on which it did."""

from msgspec import Struct

from plushka.domain.insights.reports.scope import Scope
from plushka.platform.database import Tx


class Refunds(Struct, frozen=True):
    returns: int
    refund_minor: int


async def sum_refunds(tx: Tx, scope: Scope) -> Refunds:
    """Return the returns made in a period, of whichever day the purchases were; they know no programme."""
    row = await tx.fetchrow(
        """
        -- insights.sum_refunds
        select coalesce(sum(returns), 0)::bigint as returns, coalesce(sum(refund_minor), 0)::bigint as refund_minor
        from refund_days
        where tenant_id = $1 and branch_id = any($2::uuid[]) and made_on >= $3 and made_on < $4
        """,
        tx.tenant_id,
        scope.summed_branches,
        scope.period.from_on,
        scope.period.until_on,
    )
    return Refunds(**row) if row else Refunds(0, 0)
