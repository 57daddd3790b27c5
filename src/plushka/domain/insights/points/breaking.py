"""Months of issue with what became of their lots, for the estimate of how many points burn."""

from collections import defaultdict
from datetime import date
from uuid import UUID

from msgspec import Struct

from plushka.engine.runoff import Cohort, Gone
from plushka.platform.database import Tx


class Issued(Struct, frozen=True):
    """The lots of a month, the first day of which is ``month``."""

    month: date
    cohort: Cohort

    @property
    def kept(self) -> int:
        """What was granted and not taken back: all of it is spent, burns or is there."""
        return self.cohort.granted - sum(gone.other for gone in self.cohort.gone)

    @property
    def spent(self) -> int:
        return sum(gone.spent for gone in self.cohort.gone)

    @property
    def burned(self) -> int:
        return sum(gone.burned for gone in self.cohort.gone)


async def list_issued(tx: Tx, program_id: UUID | None, today: date) -> list[Issued]:
    """Return the months of issue, the earliest first; each lives in the month of ``today``, which is not over."""
    rows = await tx.fetch(
        """
        -- insights.list_issued
        select earned_on, month_on,
               coalesce(sum(points) filter (where debit in ('issued', 'adjusted')), 0)::bigint as granted,
               coalesce(sum(movements) filter (where debit in ('issued', 'adjusted')), 0)::bigint as lots,
               coalesce(sum(case when credit = 'spent' then points when debit = 'spent' then -points end), 0)::bigint
                   as spent,
               coalesce(sum(points) filter (where credit = 'burned'), 0)::bigint as burned,
               coalesce(sum(
                   case when credit in ('reversed', 'adjusted', 'forfeited', 'debt', 'moved') then points
                        when debit in ('reversed', 'debt', 'moved') then -points
                   end
               ), 0)::bigint as other
        from lot_months
        where tenant_id = $1 and program_id = $2
        group by earned_on, month_on
        order by earned_on, month_on
        """,
        tx.tenant_id,
        program_id,
    )
    gone: dict[date, dict[int, Gone]] = defaultdict(dict)
    granted: dict[date, int] = defaultdict(int)
    lots: dict[date, int] = defaultdict(int)
    for row in rows:
        month = row["earned_on"]
        age = _months(month, row["month_on"])
        known = gone[month].get(age, Gone())
        gone[month][age] = Gone(
            known.spent + row["spent"], known.burned + row["burned"], known.other + row["other"]
        )
        granted[month] += row["granted"]
        lots[month] += row["lots"]
    return [
        Issued(
            month,
            Cohort(
                granted[month],
                lots[month],
                tuple(ages.get(age, Gone()) for age in range(max(_months(month, today), *ages) + 1)),
            ),
        )
        for month, ages in gone.items()
    ]


def _months(month: date, later: date) -> int:
    """Return how many months lie between, at least 0: a lot that was booked late has no age before its own."""
    return max((later.year - month.year) * 12 + later.month - month.month, 0)
