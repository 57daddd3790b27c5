"""Whom a broadcast is for: chosen, drawn into groups and variants, and written down, all at one moment."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from uuid import UUID

from msgspec import Struct

from plushka.domain.businesses.queries import get_business
from plushka.domain.campaigns.announced import announces, list_told_before, lock_announcements
from plushka.domain.campaigns.model import Campaign, Plan, Variant
from plushka.domain.campaigns.operations import moment_in
from plushka.domain.segments.selecting import list_members
from plushka.engine.experiments import groups
from plushka.platform.database import Tx

VALUE_DAYS = 365
"""Strata are drawn by what members have paid within so many days."""


class Chosen(Struct, frozen=True):
    """A member of the audience; ``value_minor`` is what they have paid lately, None: they have not bought."""

    member_id: UUID
    value_minor: int | None
    zone: str


async def plan_recipients(tx: Tx, campaign: Campaign) -> int:
    """Write down the recipients of a broadcast whose row is locked, and return how many there are.

    The groups are those of ``engine.experiments``: they can be worked out again from salt, stratum and member.
    """
    if announces(tx, campaign.letter):
        await lock_announcements(tx)
    chosen = await _choose(tx, campaign)
    assigned = groups.assign(
        [(one.member_id, one.value_minor) for one in chosen], campaign.salt, campaign.control_bp
    )
    treated = [one.member_id for one in assigned if not one.is_control]
    variant_of = dict(share_out(treated, campaign.letter.variants, campaign.salt))
    zones = {} if campaign.local_at is None else {one.member_id: one.zone for one in chosen}
    moments = {zone: _due(campaign, zone) for zone in set(zones.values())}
    await tx.copy(
        "campaign_recipients",
        columns=("campaign_id", "member_id", "is_control", "stratum", "variant", "planned_at", "due_at"),
        records=[
            (
                campaign.id,
                one.member_id,
                one.is_control,
                one.stratum,
                variant_of.get(one.member_id, ""),
                tx.at,
                None if one.is_control or not zones else moments[zones[one.member_id]],
            )
            for one in assigned
        ],
    )
    await tx.execute(
        """
        -- campaigns.planned
        update campaigns set state = 'sending', planned_at = $3 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        campaign.id,
        tx.at,
    )
    return len(assigned)


def share_out(
    member_ids: Sequence[UUID], variants: Sequence[Variant], salt: str
) -> Iterator[tuple[UUID, str]]:
    """Yield each member with the name of their variant, in exact shares, by a draw of its own."""
    drawn = sorted(member_ids, key=lambda member_id: groups.ticket(f"{salt}:variant", member_id))
    total = sum(variant.share for variant in variants)
    begin = 0
    for variant, shares in zip(variants, accumulate(one.share for one in variants), strict=True):
        end = len(drawn) * shares // total
        for member_id in drawn[begin:end]:
            yield member_id, variant.name
        begin = end


def _due(campaign: Campaign, zone: str) -> datetime | None:
    return None if campaign.local_at is None else moment_in(campaign.local_at, zone)


async def list_addressed(tx: Tx, plan: Plan) -> tuple[list[UUID], int]:
    """Return the members whom a broadcast would be for now, and how many of its audience know what it announces."""
    if plan.audience is None:
        return [], 0
    found = await list_members(tx, plan.audience)
    told = await list_told_before(tx, found) if announces(tx, plan.letter) else set()
    return [member_id for member_id in found if member_id not in told], len(told)


async def _choose(tx: Tx, campaign: Campaign) -> list[Chosen]:
    member_ids, _ = await list_addressed(tx, campaign)
    rows = await tx.fetch(
        """
        -- campaigns.choose
        with chosen as materialized (
            select member_id from unnest($2::uuid[]) as found (member_id)
        ), paid as (
            select member_id, sum(payable_minor - refunded_minor)::bigint as value_minor from receipts
            where tenant_id = $1 and member_id is not null and occurred_at >= $4 and occurred_at <= $5
            group by member_id
        )
        select chosen.member_id, paid.value_minor, coalesce(bought.zone, $3) as zone
        from chosen
        left join paid on paid.member_id = chosen.member_id
        left join lateral (
            select w.last_purchase_zone as zone from wallets w
            where w.tenant_id = $1 and w.member_id = chosen.member_id and w.last_purchase_on is not null
            order by w.last_purchase_on desc, w.id
            limit 1
        ) as bought on true
        order by chosen.member_id
        """,
        tx.tenant_id,
        member_ids,
        (await get_business(tx)).time_zone,
        tx.at - timedelta(days=VALUE_DAYS),
        tx.at,
    )
    return [Chosen(**row) for row in rows]
