"""What came of the letters of journeys, day by day (decision 0093): counted by a job and kept."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Literal, get_args
from uuid import UUID

from msgspec import Struct

from plushka.domain.businesses.queries import get_business
from plushka.domain.campaigns.attributing import AGAIN_WITHIN, CAME_AGAIN, FIRST_PURCHASE
from plushka.domain.campaigns.figures import Figures
from plushka.domain.campaigns.listing import figures_of
from plushka.domain.campaigns.model import WINDOW_DAYS_MAX
from plushka.platform.database import Tx

Bonus = Literal["nothing", "points", "coupon", "gift", "promotion"]
BONUSES: tuple[Bonus, ...] = get_args(Bonus)
"""What a member is told of: a journey gives no promotions, a broadcast no gifts."""
COUNTED_EACH = timedelta(hours=5)
_SUMS = ", ".join(f"sum({field})::bigint as {field}" for field in Figures.__struct_fields__)
_IS_SENT = "l.state in ('sent', 'delivered', 'unknown')"
_WINDOW = "make_interval(days => l.window_days)"
BONUS_OF_LETTER = """case when exists (
                            select from journey_passes g
                            where g.tenant_id = $1 and g.run_id = l.run_id and g.points is not null
                              and g.at <= l.told_at
                        ) then 'points'
                        when (select r.found ? 'coupon' from journey_runs r where r.tenant_id = $1 and r.id = l.run_id)
                        then 'coupon'
                        when exists (
                            select from rewards w
                            where w.tenant_id = $1 and w.member_id = l.buyer_id
                              and coalesce(w.gift_key, '') like 'journey:' || l.run_id || ':%'
                              and w.issued_at <= l.told_at
                        ) then 'gift'
                        else 'nothing'
                   end"""
"""What the member had been given in the journey before the letter ``l``, by its run, its buyer and when it was told."""
LETTERS = f"""
        letters as materialized (
            select o.id, o.member_id, o.campaign_id, o.finished_at as told_at, o.state, o.channel,
                   (o.finished_at at time zone $3)::date as told_on, c.window_days,
                   split_part(o.key, ':', 2)::uuid as run_id, o.variant as step,
                   case when m.merged_into is null then m.id else m.merged_into end as buyer_id,
                   o.cost_minor + coalesce((
                       select sum(t.cost_minor) from outgoing_tries t where t.tenant_id = $1 and t.outgoing_id = o.id
                   ), 0)::bigint as message_minor
            from campaigns c
            join outgoing o on o.tenant_id = $1 and o.campaign_id = c.id and o.key like 'journey:%'
                and o.finished_at >= $2::date::timestamp at time zone $3
            join members m on m.tenant_id = $1 and m.id = o.member_id
            where c.tenant_id = $1 and c.kind = 'journey'
              and ($4::uuid is null or c.id = $4) and ($5::uuid[] is null or o.member_id = any($5))
        ), bought as (
            select l.*, p.*, {CAME_AGAIN.format(buyer="l.buyer_id")} as came_again,
                   {BONUS_OF_LETTER} as bonus
            from letters l
            left join lateral (
{FIRST_PURCHASE.format(buyer="l.buyer_id", sent=_IS_SENT, told_at="l.told_at", window=_WINDOW)}
            ) as p on not exists (
                select from outgoing x
                where x.tenant_id = $1 and x.member_id = l.buyer_id and num_nonnulls(x.campaign_id) = 1 and x.id <> l.id
                  and x.state in ('sent', 'delivered', 'unknown')
                  and (x.finished_at + interval '0', x.id) > (l.told_at, l.id)
                  and x.finished_at + interval '0' <= p.occurred_at
            )
        )
"""  # noqa: S608  a constant
"""Stands after ``with``: ``bought`` has each letter of journeys that went out since ``$2`` by the clock of ``$3``.

With it the member's first purchase within the window of its journey that was not wholly returned, if no letter of
another campaign, nor a later one of this journey, went out to them in between. ``$4`` is one journey, ``$5`` are
members; null: all. Letters and gifts are looked for among the member's own, whatever is known of the tables: no other
index fits what is asked of them.
"""


class JourneyFigures(Struct, frozen=True):
    """A journey with what came of its letters of some days; ``bonus``: what had been given before most of them."""

    id: UUID
    name: str
    has_control: bool
    figures: Figures


async def find_counted_at(tx: Tx) -> datetime | None:
    """Return when letters of journeys were counted last; None: never yet."""
    counted_at: datetime | None = await tx.fetchval(
        """
        -- journeys.find_counted_at
        select max(counted_at) from journey_days where tenant_id = $1
        """,
        tx.tenant_id,
    )
    return counted_at


async def count_days(tx: Tx) -> None:
    """Count anew the letters whose purchases may still come or be followed by another: the rest stands.

    Which purchases they are is kept, so that they can be listed.
    """
    zone = (await get_business(tx)).time_zone
    since = await tx.fetchval(
        """
        -- journeys.find_uncounted
        select case when exists (select from journey_days where tenant_id = $1)
                    then ($2::timestamptz at time zone $3)::date - $4::integer else '1970-01-01'::date end
        """,
        tx.tenant_id,
        tx.at,
        zone,
        WINDOW_DAYS_MAX + AGAIN_WITHIN.days,
    )
    await tx.execute(
        """
        -- journeys.forget_days
        with purchases as (
            delete from letter_purchases
            where tenant_id = $1 and told_on >= $2
              and campaign_id in (select id from journeys where tenant_id = $1)
        )
        delete from journey_days where tenant_id = $1 and told_on >= $2
        """,
        tx.tenant_id,
        since,
    )
    await tx.execute(
        f"""
        -- journeys.count_days
        with {LETTERS}, kept as (
            insert into letter_purchases (
                tenant_id, letter_id, campaign_id, receipt_id, told_on, variant, channel, bonus
            )
            select $1, id, campaign_id, receipt_id, told_on, step, channel, bonus
            from bought
            where receipt_id is not null
        )
        insert into journey_days (
            tenant_id, campaign_id, told_on, step, bonus, counted_at, addressed, sent, delivered, purchases, known_cost,
            came_again, revenue_minor, cost_minor, messages_minor, discount_minor, positions
        )
        select $1, campaign_id, told_on, step, bonus, $6, count(*),
               count(*) filter (where state in ('sent', 'delivered', 'unknown')),
               count(*) filter (where state = 'delivered'), count(revenue_minor), count(cost_minor),
               count(*) filter (where came_again), coalesce(sum(revenue_minor), 0), coalesce(sum(cost_minor), 0),
               coalesce(sum(message_minor), 0), coalesce(sum(discount_minor), 0), coalesce(sum(positions), 0)
        from bought
        group by campaign_id, told_on, step, bonus
        """,  # noqa: S608  a constant
        tx.tenant_id,
        since,
        zone,
        None,
        None,
        tx.at,
    )


async def list_figures_of_days(
    tx: Tx, from_on: date, until_on: date, *, limit: int
) -> Sequence[JourneyFigures]:
    """Return what came of the letters of some days, half-open, that with most revenue first."""
    rows = await tx.fetch(
        f"""
        -- journeys.list_figures_of_days
        select c.id, c.name, c.control_bp > 0 as has_control, {_SUMS}
        from journey_days d join campaigns c on c.tenant_id = $1 and c.id = d.campaign_id
        where d.tenant_id = $1 and d.told_on >= $2 and d.told_on < $3
        group by c.id, c.name, c.control_bp
        order by sum(d.revenue_minor) desc, c.name, c.id
        limit $4
        """,  # noqa: S608  names of columns
        tx.tenant_id,
        from_on,
        until_on,
        limit,
    )
    return [
        JourneyFigures(
            row["id"],
            row["name"],
            row["has_control"],
            figures_of(row),
        )
        for row in rows
    ]


async def sum_by_journey(tx: Tx) -> dict[UUID, Figures]:
    """Return what came of all letters of each journey; those that have sent none are left out."""
    rows = await tx.fetch(
        f"""
        -- journeys.sum_by_journey
        select campaign_id, {_SUMS} from journey_days where tenant_id = $1 group by campaign_id
        """,  # noqa: S608  names of columns
        tx.tenant_id,
    )
    return {row["campaign_id"]: figures_of(row) for row in rows}


async def sum_by_step(tx: Tx, journey_id: UUID) -> dict[str, Figures]:
    """Return what came of the letters of each step of a journey, of those that were taken out of it too."""
    rows = await tx.fetch(
        f"""
        -- journeys.sum_by_step
        select step, {_SUMS} from journey_days where tenant_id = $1 and campaign_id = $2 group by step
        """,  # noqa: S608  names of columns
        tx.tenant_id,
        journey_id,
    )
    return {row["step"]: figures_of(row) for row in rows}
