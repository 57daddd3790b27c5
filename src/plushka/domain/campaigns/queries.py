"""Reading campaigns."""

from collections.abc import Collection
from uuid import UUID

import msgspec
from asyncpg import Record

from plushka.domain.campaigns.model import Campaign, LetterPlan, Offer, UnknownCampaign
from plushka.engine.audience import Audience
from plushka.platform.database import Tx

_COLUMNS = """
    id, kind, name, purpose, aim, state, audience::text, offer::text, letter::text, control_bp, salt, window_days,
    per_minute, starts_at, local_at, created_by, created_at, started_by, started_at, planned_at, paced_to,
    finished_at, settled_at
"""
_audience = msgspec.json.Decoder(Audience)
_offer = msgspec.json.Decoder(Offer)
_letter = msgspec.json.Decoder(LetterPlan)


async def get_campaign(tx: Tx, campaign_id: UUID, *, lock: bool = False) -> Campaign:
    """Return a campaign, with ``lock`` held until the end of the transaction.

    :raises UnknownCampaign: the business has none of this id
    """
    row = await tx.fetchrow(
        f"""
        -- campaigns.get
        select {_COLUMNS} from campaigns
        where tenant_id = $1 and id = $2
        {"for no key update" if lock else ""}
        """,  # noqa: S608  constants
        tx.tenant_id,
        campaign_id,
    )
    if row is None:
        raise UnknownCampaign
    return _campaign(row)


async def find_names(tx: Tx, ids: Collection[UUID]) -> dict[UUID, str]:
    """Return what campaigns are called, by their ids."""
    rows = await tx.fetch(
        """
        -- campaigns.find_names
        select id, name from campaigns where tenant_id = $1 and id = any($2::uuid[])
        """,
        tx.tenant_id,
        list(ids),
    )
    return {row["id"]: row["name"] for row in rows}


async def list_giving(tx: Tx, coupon_id: UUID) -> list[tuple[UUID, str]]:
    """Return the broadcasts that have given codes of a coupon, by id and name, those written last first."""
    rows = await tx.fetch(
        """
        -- campaigns.list_giving
        select id, name from campaigns
        where tenant_id = $1 and kind = 'broadcast' and planned_at is not null and offer ->> 'coupon_id' = $2::text
        order by id desc
        limit 10
        """,
        tx.tenant_id,
        str(coupon_id),
    )
    return [(row["id"], row["name"]) for row in rows]


async def list_at_work(tx: Tx) -> list[UUID]:
    """Return the broadcasts that something is to be done for, now or later."""
    rows = await tx.fetch(
        """
        -- campaigns.list_at_work
        select id from campaigns
        where tenant_id = $1 and state <> 'draft' and settled_at is null and kind = 'broadcast'
          and (state <> 'scheduled' or starts_at <= $2)
        order by id
        """,
        tx.tenant_id,
        tx.at,
    )
    return [row["id"] for row in rows]


def _campaign(row: Record) -> Campaign:
    return Campaign(
        **{
            **row,
            "audience": None if row["audience"] is None else _audience.decode(row["audience"]),
            "offer": _offer.decode(row["offer"]),
            "letter": _letter.decode(row["letter"]),
        }
    )
