"""How buyers come again: by the month of their first purchase, and from one purchase to the next."""

from collections import defaultdict
from datetime import date

from msgspec import Struct

from plushka.domain.insights.reports.ratio import Ratio
from plushka.platform.database import Tx

STEPS = 4
"""Purchases that a path is told of."""
SOON_DAYS = 30


class MonthOf(Struct, frozen=True):
    """What members of a cohort did in one month: how many bought, and for what."""

    buyers: int = 0
    revenue_minor: int = 0


class Cohort(Struct, frozen=True):
    """Members whose first purchase was in ``began_on``; ``months`` by how many months later, 0 is that one."""

    began_on: date
    members: int
    months: dict[int, MonthOf]

    def retained(self, later: int) -> Ratio:
        """Which part of them bought so many months later."""
        return Ratio(self.months.get(later, MonthOf()).buyers, self.members)

    def brought(self, later: int) -> Ratio:
        """What each of them has brought by the end of that month, on average."""
        return Ratio(
            sum(month.revenue_minor for place, month in self.months.items() if place <= later), self.members
        )


class Step(Struct, frozen=True):
    """Those who made a purchase of this number; ``soon``: within ``SOON_DAYS`` of the one before.

    ``days``: half of them came again within as many, None where nobody came.
    """

    number: int
    members: int
    soon: int
    days: int | None


async def list_cohorts(tx: Tx, from_on: date, until_on: date) -> list[Cohort]:
    """Return the cohorts of months from ``from_on`` to before ``until_on``, in order, each to its latest purchase."""
    rows = await tx.fetch(
        """
        -- insights.list_cohorts
        with cohort as (
            select member_id, date_trunc('month', first_on)::date as began_on
            from member_paths where tenant_id = $1 and first_on >= $2 and first_on < $3
        )
        select began_on, (
                   extract(year from m.month_on) * 12 + extract(month from m.month_on)
                   - extract(year from began_on) * 12 - extract(month from began_on)
               )::integer as later,
               count(*) filter (where m.receipts > 0) as buyers, sum(m.revenue_minor)::bigint as revenue_minor
        from cohort join member_months m on m.tenant_id = $1 and m.member_id = cohort.member_id
        group by began_on, later
        order by began_on, later
        """,
        tx.tenant_id,
        from_on,
        until_on,
    )
    months: dict[date, dict[int, MonthOf]] = defaultdict(dict)
    for row in rows:
        months[row["began_on"]][row["later"]] = MonthOf(row["buyers"], row["revenue_minor"])
    # Whoever first bought in a month bought in it.
    return [Cohort(began_on, each.get(0, MonthOf()).buyers, each) for began_on, each in months.items()]


async def list_steps(tx: Tx, from_on: date, until_on: date) -> list[Step]:
    """Return how far those have come whose first purchase was on these days, and how long each next one took."""
    row = await tx.fetchrow(
        """
        -- insights.list_steps
        select count(*) as members_1, count(second_on) as members_2, count(third_on) as members_3,
               count(fourth_on) as members_4,
               count(*) filter (where second_on <= first_on + $4::integer) as soon_2,
               count(*) filter (where third_on <= second_on + $4::integer) as soon_3,
               count(*) filter (where fourth_on <= third_on + $4::integer) as soon_4,
               percentile_disc(0.5) within group (order by second_on - first_on) as days_2,
               percentile_disc(0.5) within group (order by third_on - second_on) as days_3,
               percentile_disc(0.5) within group (order by fourth_on - third_on) as days_4
        from member_paths where tenant_id = $1 and first_on >= $2 and first_on < $3
        """,
        tx.tenant_id,
        from_on,
        until_on,
        SOON_DAYS,
    )
    if row is None or not row["members_1"]:
        return []
    later = (
        Step(number, row[f"members_{number}"], row[f"soon_{number}"], row[f"days_{number}"])
        for number in range(2, STEPS + 1)
    )
    return [Step(1, row["members_1"], 0, None), *later]
