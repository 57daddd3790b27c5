"""What a broadcast gives: points to whoever was told, and codes taken back from whoever was not."""

from uuid import UUID, uuid5

from plushka.domain.businesses.queries import get_business
from plushka.domain.campaigns.model import Campaign, CodeOffered, PointsOffered
from plushka.domain.coupons.operations import void_codes
from plushka.domain.ledger.bulk import BulkChange
from plushka.domain.programs.giving import give_many
from plushka.domain.programs.queries import find_version_in_force
from plushka.platform.database import Tx
from plushka.platform.i18n import translator

STEP_MEMBERS = 500
TOLD = ("sent", "delivered", "unknown")
"""States of a letter that went out; one that was in flight when its sender died may have been read."""
UNTOLD = ("failed", "blocked", "skipped")


async def settle_offers(tx: Tx, campaign: Campaign) -> int:
    """Settle the next offers of a broadcast whose row is locked; return how many were."""
    match campaign.offer:
        case PointsOffered():
            return await _give_points(tx, campaign, campaign.offer)
        case CodeOffered():
            return await _take_codes_back(tx, campaign)
        case _:
            return 0


async def _give_points(tx: Tx, campaign: Campaign, offer: PointsOffered) -> int:
    rows = await tx.fetch(
        """
        -- campaigns.list_told
        with letters as materialized (
            select right(key, 36)::uuid as member_id from outgoing
            where tenant_id = $1 and campaign_id = $2 and state = any($3::text[])
        )
        select r.member_id as recipient_id, coalesce(m.merged_into, m.id) as member_id
        from letters
        join campaign_recipients r
            on r.tenant_id = $1 and r.campaign_id = $2 and r.member_id = letters.member_id
        join members m on m.tenant_id = $1 and m.id = r.member_id
        where r.posted_at is not null and r.offered_at is null and r.untold_at is null and m.erased_at is null
        order by r.member_id
        limit $4
        """,
        tx.tenant_id,
        campaign.id,
        list(TOLD),
        STEP_MEMBERS,
    )
    version = await find_version_in_force(tx, program_id=offer.program_id) if rows else None
    if version is None:
        return 0
    business = await get_business(tx)
    # Two cards of one person, joined since they were told, are given once.
    first_of = {row["member_id"]: row["recipient_id"] for row in reversed(rows)}
    results = await give_many(
        tx,
        [
            BulkChange(member_id, points_document(campaign.id, member_id), offer.points)
            for member_id in first_of
        ],
        business=business,
        version=version,
        kind="campaign",
        reason=translator(business.language).gettext("Broadcast “{name}”", name=campaign.name),
        life_days=offer.life_days,
        receipt_share_bp=offer.receipt_share_bp,
    )
    booked = {first_of[member_id]: member_id for member_id, result in results.items() if result == "booked"}
    await tx.execute(
        """
        -- campaigns.note_points
        update campaign_recipients r
        set points = case when settled.adjustment_id is not null then $3::bigint end,
            adjustment_id = settled.adjustment_id,
            offered_at = case when settled.adjustment_id is not null then $4::timestamptz end,
            untold_at = case when settled.adjustment_id is null then $4::timestamptz end
        from unnest($5::uuid[], $6::uuid[]) as settled (member_id, adjustment_id)
        where r.tenant_id = $1 and r.campaign_id = $2 and r.member_id = settled.member_id
        """,
        tx.tenant_id,
        campaign.id,
        offer.points,
        tx.at,
        [row["recipient_id"] for row in rows],
        [
            points_document(campaign.id, row["member_id"]) if row["recipient_id"] in booked else None
            for row in rows
        ],
    )
    return len(rows)


async def _take_codes_back(tx: Tx, campaign: Campaign) -> int:
    rows = await tx.fetch(
        """
        -- campaigns.list_untold
        with letters as materialized (
            select right(key, 36)::uuid as member_id from outgoing
            where tenant_id = $1 and campaign_id = $2 and state = any($3::text[])
        )
        select r.member_id, r.coupon_key from letters
        join campaign_recipients r
            on r.tenant_id = $1 and r.campaign_id = $2 and r.member_id = letters.member_id
        where r.coupon_key is not null and r.untold_at is null
        order by r.member_id
        limit $4
        """,
        tx.tenant_id,
        campaign.id,
        list(UNTOLD),
        STEP_MEMBERS,
    )
    if not rows:
        return 0
    await void_codes(tx, [row["coupon_key"] for row in rows])
    await tx.execute(
        """
        -- campaigns.note_untold
        update campaign_recipients set untold_at = $3
        where tenant_id = $1 and campaign_id = $2 and member_id = any($4::uuid[])
        """,
        tx.tenant_id,
        campaign.id,
        tx.at,
        [row["member_id"] for row in rows],
    )
    return len(rows)


def points_document(campaign_id: UUID, member_id: UUID) -> UUID:
    """Return the id of the adjustment by which a member was given a campaign's points, once for ever."""
    return uuid5(campaign_id, str(member_id))
