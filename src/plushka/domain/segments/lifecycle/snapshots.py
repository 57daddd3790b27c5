"""How many members were in each group when a month ended: written once, and never again (S22)."""

from collections import defaultdict
from datetime import date, timedelta

from plushka.domain.businesses.queries import get_business
from plushka.domain.segments.lifecycle.model import Move, Snapshot
from plushka.domain.segments.lifecycle.refreshing import refresh_through, today_of
from plushka.domain.segments.lifecycle.terms import get_terms
from plushka.engine.expiry import add_months
from plushka.engine.lifecycle import GROUPS
from plushka.platform.database import Tx

HISTORY_MONTHS_MAX = 36
"""Of a business that had a past before it had groups."""
LATE_DAYS = 3
"""A month that is written down later than so many days after its end is told to be of afterwards."""
JOINED = "joined"
GONE = "gone"


async def take_next_snapshot(tx: Tx) -> date | None:
    """Write down the first month that has ended and is not written yet; return it, or None if there is none.

    The groups are worked out as of that month's last day and stay so: whoever calls refreshes them after the last
    one. Two at once: the second finds the first's.
    """
    zone = (await get_business(tx)).time_zone
    today = today_of(tx, zone)
    terms = await get_terms(tx)
    if (month := await _next_month(tx, today)) is None:
        return None
    last_on = add_months(month, 1) - timedelta(days=1)
    await refresh_through(tx, last_on, time_zone=zone, terms=terms)
    # Behind the lock of the run.
    if await _next_month(tx, today) != month:
        return None
    await _write(tx, month, is_backdated=(today - last_on).days > LATE_DAYS)
    return month


async def _next_month(tx: Tx, today: date) -> date | None:
    this_month = today.replace(day=1)
    first: date | None = await tx.fetchval(
        """
        -- segments.find_next_month
        select coalesce(
            (select max(month) + interval '1 month' from group_snapshots where tenant_id = $1),
            greatest(
                date_trunc('month', coalesce(
                    (select min(business_date) from standing_days where tenant_id = $1 and purchases > 0),
                    (select min(enrolled_at)::date from members where tenant_id = $1)
                )),
                $2::date - $3::integer * interval '1 month'
            )
        )::date
        """,
        tx.tenant_id,
        this_month,
        HISTORY_MONTHS_MAX,
    )
    return first if first is not None and first < this_month else None


async def _write(tx: Tx, month: date, *, is_backdated: bool) -> None:
    await tx.execute(
        """
        -- segments.write_snapshot
        insert into group_snapshots (tenant_id, month, "group", members, taken_at, actor, is_backdated)
        select $1, $2, named, count(g.member_id), $4, $5, $6
        from unnest($3::text[]) as named
        left join member_groups g on g.tenant_id = $1 and g."group" = named
        group by named
        """,
        tx.tenant_id,
        month,
        list(GROUPS),
        tx.at,
        tx.actor,
        is_backdated,
    )
    await tx.execute(
        f"""
        -- segments.write_moves
        with moved as (
            select coalesce(month_group, '{JOINED}') as before, "group" as after, count(*) as members
            from member_groups where tenant_id = $1
            group by 1, 2
        ), earlier as (
            select "group", members from group_snapshots
            where tenant_id = $1 and month = $2::date - interval '1 month'
        ), gone as (
            select e."group", e.members - coalesce(sum(m.members), 0) as members
            from earlier e left join moved m on m.before = e."group"
            group by e."group", e.members
        )
        insert into group_moves (tenant_id, month, group_before, group_after, members)
        select $1, $2, before, after, members from moved where exists (select from earlier)
        union all
        select $1, $2, "group", '{GONE}', members from gone where members > 0
        """,  # noqa: S608  constants from above
        tx.tenant_id,
        month,
    )
    # Both look at the stays as they were: who is where they were has one that goes on.
    await tx.execute(
        """
        -- segments.write_stays
        with ended as (
            update group_stays s set until_month = $2
            where s.tenant_id = $1 and s.until_month is null and not exists (
                select from member_groups g
                where g.tenant_id = $1 and g.member_id = s.member_id and g."group" = s."group"
            )
        )
        insert into group_stays (tenant_id, member_id, "group", from_month)
        select $1, g.member_id, g."group", $2 from member_groups g
        where g.tenant_id = $1 and not exists (
            select from group_stays s
            where s.tenant_id = $1 and s.member_id = g.member_id and s.until_month is null and s."group" = g."group"
        )
        """,
        tx.tenant_id,
        month,
    )
    await tx.execute(
        """
        -- segments.keep_month_group
        update member_groups set month_group = "group"
        where tenant_id = $1 and month_group is distinct from "group"
        """,
        tx.tenant_id,
    )


async def list_snapshots(tx: Tx, *, limit: int) -> list[Snapshot]:
    """Return the months that were written down, the latest first."""
    rows = await tx.fetch(
        """
        -- segments.list_snapshots
        select month, min(taken_at) as taken_at, min(actor) as actor, bool_or(is_backdated) as is_backdated,
               array_agg("group") as groups, array_agg(members) as members
        from group_snapshots where tenant_id = $1
        group by month
        order by month desc
        limit $2
        """,
        tx.tenant_id,
        limit,
    )
    snapshots = []
    for row in rows:
        counted = dict(zip(row["groups"], row["members"], strict=True))
        snapshots.append(
            Snapshot(
                month=row["month"],
                taken_at=row["taken_at"],
                actor=row["actor"],
                is_backdated=row["is_backdated"],
                members={group: counted[group] for group in GROUPS},
            )
        )
    return snapshots


async def list_moves(tx: Tx, month: date) -> list[Move]:
    """Return who went where between the end of the month before and the end of ``month``."""
    return (await list_moves_by_month(tx, month, month)).get(month, [])


async def list_moves_by_month(tx: Tx, first: date, last: date) -> dict[date, list[Move]]:
    """Return who went where into the end of each month from ``first`` to ``last``, in order."""
    rows = await tx.fetch(
        """
        -- segments.list_moves
        select month, nullif(group_before, $4) as before, nullif(group_after, $5) as after, members
        from group_moves where tenant_id = $1 and month between $2 and $3
        order by month
        """,
        tx.tenant_id,
        first,
        last,
        JOINED,
        GONE,
    )
    moves: dict[date, list[Move]] = defaultdict(list)
    for row in rows:
        moves[row["month"]].append(Move(row["before"], row["after"], row["members"]))
    return moves
