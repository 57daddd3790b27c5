"""What the last run has found."""

from uuid import UUID

from plushka.domain.segments.lifecycle.model import Cell, GroupSum, MemberGroup, Run
from plushka.engine.lifecycle import GROUPS, Group
from plushka.platform.database import Tx


async def find_run(tx: Tx) -> Run | None:
    """Return when the groups were last worked out."""
    row = await tx.fetchrow(
        """
        -- segments.find_run
        select as_of, through_on, members from group_runs where tenant_id = $1
        """,
        tx.tenant_id,
    )
    return None if row is None else Run(**row)


async def count_groups(tx: Tx) -> dict[Group, int]:
    """Return how many members are in each group; whoever was merged or deleted since the last run is left out."""
    return {group: found.members for group, found in (await sum_groups(tx)).items()}


async def sum_groups(tx: Tx) -> dict[Group, GroupSum]:
    """Return each group with what its members spent; whoever was merged or deleted since the last run is left out."""
    rows = await tx.fetch(
        """
        -- segments.sum_groups
        select g."group", count(*) as members, sum(g.spend_minor)::bigint as spend_minor
        from member_groups g
        join members m on m.tenant_id = $1 and m.id = g.member_id and m.merged_into is null and m.erased_at is null
        where g.tenant_id = $1
        group by g."group"
        """,
        tx.tenant_id,
    )
    found = {row["group"]: GroupSum(row["members"], row["spend_minor"]) for row in rows}
    return {group: found.get(group, GroupSum()) for group in GROUPS}


async def list_cells(tx: Tx) -> list[Cell]:
    """Return the buyers by recency and frequency, with means half up; cells without members are left out."""
    rows = await tx.fetch(
        """
        -- segments.list_cells
        select g.r, g.f, count(*) as members, sum(g.spend_minor)::bigint as spend_minor,
               round(avg(g.m) * 100)::integer as mean_m_hundredths,
               round(avg(g.spend_minor))::bigint as mean_spend_minor
        from member_groups g
        join members m on m.tenant_id = $1 and m.id = g.member_id and m.merged_into is null and m.erased_at is null
        where g.tenant_id = $1 and g.r > 0
        group by g.r, g.f
        order by g.r, g.f
        """,
        tx.tenant_id,
    )
    return [Cell(**row) for row in rows]


async def find_group(tx: Tx, member_id: UUID) -> MemberGroup | None:
    """Return where a member is; None of one who has joined since the last run."""
    row = await tx.fetchrow(
        """
        -- segments.find_group
        select "group", r, f, m, last_on, visits, spend_minor, as_of
        from member_groups where tenant_id = $1 and member_id = $2
        """,
        tx.tenant_id,
        member_id,
    )
    return None if row is None else MemberGroup(**row)
