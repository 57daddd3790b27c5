"""What campaigns have caused, counted from their recipients' receipts."""

from datetime import datetime, timedelta
from uuid import UUID

from asyncpg import Record
from msgspec import Struct

from plushka.domain.insights.campaigns.keeping import keep
from plushka.domain.insights.campaigns.model import RETURNS_END_AFTER, subject_of_campaign
from plushka.domain.insights.campaigns.sums import BOUGHT, cells_of
from plushka.platform.database import Tx

_EACH_HOUR, _EACH_DAY = timedelta(minutes=50), timedelta(hours=20)


class Due(Struct, frozen=True):
    """A campaign to be counted: from its first recipient's start until the last one's window ends."""

    campaign_id: UUID
    from_at: datetime
    until_at: datetime
    is_open: bool


async def list_due(tx: Tx) -> list[Due]:
    """Return campaigns with a control group: hourly until their window ends, then daily while goods may come back."""
    rows = await tx.fetch(
        """
        -- insights.list_due_campaigns
        with running as (
            select c.id, c.state not in ('done', 'cancelled') as is_open, c.window_days,
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
        select d.id, d.is_open, d.from_at, d.until_at
        from dated d
        left join experiments x on x.tenant_id = $1 and x.subject = 'campaign:' || d.id
        where x.subject is null
           or not x.is_final and x.counted_at < $2 - case when d.until_at > $2 then $3::interval else $4::interval end
        order by d.id
        """,
        tx.tenant_id,
        tx.at,
        _EACH_HOUR,
        _EACH_DAY,
    )
    return [_due(row) for row in rows]


def _due(row: Record) -> Due:
    return Due(row["id"], row["from_at"], row["until_at"], row["is_open"])


async def measure(tx: Tx, due: Due) -> None:
    """Compare a campaign's groups as they were drawn, and keep what was found.

    A broadcast is measured from when its recipients were chosen until its window after the last letter; somebody in a
    journey for its window from when they entered. Of two cards of one person the one that was kept counts.
    """
    rows = await tx.fetch(
        f"""
        -- insights.measure_campaign
        with people as (
            select coalesce(m.merged_into, m.id) as member_id, r.is_control, r.stratum, r.planned_at as from_at,
                   case when c.kind = 'journey' then r.planned_at + make_interval(days => c.window_days)
                        else $3::timestamptz
                   end as until_at,
                   coalesce(o.messages_minor, 0) as messages_minor,
                   case when r.offered_at is not null and r.untold_at is null then coalesce(r.points, 0) else 0 end
                       as points_given
            from campaigns c
            join campaign_recipients r on r.tenant_id = $1 and r.campaign_id = c.id
            join members m on m.tenant_id = $1 and m.id = r.member_id
            left join (
                select o.member_id, sum(o.cost_minor + coalesce(t.cost_minor, 0)) as messages_minor
                from outgoing o
                left join (
                    select outgoing_id, sum(cost_minor) as cost_minor from outgoing_tries
                    where tenant_id = $1 group by outgoing_id
                ) as t on t.outgoing_id = o.id
                where o.tenant_id = $1 and o.campaign_id = $2
                group by o.member_id
            ) as o on o.member_id = r.member_id
            where c.tenant_id = $1 and c.id = $2
              and not exists (
                  select from campaign_recipients k
                  where k.tenant_id = $1 and k.campaign_id = $2 and k.member_id = m.merged_into
              )
        ),
        {BOUGHT}
        """,  # noqa: S608  composed of fixed parts
        tx.tenant_id,
        due.campaign_id,
        due.until_at,
    )
    cells, costs = cells_of(rows)
    await keep(
        tx,
        subject_of_campaign(due.campaign_id),
        cells,
        costs,
        from_at=due.from_at,
        until_at=due.until_at,
        is_final=not due.is_open and due.until_at + RETURNS_END_AFTER <= tx.at,
    )
