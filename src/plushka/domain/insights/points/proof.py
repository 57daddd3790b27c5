"""All that was ever issued, and where it is: what the journal says, held against the accounts of members."""

from uuid import UUID

from msgspec import Struct

from plushka.domain.insights.points.days import Balances
from plushka.domain.insights.points.ways import WAYS, Way, sign, way_of
from plushka.platform.database import Tx


class Proof(Struct, frozen=True):
    """``moved``: of all time, by the journal. ``balances``: of members' accounts, added up; two tables, one moment."""

    moved: dict[Way, int]
    balances: Balances

    @property
    def difference(self) -> int:
        """What came less what went, less what members have and owe: 0 if nothing is lost or made."""
        return sum(sign(way) * points for way, points in self.moved.items()) - self.balances.net


async def load_proof(tx: Tx, program_id: UUID | None) -> Proof:
    """Return both sides as of one moment.

    Movements that wait to be added up are added here, so that the journal is all of it.
    """
    rows = await tx.fetch(
        """
        -- insights.load_points_proof
        with moved as (
            select debit, credit, points from points_days where tenant_id = $1 and program_id = $2
            union all
            select p.debit, p.credit, p.points
            from changes c
            cross join lateral unnest(c.subjects) as waiting (id)
            join postings p on p.tenant_id = $1 and p.id = waiting.id
            join wallets w on w.tenant_id = $1 and w.id = p.wallet_id and w.program_id = $2
            where c.tenant_id = $1 and c.kind = 'postings'
        )
        select debit, credit, sum(points)::bigint as points from moved group by debit, credit
        union all
        select side.name, null, coalesce(side.points, 0)::bigint
        from (
            select sum(pending) as pending, sum(available) as available, sum(held) as held, sum(debt) as debt
            from wallets where tenant_id = $1 and program_id = $2
        ) as w
        cross join lateral (
            values ('pending', w.pending), ('available', w.available), ('held', w.held), ('debt', w.debt)
        ) as side (name, points)
        """,
        tx.tenant_id,
        program_id,
    )
    moved: dict[Way, int] = dict.fromkeys(WAYS, 0)
    for row in rows:
        if row["credit"] is not None and (way := way_of(row["debit"], row["credit"])):
            moved[way] += row["points"]
    balances = {row["debit"]: row["points"] for row in rows if row["credit"] is None}
    return Proof(moved, Balances(**balances))
