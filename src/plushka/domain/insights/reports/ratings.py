"""What members say of their purchases: by branch, cashier and month (F161)."""

from datetime import date
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.domain.insights.reports.ratio import Ratio
from plushka.domain.insights.reports.scope import Scope
from plushka.domain.occasions.rating import LOW_SCORE
from plushka.platform.database import Tx

By = Literal["branch", "cashier", "month"]
_KEYS: dict[By, str] = {
    "branch": "branch_id, null::text as cashier, null::date as month_on",
    "cashier": "branch_id, cashier, null::date as month_on",
    "month": "null::uuid as branch_id, null::text as cashier, date_trunc('month', business_date)::date as month_on",
}
ROWS_MAX = 500


class Scores(Struct, frozen=True):
    """Ratings of the purchases of some days: how many, the sum of their scores, how many are ``LOW_SCORE`` or less."""

    ratings: int = 0
    score: int = 0
    low: int = 0

    @property
    def mean(self) -> Ratio:
        return Ratio(self.score, self.ratings)

    @property
    def low_share(self) -> Ratio:
        return Ratio(self.low, self.ratings)


class Rated(Struct, frozen=True):
    """Scores with what they are of; an empty ``cashier`` is whom tills did not name."""

    branch_id: UUID | None
    cashier: str | None
    month_on: date | None
    scores: Scores


async def list_ratings(tx: Tx, scope: Scope, by: By) -> list[Rated]:
    """Return the ratings of purchases of a period, those with most of them first; months in their order."""
    order = "month_on" if by == "month" else "ratings desc, branch_id, cashier"
    rows = await tx.fetch(
        f"""
        -- insights.list_ratings
        select {_KEYS[by]}, count(*) as ratings, sum(score)::bigint as score, count(*) filter (where score <= $5) as low
        from ratings
        where tenant_id = $1 and business_date >= $2 and business_date < $3 and not is_cancelled
          and (cardinality($4::uuid[]) = 0 or branch_id = any($4::uuid[]))
        group by 1, 2, 3
        order by {order}
        limit $6
        """,  # noqa: S608  constants
        tx.tenant_id,
        scope.period.from_on,
        scope.period.until_on,
        list(scope.branch_ids),
        LOW_SCORE,
        ROWS_MAX,
    )
    return [
        Rated(
            row["branch_id"],
            row["cashier"],
            row["month_on"],
            Scores(row["ratings"], row["score"], row["low"]),
        )
        for row in rows
    ]
