"""Which purchases are counted as a broadcast's (decision 0092): figures and the rows of recipients ask the same."""

from datetime import timedelta
from typing import Final

AGAIN_WITHIN: Final = timedelta(days=30)
"""So long after the purchase that is counted another one, on a later day, is to have come again."""
FIRST_PURCHASE: Final = """
                select e.id as receipt_id, e.payable_minor - e.refunded_minor as revenue_minor, e.occurred_at,
                       e.business_date,
                       case when e.payable_minor = 0 then e.cost_minor
                            else (
                                e.cost_minor::numeric * (e.payable_minor - e.refunded_minor) / e.payable_minor
                            )::bigint
                       end as cost_minor,
                       e.discount_minor + e.redeemed_minor as discount_minor,
                       json_array_length(e.basket -> 'basket' -> 'lines') as positions
                from receipts e
                where e.tenant_id = $1 and e.member_id = {buyer} and {sent}
                  and e.occurred_at >= {told_at} and e.occurred_at < {told_at} + {window}
                  and (e.refunded_minor < e.payable_minor or e.payable_minor = 0)
                order by e.occurred_at, e.id
                limit 1"""
"""What ``buyer`` bought first within the ``window`` after a letter that was ``sent``, and did not bring back whole."""
CAME_AGAIN: Final = f"""
                   p.occurred_at is not null and exists (
                       select from receipts n
                       where n.tenant_id = $1 and n.member_id = {{buyer}} and n.business_date - p.business_date > 0
                         and n.occurred_at > p.occurred_at
                         and n.occurred_at < p.occurred_at + interval '{AGAIN_WITHIN.days} days'
                         and (n.refunded_minor < n.payable_minor or n.payable_minor = 0)
                   )
"""
"""Whether the member ``buyer`` came again after the purchase ``p``."""
ATTRIBUTED = f"""
        who as materialized (
            select r.member_id, r.campaign_id, r.variant, coalesce(m.sex, '') as sex,
                   coalesce(m.merged_into, m.id) as buyer_id
            from campaign_recipients r
            join members m on m.tenant_id = $1 and m.id = r.member_id
            where r.tenant_id = $1 and r.campaign_id = $2 and not r.is_control
              and ($4::uuid[] is null or r.member_id = any($4))
        ), letters as materialized (
            select right(key, 36)::uuid as recipient_id, id, channel, state, cost_minor, finished_at from outgoing
            where tenant_id = $1 and campaign_id = $2
        ), addressed as materialized (
            select r.member_id, r.variant, coalesce(o.channel, '') as channel, r.sex, r.buyer_id,
                   o.id as letter_id, o.finished_at as told_at,
                   coalesce(o.state in ('sent', 'delivered', 'unknown'), false) as is_sent,
                   coalesce(o.state = 'delivered', false) as is_delivered,
                   coalesce(o.cost_minor, 0) + coalesce((
                       select sum(t.cost_minor) from outgoing_tries t
                       where t.tenant_id = $1 and t.outgoing_id = o.id
                   ), 0)::bigint as message_minor,
                   coalesce((
                       select s.tier from standings s
                       where s.tenant_id = $1 and s.member_id = r.buyer_id and s.tier is not null
                       order by s.program_id
                       limit 1
                   ), '') as tier
            from who r
            left join letters o on o.recipient_id = r.member_id
        ), bought as (
            select a.*, p.receipt_id, p.occurred_at, p.revenue_minor, p.cost_minor, p.discount_minor, p.positions,
                   {CAME_AGAIN.format(buyer="a.buyer_id")} as came_again
            from addressed a
            left join lateral (
{FIRST_PURCHASE.format(buyer="a.buyer_id", sent="a.is_sent", told_at="a.told_at", window="$3::interval")}
            ) as p on not exists (
                select from outgoing x
                where x.tenant_id = $1 and x.member_id = a.buyer_id and x.campaign_id <> $2
                  and x.state in ('sent', 'delivered', 'unknown')
                  and x.finished_at > a.told_at and x.finished_at <= p.occurred_at
            )
        )
"""  # noqa: S608  a constant
"""Stands after ``with``: ``bought`` has each recipient who was not left alone, once, with what they bought.

``$2`` is the broadcast, ``$3`` its window, ``$4`` the recipients who are asked for, null: all.
"""
