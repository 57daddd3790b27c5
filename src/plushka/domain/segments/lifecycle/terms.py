"""By what a business sorts its members: our bounds until it has its own."""

from asyncpg import Record

from plushka.domain.audit import operations as audit
from plushka.domain.segments.lifecycle.model import Terms
from plushka.engine.lifecycle import (
    GROUPS,
    WINDOW_DAYS,
    Group,
    Rhythm,
    ScoreBounds,
    check_rhythm,
    check_score_bounds,
)
from plushka.platform.database import Tx

NINE_OF_TEN = 0.9
GAPS_MIN = 100
"""Fewer gaps between visits say nothing of a rhythm."""

GROUP_SQL = """
    case when {days} is null then 'none'
         when {days} > {asleep} then 'lost'
         when {days} > {drowsy} then 'asleep'
         when {days} > {active} then 'drowsy'
         when {visits} >= {core} then 'core'
         when {visits} <= 1 then 'newcomer'
         else 'potential' end
"""
"""``engine.lifecycle.group_of`` in SQL."""


async def get_terms(tx: Tx) -> Terms:
    """Return the business's terms, ours where it has none."""
    row = await tx.fetchrow(
        """
        -- segments.get_terms
        select active_days, drowsy_days, asleep_days, core_visits, recency_bounds, visit_bounds, spend_bounds_minor
        from lifecycle_settings where tenant_id = $1
        """,
        tx.tenant_id,
    )
    return Terms() if row is None else _terms(row)


async def set_terms(tx: Tx, terms: Terms) -> None:
    """Let the business sort its members by ``terms`` from the next run on; months that are kept stay as they are.

    :raises Invalid: the bounds do not rise, or are out of range
    """
    check_rhythm(terms.rhythm)
    if terms.bounds is not None:
        check_score_bounds(terms.bounds)
    before = await get_terms(tx)
    if terms == before:
        return
    rhythm, bounds = terms.rhythm, terms.bounds
    await tx.execute(
        """
        -- segments.set_terms
        insert into lifecycle_settings
            (tenant_id, active_days, drowsy_days, asleep_days, core_visits, recency_bounds, visit_bounds,
             spend_bounds_minor)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict (tenant_id) do update
        set active_days = excluded.active_days, drowsy_days = excluded.drowsy_days,
            asleep_days = excluded.asleep_days, core_visits = excluded.core_visits,
            recency_bounds = excluded.recency_bounds, visit_bounds = excluded.visit_bounds,
            spend_bounds_minor = excluded.spend_bounds_minor
        """,
        tx.tenant_id,
        rhythm.active_days,
        rhythm.drowsy_days,
        rhythm.asleep_days,
        rhythm.core_visits,
        None if bounds is None else list(bounds.recency_days),
        None if bounds is None else list(bounds.visits),
        None if bounds is None else list(bounds.spend_minor),
    )
    await audit.record(
        tx,
        action="groups.change_bounds",
        subject=f"business:{tx.tenant_id}",
        changes={"group_bounds": (_told(before), _told(terms))},
    )


async def preview(tx: Tx, rhythm: Rhythm) -> dict[Group, int]:
    """Return how many members would be in each group by other bounds, from what the last run has seen."""
    group = GROUP_SQL.format(
        days="r.through_on - g.last_on", visits="g.visits", active="$2", drowsy="$3", asleep="$4", core="$5"
    )
    rows = await tx.fetch(
        f"""
        -- segments.preview_groups
        select {group} as "group", count(*) as members
        from member_groups g
        join group_runs r on r.tenant_id = $1
        join members m on m.tenant_id = $1 and m.id = g.member_id and m.merged_into is null and m.erased_at is null
        where g.tenant_id = $1
        group by 1
        """,  # noqa: S608  constants from above
        tx.tenant_id,
        rhythm.active_days,
        rhythm.drowsy_days,
        rhythm.asleep_days,
        rhythm.core_visits,
    )
    counted = {row["group"]: row["members"] for row in rows}
    return {group: counted.get(group, 0) for group in GROUPS}


async def suggest_rhythm(tx: Tx, *, core_visits: int) -> Rhythm | None:
    """Return bounds by how often the business's own members come; None while too few have come twice.

    Nine of ten gaps between neighbouring visits of the last year are no longer than ``active_days``.
    """
    row = await tx.fetchrow(
        """
        -- segments.find_usual_gap
        with visits as (
            select member_id, business_date
            from standing_days
            where tenant_id = $1 and purchases > 0 and business_date > $2::date - $3::integer
            group by member_id, business_date
        ), gaps as (
            select business_date - lag(business_date) over (partition by member_id order by business_date) as days
            from visits
        )
        select count(days) as gaps, percentile_disc($4) within group (order by days) as usual_days from gaps
        """,
        tx.tenant_id,
        tx.at.date(),
        WINDOW_DAYS,
        NINE_OF_TEN,
    )
    if row is None or row["gaps"] < GAPS_MIN:
        return None
    return Rhythm.of_gap(row["usual_days"], core_visits=core_visits)


def _terms(row: Record) -> Terms:
    rhythm = Rhythm(row["active_days"], row["drowsy_days"], row["asleep_days"], row["core_visits"])
    if row["recency_bounds"] is None:
        return Terms(rhythm)
    return Terms(
        rhythm,
        ScoreBounds(
            tuple(row["recency_bounds"]), tuple(row["visit_bounds"]), tuple(row["spend_bounds_minor"])
        ),
    )


def _told(terms: Terms) -> str:
    rhythm = terms.rhythm
    days = f"{rhythm.active_days}/{rhythm.drowsy_days}/{rhythm.asleep_days}, {rhythm.core_visits}"
    if terms.bounds is None:
        return days
    steps = (terms.bounds.recency_days, terms.bounds.visits, terms.bounds.spend_minor)
    return "; ".join((days, *("/".join(map(str, each)) for each in steps)))
