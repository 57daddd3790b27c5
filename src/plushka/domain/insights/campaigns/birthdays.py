"""What birthday greetings came to, tier by tier (F205): purchases that followed, which is not what they caused."""

from datetime import date
from uuid import UUID

from plushka.domain.businesses.queries import get_business
from plushka.domain.campaigns.sums import Sums
from plushka.domain.insights.campaigns.greeted import GREETED, WINDOW
from plushka.domain.programs.queries import get_program_id
from plushka.platform.database import Tx


class Greetings(Sums, frozen=True):
    """Of birthdays on which the programme or a journey greeted; ``letters`` of these went out."""

    greeted: int = 0
    letters: int = 0


async def count_greetings(tx: Tx, program_id: UUID, first_on: date, last_on: date) -> dict[str, Greetings]:
    """Return what greetings of these days came to, by the tier that the member has now ('': none).

    Of each the first purchase that was not wholly returned counts. What journeys do is of the business's first
    programme.
    """
    rows = await tx.fetch(
        f"""
        -- insights.count_greetings
        with {GREETED}, tiered as materialized (
            select g.*, coalesce(s.tier, '') as tier
            from greeted g
            left join standings s on s.tenant_id = $1 and s.member_id = g.member_id and s.program_id = $7
        )
        select g.tier, count(*) as greeted, sum(g.letters)::bigint as letters,
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
        from tiered g
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
        """,  # noqa: S608  a constant
        tx.tenant_id,
        first_on,
        last_on,
        WINDOW,
        await get_program_id(tx),
        (await get_business(tx)).time_zone,
        program_id,
    )
    return {
        row["tier"]: Greetings(**{field: row[field] for field in Greetings.__struct_fields__}) for row in rows
    }
