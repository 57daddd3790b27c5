"""What campaigns have caused, counted from their recipients' receipts."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from asyncpg import Record
from msgspec import Struct

from plushka.domain.insights.campaigns.keeping import keep
from plushka.domain.insights.campaigns.model import RETURNS_END_AFTER, subject_of_campaign
from plushka.domain.insights.campaigns.parts import Part, list_incomplete, list_parts
from plushka.domain.insights.campaigns.sums import BOUGHT, cells_of
from plushka.platform.database import Tx

JOURNEY_DAYS: Final = 30
"""So long after they entered a journey its members are measured: its last step comes days after the first."""

_EACH_HOUR, _EACH_DAY = timedelta(minutes=50), timedelta(hours=20)


class Due(Struct, frozen=True):
    """A campaign to be counted: from its first recipient's start until the last one's window ends.

    ``is_counted``: all of it stands, and its quarters alone are to be counted.
    """

    campaign_id: UUID
    from_at: datetime
    until_at: datetime
    is_open: bool
    is_counted: bool


async def list_due(tx: Tx) -> list[Due]:
    """Return campaigns with a control group: hourly until their window ends, then daily while goods may come back.

    What stands is due once more if it lacks quarters that it reaches into.
    """
    rows = await tx.fetch(
        """
        -- insights.list_due_campaigns
        with running as (
            select c.id, c.state not in ('done', 'cancelled') as is_open,
                   case when c.kind = 'journey' then $5 else c.window_days end as window_days,
                   coalesce(c.finished_at, $2) as ends_at,
                   (
                       select min(r.planned_at) from campaign_recipients r
                       where r.tenant_id = $1 and r.campaign_id = c.id
                   ) as from_at
            from campaigns c
            where c.tenant_id = $1 and c.control_bp > 0 and c.started_at is not null
        ), dated as (
            select id, is_open, from_at,
                   greatest(ends_at, from_at) + make_interval(days => window_days) as until_at
            from running
            where from_at is not null
        )
        select d.id, d.is_open, d.from_at, d.until_at, coalesce(x.is_final, false) as is_counted
        from dated d
        left join experiments x on x.tenant_id = $1 and x.subject = 'campaign:' || d.id
        where x.subject is null
           or not x.is_final and x.counted_at < $2 - case when d.until_at > $2 then $3::interval else $4::interval end
           or x.is_final and x.subject = any($6::text[])
        order by d.id
        """,
        tx.tenant_id,
        tx.at,
        _EACH_HOUR,
        _EACH_DAY,
        JOURNEY_DAYS,
        list(await list_incomplete(tx)),
    )
    return [_due(row) for row in rows]


def _due(row: Record) -> Due:
    return Due(row["id"], row["from_at"], row["until_at"], row["is_open"], row["is_counted"])


async def measure(tx: Tx, due: Due) -> None:
    """Compare a campaign's groups, and in each quarter that it reaches into besides, if these are several."""
    subject = subject_of_campaign(due.campaign_id)
    if not due.is_counted:
        is_final = not due.is_open and due.until_at + RETURNS_END_AFTER <= tx.at
        await _compare(tx, due, Part(subject, due.from_at, due.until_at, is_final), is_whole=True)
    for part in await list_parts(tx, subject, due.from_at, due.until_at):
        await _compare(tx, due, part)


async def _compare(tx: Tx, due: Due, part: Part, *, is_whole: bool = False) -> None:
    """Compare a campaign's groups as they were drawn, and keep what was found.

    A broadcast is measured from when its recipients were chosen until its window after the last letter; somebody in a
    journey for ``JOURNEY_DAYS`` from when they entered. Of two cards of one person the one that was kept counts. In a
    part of it those count who have days in it.
    """
    rows = await tx.fetch(
        f"""
        -- insights.measure_campaign
        with told as (
            select member_id, is_control, stratum, planned_at,
                   case when offered_at is not null and untold_at is null
                             and ($5::timestamptz is null or offered_at >= $5 and offered_at < $6)
                        then coalesce(points, 0) else 0
                   end
                       as points_given,
                   0::bigint as messages_minor
            from campaign_recipients
            where tenant_id = $1 and campaign_id = $2
            union all
            select o.member_id, null, null, null, 0, o.cost_minor + coalesce((
                select sum(t.cost_minor) from outgoing_tries t where t.tenant_id = $1 and t.outgoing_id = o.id
            ), 0)::bigint
            from outgoing o
            where o.tenant_id = $1 and o.campaign_id = $2
              and ($5::timestamptz is null or o.finished_at >= $5 and o.finished_at < $6)
            union all
            select r.member_id, null, null, null, p.points, 0
            from journey_passes p
            join journey_runs r on r.tenant_id = $1 and r.id = p.run_id
            where p.tenant_id = $1 and p.journey_id = $2 and p.points is not null
              and ($5::timestamptz is null or p.at >= $5 and p.at < $6)
        ), drawn as (
            select member_id, bool_or(is_control) as is_control, max(stratum) as stratum, min(planned_at) as from_at,
                   sum(points_given) as points_given, sum(messages_minor) as messages_minor
            from told
            group by member_id
            having count(planned_at) > 0
        ), told_people as (
            select coalesce(m.merged_into, m.id) as member_id, d.is_control, d.stratum, d.from_at,
                   greatest(d.from_at, $5) as since_at,
                   least(
                       $6, case when c.kind = 'journey' then d.from_at + make_interval(days => $4)
                                else $3::timestamptz
                           end
                   ) as until_at,
                   d.messages_minor, d.points_given
            from campaigns c
            cross join drawn d
            join members m on m.tenant_id = $1 and m.id = d.member_id
            where c.tenant_id = $1 and c.id = $2
              and not exists (
                  select from campaign_recipients k
                  where k.tenant_id = $1 and k.campaign_id = $2 and k.member_id = m.merged_into
              )
        ), people as materialized (
            select * from told_people where since_at < until_at
        ),
        {BOUGHT}
        """,  # noqa: S608  composed of fixed parts
        tx.tenant_id,
        due.campaign_id,
        due.until_at,
        JOURNEY_DAYS,
        None if is_whole else part.from_at,
        None if is_whole else part.until_at,
    )
    cells, costs = cells_of(rows)
    await keep(
        tx,
        part.subject,
        cells,
        costs,
        from_at=part.from_at,
        until_at=part.until_at,
        is_final=part.is_final,
    )
