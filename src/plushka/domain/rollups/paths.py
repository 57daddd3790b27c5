"""What came first of members' purchases, and what they come to; first purchases are counted among sales, too."""

from uuid import UUID

from plushka.domain.rollups.counting import writing
from plushka.domain.rollups.model import ALL_BRANCHES, SALES_DAYS, Schema
from plushka.platform.database import Tx

_ZEROS = ", ".join("0" for name in SALES_DAYS.sums if name != "first_purchases")
_FIRSTS = f"""
    select coalesce(branch_id, '{ALL_BRANCHES}'::uuid), business_date, program_id, true, {_ZEROS}, sum(sign)
    from (
        select r.branch_id, r.business_date, v.program_id, m.sign
        from moved m
        join receipts r on r.tenant_id = $1 and r.id = m.id
        join program_versions v on v.tenant_id = $1 and v.id = r.version_id
    ) as firsts
    group by grouping sets ((branch_id, business_date, program_id), (business_date, program_id))
"""  # noqa: S608
_COUNTED = "not exists (select from returns f where f.tenant_id = $1 and f.receipt_id = r.id and f.is_full)"


async def save_paths(tx: Tx, member_ids: list[UUID] | None = None, *, schema: Schema = "public") -> None:
    """Work the paths of members out anew, or (None) of all who have months; their months are up to date.

    The order is that of the moments of purchases, at one moment that of their ids.
    """
    who = "unnest($2::uuid[])"
    if member_ids is None:
        who = f"""
            (select distinct member_id from {schema}.member_months where tenant_id = $1 and $2::uuid[] is null)
        """  # noqa: S608
    await tx.execute(
        f"""
        -- rollups.save_paths
        with paths as materialized (
            select t.member_id, f.ids[1] as first_id, f.days, l.last_on
            from {who} as t (member_id)
            left join lateral (
                select array_agg(id order by occurred_at, id) as ids,
                       array_agg(business_date order by occurred_at, id) as days
                from (
                    select r.id, r.occurred_at, r.business_date from receipts r
                    where r.tenant_id = $1 and r.member_id = t.member_id and {_COUNTED}
                    order by r.occurred_at, r.id limit 4
                ) as first
            ) as f on true
            left join lateral (
                select r.business_date as last_on from receipts r
                where r.tenant_id = $1 and r.member_id = t.member_id and {_COUNTED}
                order by r.occurred_at desc, r.id desc limit 1
            ) as l on true
        ), before as (
            select member_id, first_id from {schema}.member_paths
            where tenant_id = $1 and member_id in (select member_id from paths)
        ), moved as (
            select p.first_id as id, 1 as sign from paths p left join before b using (member_id)
            where p.first_id is distinct from b.first_id and p.first_id is not null
            union all
            select b.first_id, -1 from before b join paths p using (member_id)
            where p.first_id is distinct from b.first_id
        ), counted as ({writing(SALES_DAYS, _FIRSTS, adds=True, schema=schema)}), gone as (
            delete from {schema}.member_paths
            where tenant_id = $1 and member_id in (select member_id from paths where first_id is null)
        )
        insert into {schema}.member_paths (
            tenant_id, member_id, first_id, first_on, second_on, third_on, fourth_on, last_on, receipts, lines,
            revenue_minor
        )
        select $1, p.member_id, p.first_id, p.days[1], p.days[2], p.days[3], p.days[4], p.last_on,
               coalesce(m.receipts, 0), coalesce(m.lines, 0), coalesce(m.revenue_minor, 0)
        from paths p
        left join lateral (
            select sum(m.receipts) as receipts, sum(m.lines) as lines, sum(m.revenue_minor) as revenue_minor
            from {schema}.member_months m where m.tenant_id = $1 and m.member_id = p.member_id
        ) as m on true
        where p.first_id is not null
        on conflict (tenant_id, member_id) do update
        set first_id = excluded.first_id, first_on = excluded.first_on, second_on = excluded.second_on,
            third_on = excluded.third_on, fourth_on = excluded.fourth_on, last_on = excluded.last_on,
            receipts = excluded.receipts, lines = excluded.lines, revenue_minor = excluded.revenue_minor
        """,  # noqa: S608
        tx.tenant_id,
        member_ids,
    )
