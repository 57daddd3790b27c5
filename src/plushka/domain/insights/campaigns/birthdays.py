"""What birthday greetings came to, tier by tier (F205): purchases that followed, which is not what they caused."""

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from plushka.domain.campaigns.sums import Sums
from plushka.platform.database import Tx

WINDOW: Final = timedelta(days=30)
"""So long after a greeting the first purchase is counted, or while its points live, if that is shorter."""


class Greetings(Sums, frozen=True):
    """Of members who were given points for their own birthday; ``letters`` told some of them, and went out."""

    greeted: int = 0
    letters: int = 0


async def count_greetings(tx: Tx, program_id: UUID, first_on: date, last_on: date) -> dict[str, Greetings]:
    """Return what greetings of these days came to, by the tier that the member has now ('': none).

    Of each the first purchase that was not wholly returned counts.
    """
    rows = await tx.fetch(
        """
        -- insights.count_greetings
        with greeted as materialized (
            select case when m.merged_into is null then m.id else m.merged_into end as member_id, g.at,
                   case when g.expires_at < g.at + $5 then g.expires_at else g.at + $5 end as until_at,
                   coalesce(s.tier, '') as tier, coalesce(letter.cost_minor, 0) as messages_minor,
                   coalesce(letter.is_sent, false) as is_told
            from occasion_gifts g
            join members m on m.tenant_id = $1 and m.id = g.member_id
            left join standings s on s.tenant_id = $1 and s.member_id = m.id and s.program_id = $2
            -- By the member: under row-level security no index is looked into by a key that is put together.
            left join lateral (
                select o.cost_minor, o.state in ('sent', 'delivered', 'unknown') as is_sent from outgoing o
                where o.tenant_id = $1 and o.member_id = g.member_id and o.key = 'occasion:' || g.id
            ) as letter on true
            where g.tenant_id = $1 and g.program_id = $2 and g.key like 'birthday:%' and g.cancelled_at is null
              and g.given_on between $3 and $4
        )
        select g.tier, count(*) as greeted, count(*) filter (where g.is_told) as letters,
               count(p.id) as purchases, count(p.cost_minor) as known_cost,
               coalesce(sum(p.payable_minor - p.refunded_minor), 0)::bigint as revenue_minor,
               coalesce(round(sum(
                   case when p.payable_minor = 0 then p.cost_minor
                        else p.cost_minor::numeric * (p.payable_minor - p.refunded_minor) / p.payable_minor
                   end
               )), 0)::bigint as cost_minor,
               sum(g.messages_minor)::bigint as messages_minor,
               coalesce(sum(p.discount_minor + p.redeemed_minor), 0)::bigint as discount_minor,
               coalesce(sum(p.positions), 0)::bigint as positions
        from greeted g
        left join lateral (
            select r.id, r.payable_minor, r.refunded_minor, r.cost_minor, r.discount_minor, r.redeemed_minor,
                   json_array_length(r.basket -> 'basket' -> 'lines') as positions
            from receipts r
            where r.tenant_id = $1 and r.member_id = g.member_id and r.occurred_at >= g.at
              and r.occurred_at < g.until_at and (r.refunded_minor < r.payable_minor or r.payable_minor = 0)
            order by r.occurred_at, r.id
            limit 1
        ) as p on true
        group by g.tier
        """,
        tx.tenant_id,
        program_id,
        first_on,
        last_on,
        WINDOW,
    )
    return {
        row["tier"]: Greetings(**{field: row[field] for field in Greetings.__struct_fields__}) for row in rows
    }
