"""Which receipts a scenario brought, month by month: counted by a job and kept, for pages to read.

A receipt belongs to the first scenario that claims it: birthday, then reactivation, then promotions.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from plushka.domain.businesses.queries import get_business
from plushka.domain.insights.campaigns.greeted import GREETED, WINDOW
from plushka.domain.insights.payback.model import SCENARIOS, Effect, Scenario
from plushka.domain.rollups.model import ALL_BRANCHES
from plushka.engine.expiry import DAY, add_months
from plushka.platform.database import Tx

MONTHS_KEPT: Final = 24
"""So many months back from now are counted."""
RECEIPTS_MAX: Final = 500


class Receipt(Struct, frozen=True):
    """A receipt of a scenario: what was paid for it in the end, what its goods cost, None where that is not known."""

    id: UUID
    external_id: str
    business_date: date
    member_id: UUID | None
    name: str
    revenue_minor: int
    goods_minor: int | None


async def list_due(tx: Tx, today: date, counted_before: datetime) -> list[date]:
    """Return the months to be counted: not counted yet, or their sales have changed since, if not counted lately.

    So is the month after such a one: what came back may let a later purchase be the first.
    """
    rows = await tx.fetch(
        """
        -- insights.list_due_payback
        select s.month_on,
               r.counted_at is null or r.revenue_minor <> s.revenue_minor and r.counted_at < $4 as is_due
        from (
            select date_trunc('month', business_date)::date as month_on, sum(revenue_minor)::bigint as revenue_minor
            from sales_days
            where tenant_id = $1 and branch_id = $2 and business_date >= $3
            group by 1
        ) as s
        left join payback_runs r on r.tenant_id = $1 and r.month_on = s.month_on
        order by s.month_on
        """,
        tx.tenant_id,
        ALL_BRANCHES,
        add_months(today.replace(day=1), 1 - MONTHS_KEPT),
        counted_before,
    )
    due = {row["month_on"] for row in rows if row["is_due"]}
    due |= {add_months(month, 1) for month in due}
    return [row["month_on"] for row in rows if row["month_on"] in due]


async def count_month(tx: Tx, month: date) -> None:
    """Count anew which receipts of a month each scenario brought.

    Birthday: the first of a member within ``WINDOW`` after a greeting, by the programme or by a journey, while what it
    gave lives.
    Reactivation: the first within ``WINDOW`` after a letter of a journey that begins with an absence, or of a broadcast
    that is to bring back, if no letter of another campaign went out in between. Promotions: those on which a promotion
    worked. Wholly returned receipts never were.
    """
    until = add_months(month, 1)
    await tx.execute(
        """
        -- insights.forget_payback
        delete from payback_receipts where tenant_id = $1 and month_on = $2
        """,
        tx.tenant_id,
        month,
    )
    await tx.execute(
        f"""
        -- insights.count_payback
        with {GREETED}, called as materialized (
            select coalesce(m.merged_into, m.id) as member_id, o.finished_at as at, o.campaign_id
            from campaigns c
            join outgoing o on o.tenant_id = $1 and o.campaign_id = c.id
            join members m on m.tenant_id = $1 and m.id = o.member_id
            where c.tenant_id = $1
              and (
                  c.aim = 'reactivation' or exists (
                      select from journey_versions v
                      where v.tenant_id = $1 and v.journey_id = c.id and v.body #>> '{{trigger,is}}' = 'absence'
                  )
              )
              and o.state in ('sent', 'delivered', 'unknown')
              and o.finished_at >= $2::date::timestamptz and o.finished_at < ($3::date + 2)::timestamptz
        ), claimed as (
            select p.id, 1 as place from greeted g
            cross join lateral (
                select r.id from receipts r
                where r.tenant_id = $1 and r.member_id = g.member_id
                  and r.occurred_at >= g.at and r.occurred_at < g.until_at
                  and (r.refunded_minor < r.payable_minor or r.payable_minor = 0)
                order by r.occurred_at, r.id
                limit 1
            ) as p
            union all
            select p.id, 2 from called c
            cross join lateral (
                select r.id, r.occurred_at from receipts r
                where r.tenant_id = $1 and r.member_id = c.member_id
                  and r.occurred_at >= c.at and r.occurred_at < c.at + $4::interval
                  and (r.refunded_minor < r.payable_minor or r.payable_minor = 0)
                order by r.occurred_at, r.id
                limit 1
            ) as p
            where not exists (
                select from outgoing x
                where x.tenant_id = $1 and x.member_id = c.member_id and x.campaign_id <> c.campaign_id
                  and x.state in ('sent', 'delivered', 'unknown')
                  and x.finished_at + interval '0' > c.at and x.finished_at + interval '0' <= p.occurred_at
            )
            union all
            select r.id, 3 from receipts r
            cross join lateral (
                select d ->> 4 as promotion_id from json_array_elements(r.outcome -> 'discounts') as d
                where d ->> 0 = 'promotion'
                union
                select g ->> 4 from json_array_elements(r.outcome -> 'gifts') as g where g ->> 4 is not null
                union
                select n ->> 1 from json_array_elements(r.outcome -> 'notes') as n
                where n ->> 0 = 'share_raised' and r.redeemed_minor > 0
            ) as used
            where r.tenant_id = $1 and r.business_date >= $8 and r.business_date < $9
              and (r.discount_minor > 0 or r.redeemed_minor > 0 or r.outcome::text like '%"gifts"%')
        ), first_claims as (
            select id, min(place) as place from claimed group by id
        )
        insert into payback_receipts (tenant_id, receipt_id, month_on, scenario, revenue_minor, goods_minor)
        select $1, r.id, $8, ($10::text[])[c.place], r.payable_minor - r.refunded_minor,
               case when r.payable_minor = 0 then r.cost_minor
                    else round(r.cost_minor::numeric * (r.payable_minor - r.refunded_minor) / r.payable_minor)::bigint
               end
        from first_claims c
        join receipts r on r.tenant_id = $1 and r.id = c.id
        where r.business_date >= $8 and r.business_date < $9
          and (r.refunded_minor < r.payable_minor or r.payable_minor = 0)
        """,  # noqa: S608  a constant
        tx.tenant_id,
        month - WINDOW - DAY,
        until - DAY,
        WINDOW,
        None,
        (await get_business(tx)).time_zone,
        None,
        month,
        until,
        list(SCENARIOS),
    )
    await tx.execute(
        """
        -- insights.note_payback_run
        insert into payback_runs (tenant_id, month_on, counted_at, revenue_minor)
        select $1, $2, $3, coalesce(sum(revenue_minor), 0)::bigint from sales_days
        where tenant_id = $1 and branch_id = $4 and business_date >= $2 and business_date < $5
        on conflict (tenant_id, month_on) do update
        set counted_at = excluded.counted_at, revenue_minor = excluded.revenue_minor
        """,
        tx.tenant_id,
        month,
        tx.at,
        ALL_BRANCHES,
        until,
    )


async def sum_effects(tx: Tx, months: Sequence[date]) -> dict[tuple[Scenario, date], Effect]:
    """Return what each scenario brought in each month, as it was last counted."""
    rows = await tx.fetch(
        """
        -- insights.sum_payback
        select scenario, month_on, count(*) as receipts, count(*) filter (where goods_minor is null) as unknown_cost,
               coalesce(sum(revenue_minor) filter (where goods_minor is not null), 0)::bigint as revenue_minor,
               coalesce(sum(goods_minor), 0)::bigint as goods_minor
        from payback_receipts
        where tenant_id = $1 and month_on = any($2::date[])
        group by scenario, month_on
        """,
        tx.tenant_id,
        list(months),
    )
    return {
        (row["scenario"], row["month_on"]): Effect(**{name: row[name] for name in Effect.__struct_fields__})
        for row in rows
    }


async def find_counted(tx: Tx, months: Sequence[date]) -> datetime | None:
    """Return when the months were counted, the longest ago of those that were; None: none was."""
    counted: datetime | None = await tx.fetchval(
        """
        -- insights.find_payback_counted
        select min(counted_at) from payback_runs where tenant_id = $1 and month_on = any($2::date[])
        """,
        tx.tenant_id,
        list(months),
    )
    return counted


async def sum_messages(tx: Tx, months: Sequence[date], zone: str) -> dict[date, int]:
    """Return what letters of each month cost by their deliveries, tries that were given up too."""
    rows = await tx.fetch(
        """
        -- insights.sum_messages
        select date_trunc('month', o.finished_at at time zone $4)::date as month_on,
               sum(o.cost_minor + coalesce((
                   select sum(t.cost_minor) from outgoing_tries t where t.tenant_id = $1 and t.outgoing_id = o.id
               ), 0))::bigint as cost_minor
        from outgoing o
        where o.tenant_id = $1 and o.finished_at >= $2::timestamp at time zone $4
          and o.finished_at < $3::timestamp at time zone $4 and o.cost_minor > 0
        group by 1
        """,
        tx.tenant_id,
        _midnight(months[0]),
        _midnight(add_months(months[-1], 1)),
        zone,
    )
    return {row["month_on"]: row["cost_minor"] for row in rows}


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001  by the clock of the zone


async def list_receipts(tx: Tx, scenarios: Sequence[Scenario], months: Sequence[date]) -> list[Receipt]:
    """Return the receipts of scenarios in some months, those that brought most first, at most ``RECEIPTS_MAX``."""
    rows = await tx.fetch(
        """
        -- insights.list_payback_receipts
        select r.id, r.external_id, r.business_date, r.member_id, coalesce(m.name, '') as name,
               p.revenue_minor, p.goods_minor
        from payback_receipts p
        join receipts r on r.tenant_id = $1 and r.id = p.receipt_id
        left join members m on m.tenant_id = $1 and m.id = r.member_id
        where p.tenant_id = $1 and p.scenario = any($2::text[]) and p.month_on = any($3::date[])
        order by p.revenue_minor - p.goods_minor desc nulls last, r.id
        limit $4
        """,
        tx.tenant_id,
        list(scenarios),
        list(months),
        RECEIPTS_MAX,
    )
    return [Receipt(**row) for row in rows]


async def list_scenarios(tx: Tx) -> dict[str, Scenario]:
    """Return which scenario each campaign that was compared is of, by its subject; of another one nothing."""
    rows = await tx.fetch(
        """
        -- insights.list_scenarios
        select 'campaign:' || c.id as subject,
               case when c.aim = 'reactivation' or v.triggers @> array['absence'] then 'reactivation'
                    when v.triggers @> array['birthday'] then 'birthday'
               end as scenario
        from campaigns c
        cross join lateral (
            select coalesce(array_agg(body #>> '{trigger,is}'), '{}') as triggers from journey_versions
            where tenant_id = $1 and journey_id = c.id
        ) as v
        where c.tenant_id = $1 and c.control_bp > 0
        """,
        tx.tenant_id,
    )
    return {row["subject"]: row["scenario"] for row in rows if row["scenario"] is not None}
