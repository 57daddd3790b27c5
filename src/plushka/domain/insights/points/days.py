"""Balances and movements of a programme's points, day by day, from the journal's sums."""

from collections import Counter
from datetime import date
from uuid import UUID

from msgspec import Struct

from plushka.domain.insights.points.ways import OWN, WAYS, Way, sign, way_of
from plushka.domain.insights.reports.period import Period
from plushka.platform.database import Tx


class Balances(Struct, frozen=True):
    """What members have, and owe, in units; each at least 0 at the end of a day."""

    pending: int = 0
    available: int = 0
    held: int = 0
    debt: int = 0

    @property
    def have(self) -> int:
        """The liability: what members can ask for, now or later."""
        return self.pending + self.available + self.held

    @property
    def net(self) -> int:
        """What came less what went."""
        return self.have - self.debt


class Day(Struct, frozen=True):
    """``balances`` at the end of ``day``; ``moved`` on it, by way, each above 0."""

    day: date
    balances: Balances
    moved: dict[Way, int]
    movements: dict[Way, int]


class History(Struct, frozen=True):
    """``opening`` is as of the end of the day before the first; ``days`` are those with movements, in order."""

    opening: Balances
    days: tuple[Day, ...]

    @property
    def closing(self) -> Balances:
        return self.days[-1].balances if self.days else self.opening

    def sum_moved(self) -> dict[Way, int]:
        return {way: sum(day.moved.get(way, 0) for day in self.days) for way in WAYS}


async def load_history(tx: Tx, program_id: UUID | None, period: Period | None = None) -> History:
    """Return the days of a period, or all there are, by the business's calendar."""
    rows = await tx.fetch(
        """
        -- insights.load_point_days
        select case when day < $3 then null else day end as day, debit, credit, sum(points)::bigint as points,
               sum(movements)::bigint as movements
        from points_days
        where tenant_id = $1 and program_id = $2 and ($4::date is null or day < $4)
        group by 1, 2, 3
        order by 1 nulls first
        """,
        tx.tenant_id,
        program_id,
        period.from_on if period else None,
        period.until_on if period else None,
    )
    sums: Counter[str] = Counter()
    opening, days = Balances(), []
    by_day: dict[date | None, list[tuple[str, str, int, int]]] = {}
    for row in rows:
        by_day.setdefault(row["day"], []).append(tuple(row)[1:])
    for day, moves in by_day.items():
        moved: Counter[Way] = Counter()
        movements: Counter[Way] = Counter()
        for debit, credit, points, count in moves:
            sums[debit] -= points
            sums[credit] += points
            if way := way_of(debit, credit):
                moved[way] += points
                movements[way] += count
        balances = _balances(sums)
        if day is None:
            opening = balances
        else:
            days.append(Day(day, balances, dict(moved), dict(movements)))
    return History(opening, tuple(days))


def _balances(sums: Counter[str]) -> Balances:
    pending, available, held, debt = (sums[account] for account in OWN)
    return Balances(pending, available, held, -debt)


def is_in_step(history: History) -> bool:
    """Tell whether opening and movements come to the closing balances."""
    moved = sum(sign(way) * points for way, points in history.sum_moved().items())
    return history.opening.net + moved == history.closing.net
