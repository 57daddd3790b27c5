"""A broadcast goes on by itself, a step a transaction: planned, left for sending in waves, settled, ended."""

from uuid import UUID

from plushka.domain.campaigns.model import Campaign
from plushka.domain.campaigns.offers import settle_offers
from plushka.domain.campaigns.planning import plan_recipients
from plushka.domain.campaigns.queries import get_campaign
from plushka.domain.campaigns.waves import leave_wave
from plushka.platform.database import Tx


async def advance(tx: Tx, campaign_id: UUID) -> bool:
    """Do the next step of a broadcast, and tell whether another can be done at once.

    Its row is locked, so of two who advance it one waits for the other; a step that was rolled back is done anew.
    """
    campaign = await get_campaign(tx, campaign_id, lock=True)
    if campaign.settled_at is not None or campaign.kind != "broadcast":
        return False
    match campaign.state:
        case "scheduled" if campaign.starts_at is not None and campaign.starts_at <= tx.at:
            await _begin(tx, campaign_id)
            return True
        case "planning":
            await plan_recipients(tx, campaign)
            return True
        case "sending":
            return await _go_on(tx, campaign)
        case "paused" | "cancelled":
            return await settle_offers(tx, campaign) > 0 or await _end(tx, campaign)
        case _:
            return False


async def _go_on(tx: Tx, campaign: Campaign) -> bool:
    # Points follow their letters before more letters are left.
    if await settle_offers(tx, campaign) > 0:
        return True
    return await leave_wave(tx, campaign) > 0 or await _end(tx, campaign)


async def _begin(tx: Tx, campaign_id: UUID) -> None:
    await tx.execute(
        """
        -- campaigns.begin
        update campaigns set state = 'planning' where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        campaign_id,
    )


async def _end(tx: Tx, campaign: Campaign) -> bool:
    """End a broadcast of which no letter waits any more; there is never more to do at once."""
    await tx.execute(
        """
        -- campaigns.end
        update campaigns c
        set state = case when state = 'cancelled' then state else 'done' end, finished_at = coalesce(finished_at, $3),
            settled_at = $3
        where tenant_id = $1 and id = $2 and state in ('sending', 'cancelled')
          and not exists (
              select from campaign_recipients r
              where r.tenant_id = $1 and r.campaign_id = $2 and r.posted_at is null and r.skipped = ''
                and not r.is_control
          )
          and not exists (
              select from outgoing o
              where o.tenant_id = $1 and o.campaign_id = $2
                and (o.state in ('waiting', 'sending') or o.move_on_at is not null)
          )
        """,
        tx.tenant_id,
        campaign.id,
        tx.at,
    )
    return False
