"""What became of each recipient of a broadcast: what they were given, what they bought, in both groups."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from plushka.domain.campaigns.attributing import ATTRIBUTED
from plushka.domain.campaigns.model import Campaign
from plushka.domain.insights.campaigns.model import subject_of_campaign
from plushka.platform.database import Tx


class Outcome(Struct, frozen=True):
    """Money in minor units. ``bought_at`` and ``revenue_minor``: the purchase that is counted as the letter's, if any.

    ``purchases`` and ``paid_minor``: all they bought while the groups were compared, so that anybody can compare them
    again by ``stratum``. None before that was done, and of a card that became another recipient's.
    """

    stratum: int
    points: int | None
    message_minor: int | None
    bought_at: datetime | None
    revenue_minor: int | None
    purchases: int | None
    paid_minor: int | None


async def list_outcomes(tx: Tx, campaign: Campaign, member_ids: Collection[UUID]) -> Mapping[UUID, Outcome]:
    """Return what became of recipients, each by the card that was chosen."""
    rows = await tx.fetch(
        f"""
        -- insights.list_outcomes
        with {ATTRIBUTED}
        select r.member_id, r.stratum, r.points, b.message_minor, b.occurred_at as bought_at, b.revenue_minor,
               k.purchases, k.paid_minor
        from campaign_recipients r
        join members m on m.tenant_id = $1 and m.id = r.member_id
        left join bought b on b.member_id = r.member_id
        left join experiments x on x.tenant_id = $1 and x.subject = $5
        left join lateral (
            select count(*) as purchases, coalesce(sum(e.payable_minor - e.refunded_minor), 0)::bigint as paid_minor
            from receipts e
            where e.tenant_id = $1 and e.member_id = case when m.merged_into is null then m.id else m.merged_into end
              and e.occurred_at >= r.planned_at and e.occurred_at < x.until_at
              and (e.refunded_minor < e.payable_minor or e.payable_minor = 0)
        ) as k on x.until_at is not null and not exists (
            select from campaign_recipients o
            where o.tenant_id = $1 and o.campaign_id = $2 and o.member_id = m.merged_into
        )
        where r.tenant_id = $1 and r.campaign_id = $2 and r.member_id = any($4)
        """,  # noqa: S608  a constant
        tx.tenant_id,
        campaign.id,
        timedelta(days=campaign.window_days),
        list(member_ids),
        subject_of_campaign(campaign.id),
    )
    return {
        row["member_id"]: Outcome(**{field: row[field] for field in Outcome.__struct_fields__})
        for row in rows
    }
