"""What came of broadcasts: purchases that are counted as theirs, and what they cost (decision 0092)."""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.domain.businesses.queries import get_business
from plushka.domain.campaigns.attributing import ATTRIBUTED
from plushka.domain.campaigns.model import Campaign
from plushka.domain.campaigns.sums import Sums, ratio
from plushka.platform.database import Tx

Cut = Literal["total", "variant", "channel", "sex", "tier"]
CUTS: tuple[Cut, ...] = ("variant", "channel", "sex", "tier")
STANDS_AFTER = timedelta(days=30)
"""So long after its window goods may come back; then a broadcast's figures stand."""
_EACH_HOUR, _EACH_DAY = timedelta(minutes=50), timedelta(hours=20)


class Figures(Sums, frozen=True):
    """Of recipients; the ratio of no letters is None. ``came_again`` of those who bought did so on a later day too."""

    addressed: int = 0
    sent: int = 0
    delivered: int = 0
    came_again: int = 0

    @property
    def spent_minor(self) -> int:
        """What the campaign cost: messages, and discounts and points on the purchases that are counted."""
        return self.messages_minor + self.discount_minor

    @property
    def conversion_bp(self) -> int | None:
        """Members who bought by letters that went out."""
        return ratio(self.purchases * 10_000, self.sent)


class Counted(Struct, frozen=True):
    """Figures of the recipients with one ``value`` of a ``cut``."""

    cut: Cut
    value: str
    figures: Figures
    counted_at: datetime


async def list_to_count(tx: Tx) -> list[UUID]:
    """Return the broadcasts to be counted: each hour within the window, daily while goods may come back."""
    rows = await tx.fetch(
        """
        -- campaigns.list_to_count
        select c.id from campaigns c
        left join campaign_figures f
            on f.tenant_id = $1 and f.campaign_id = c.id and f.cut = 'total'
        where c.tenant_id = $1 and c.kind = 'broadcast' and c.planned_at is not null
          and (
              f.counted_at is null
              or c.finished_at is null and f.counted_at < $3
              or c.finished_at + make_interval(days => c.window_days) > $2 and f.counted_at < $3
              or c.finished_at + make_interval(days => c.window_days) > $4 and f.counted_at < $5
          )
        order by c.id
        """,
        tx.tenant_id,
        tx.at,
        tx.at - _EACH_HOUR,
        tx.at - STANDS_AFTER,
        tx.at - _EACH_DAY,
    )
    return [row["id"] for row in rows]


async def count_figures(tx: Tx, campaign: Campaign) -> None:
    """Count anew what came of a broadcast.

    Of each member who was told the first purchase within the window is counted that was not wholly returned, if no
    other campaign's letter went out to them in between. Which ones they are is kept, so that they can be listed.
    """
    await tx.execute(
        """
        -- campaigns.forget_figures
        with purchases as (delete from letter_purchases where tenant_id = $1 and campaign_id = $2)
        delete from campaign_figures where tenant_id = $1 and campaign_id = $2
        """,
        tx.tenant_id,
        campaign.id,
    )
    # Of letters that went out just now the planner knows nothing, and would compare each with each.
    await tx.execute("set local enable_nestloop = off")
    await tx.execute(
        f"""
        -- campaigns.count_figures
        with {ATTRIBUTED}, kept as (
            insert into letter_purchases (
                tenant_id, letter_id, campaign_id, receipt_id, told_on, variant, channel, sex, tier
            )
            select $1, letter_id, $2, receipt_id, (told_at at time zone $6)::date, variant, channel, sex, tier
            from bought
            where receipt_id is not null
        )
        insert into campaign_figures (
            tenant_id, campaign_id, cut, value, counted_at, addressed, sent, delivered, purchases, known_cost,
            came_again, revenue_minor, cost_minor, messages_minor, discount_minor, positions
        )
        select $1, $2,
               case grouping(variant, channel, sex, tier)
                   when 7 then 'variant' when 11 then 'channel' when 13 then 'sex' when 14 then 'tier' else 'total'
               end,
               coalesce(variant, channel, sex, tier, ''), $5::timestamptz,
               count(*), count(*) filter (where is_sent), count(*) filter (where is_delivered),
               count(revenue_minor), count(cost_minor), count(*) filter (where came_again),
               coalesce(sum(revenue_minor), 0), coalesce(sum(cost_minor), 0), coalesce(sum(message_minor), 0),
               coalesce(sum(discount_minor), 0), coalesce(sum(positions), 0)
        from bought
        group by grouping sets ((), (variant), (channel), (sex), (tier))
        """,  # noqa: S608  a constant
        tx.tenant_id,
        campaign.id,
        timedelta(days=campaign.window_days),
        None,
        tx.at,
        (await get_business(tx)).time_zone,
    )
    await tx.execute("set local enable_nestloop = on")


async def list_figures(tx: Tx, campaign_id: UUID) -> list[Counted]:
    """Return what was counted of a broadcast, the total first; nothing before it was counted."""
    rows = await tx.fetch(
        f"""
        -- campaigns.list_figures
        select cut, value, counted_at, {", ".join(Figures.__struct_fields__)} from campaign_figures
        where tenant_id = $1 and campaign_id = $2
        order by cut <> 'total', cut, case cut when 'variant' then 0 else sent end desc, value
        """,  # noqa: S608  names of columns
        tx.tenant_id,
        campaign_id,
    )
    return [
        Counted(
            row["cut"],
            row["value"],
            Figures(**{field: row[field] for field in Figures.__struct_fields__}),
            row["counted_at"],
        )
        for row in rows
    ]
