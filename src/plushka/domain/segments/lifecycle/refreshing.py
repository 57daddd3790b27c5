"""Working out the groups of a whole base in one statement; the same as ``engine/lifecycle.py`` says of one member."""

from datetime import date
from zoneinfo import ZoneInfo

from plushka.domain.businesses.queries import get_business
from plushka.domain.segments.lifecycle.model import Run, Terms
from plushka.domain.segments.lifecycle.terms import GROUP_SQL, get_terms
from plushka.engine.lifecycle import WINDOW_DAYS
from plushka.platform.database import Tx

_GROUP = GROUP_SQL.format(days="days", visits="visits", active="$6", drowsy="$7", asleep="$8", core="$9")
_REFRESH = f"""
    -- segments.refresh_groups
    with bought as (
        select member_id, max(business_date) as last_on,
               count(distinct business_date) filter (where business_date > $2::date - $3::integer)::integer as visits,
               coalesce(sum(spend_minor) filter (where business_date > $2::date - $3::integer), 0)::bigint
                   as spend_minor
        from standing_days
        where tenant_id = $1 and business_date <= $2 and purchases > 0
        group by member_id
    ), facts as (
        select m.id as member_id, b.last_on, $2::date - b.last_on as days, coalesce(b.visits, 0) as visits,
               coalesce(b.spend_minor, 0) as spend_minor
        from members m left join bought b on b.member_id = m.id
        where m.tenant_id = $1 and m.merged_into is null and m.erased_at is null
          and ((m.enrolled_at at time zone $5)::date <= $2 or b.last_on is not null)
    ), ranked as (
        select *, count(*) over (partition by last_on is null) as buyers,
               rank() over (partition by last_on is null order by last_on) - 1 as staler,
               rank() over (partition by last_on is null order by visits) - 1 as rarer,
               rank() over (partition by last_on is null order by spend_minor) - 1 as cheaper
        from facts
    )
    insert into member_groups as g
        (tenant_id, member_id, "group", r, f, m, last_on, visits, spend_minor, as_of)
    select $1, member_id, {_GROUP},
           case when days is null then 0 when $10::integer[] is null then 1 + 5 * staler / buyers
                else 5 - width_bucket(days - 1, $10::integer[]) end,
           case when days is null then 0 when $10::integer[] is null then 1 + 5 * rarer / buyers
                else 1 + width_bucket(visits, $11::integer[]) end,
           case when days is null then 0 when $10::integer[] is null then 1 + 5 * cheaper / buyers
                else 1 + width_bucket(spend_minor, $12::bigint[]) end,
           last_on, visits, spend_minor, $4
    from ranked
    on conflict (tenant_id, member_id) do update
    set "group" = excluded."group", r = excluded.r, f = excluded.f, m = excluded.m, last_on = excluded.last_on,
        visits = excluded.visits, spend_minor = excluded.spend_minor, as_of = excluded.as_of
"""  # noqa: S608  constants from above


def today_of(tx: Tx, time_zone: str) -> date:
    """Return the day that it is for the business."""
    return tx.at.astimezone(ZoneInfo(time_zone)).date()


async def refresh_groups(tx: Tx) -> Run:
    """Work out the groups of all members by their purchases up to now. Whoever does so at once waits.

    The base is whoever has enrolled or bought by then, less who was merged into somebody or deleted themselves: of whom
    joins after midnight the first purchase may be of the business day before.
    """
    zone = (await get_business(tx)).time_zone
    return await refresh_through(tx, today_of(tx, zone), time_zone=zone, terms=await get_terms(tx))


async def refresh_through(tx: Tx, through_on: date, *, time_zone: str, terms: Terms) -> Run:
    """Work out the groups as of the end of a business day, by what is known of it now."""
    await _lock(tx, through_on)
    bounds = terms.bounds
    done = await tx.execute(
        _REFRESH,
        tx.tenant_id,
        through_on,
        WINDOW_DAYS,
        tx.at,
        time_zone,
        terms.rhythm.active_days,
        terms.rhythm.drowsy_days,
        terms.rhythm.asleep_days,
        terms.rhythm.core_visits,
        None if bounds is None else list(bounds.recency_days),
        None if bounds is None else list(bounds.visits),
        None if bounds is None else list(bounds.spend_minor),
    )
    members = int(done.rpartition(" ")[2])
    # Who has left the base, or had not joined it on that day.
    await tx.execute(
        """
        -- segments.forget_groups
        delete from member_groups g
        where g.tenant_id = $1 and (g.as_of <> $2 or exists (
            select from members m
            where m.tenant_id = $1 and m.id = g.member_id and (m.merged_into is not null or m.erased_at is not null)
        ))
        """,
        tx.tenant_id,
        tx.at,
    )
    await tx.execute(
        """
        -- segments.note_run
        update group_runs set as_of = $2, through_on = $3, members = $4 where tenant_id = $1
        """,
        tx.tenant_id,
        tx.at,
        through_on,
        members,
    )
    return Run(as_of=tx.at, through_on=through_on, members=members)


async def _lock(tx: Tx, through_on: date) -> None:
    await tx.execute(
        """
        -- segments.lock_run
        insert into group_runs (tenant_id, as_of, through_on, members) values ($1, $2, $3, 0)
        on conflict (tenant_id) do update set as_of = group_runs.as_of
        """,
        tx.tenant_id,
        tx.at,
        through_on,
    )
