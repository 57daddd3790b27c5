"""Points that came and went in a period, by the journal."""

from uuid import UUID

from msgspec import Struct

from plushka.domain.insights.reports.period import Period
from plushka.platform.database import Tx


class PointsMoved(Struct, frozen=True):
    """In units of one programme's points, by the day of the movement in the business's calendar.

    ``issued``: granted for whatever reason. ``reversed``: of these, taken back by returns, less what was granted again.
    ``spent``: less what returns gave back. ``burned``: ran out, or went with a member who deleted themselves.
    """

    issued: int = 0
    reversed: int = 0
    spent: int = 0
    burned: int = 0


async def sum_points(tx: Tx, program_id: UUID | None, period: Period) -> PointsMoved:
    """Return the movements of a programme's points; before the first programme is in force there are none."""
    row = await tx.fetchrow(
        """
        -- insights.sum_points
        select
            coalesce(sum(points) filter (where debit in ('issued', 'adjusted')), 0)::bigint as issued,
            (coalesce(sum(points) filter (where credit in ('reversed', 'adjusted')), 0)
                - coalesce(sum(points) filter (where debit = 'reversed'), 0))::bigint as reversed,
            (coalesce(sum(points) filter (where credit = 'spent'), 0)
                - coalesce(sum(points) filter (where debit = 'spent'), 0))::bigint as spent,
            coalesce(sum(points) filter (where credit in ('burned', 'forfeited')), 0)::bigint as burned
        from points_days
        where tenant_id = $1 and program_id = $2 and day >= $3 and day < $4
        """,
        tx.tenant_id,
        program_id,
        period.from_on,
        period.until_on,
    )
    return PointsMoved() if row is None else PointsMoved(**row)
