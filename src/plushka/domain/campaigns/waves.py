"""Leaving the letters of a broadcast for the sender, as many at a time as it can use."""

from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from plushka.domain.campaigns.announced import announces, list_told_before, lock_announcements
from plushka.domain.campaigns.model import Campaign, CodeOffered, PointsOffered, key_of_letter
from plushka.domain.campaigns.telling import values_of
from plushka.domain.coupons.codes import in_halves
from plushka.domain.coupons.operations import give_codes
from plushka.domain.messages.letters import Letter, post
from plushka.domain.messages.reaching import REACHED
from plushka.domain.messages.rules import get_rules, route_of
from plushka.platform.database import Tx

WAVE_MAX = 5000
"""Letters that one transaction leaves."""
WAITING_MAX = 20_000
"""Of one broadcast: so many keep every channel busy for longer than it takes until the next wave."""
AHEAD = timedelta(minutes=1)


class Due(Struct, frozen=True):
    """A recipient whose moment has come; ``member_id``: who has their card now. ``reason``: why they get no letter."""

    recipient_id: UUID
    member_id: UUID
    variant: str
    reason: str


async def leave_wave(tx: Tx, campaign: Campaign) -> int:
    """Leave the next letters of a broadcast whose row is locked; return how many recipients were looked at."""
    waiting = await _count_waiting(tx, campaign.id)
    room = min(WAVE_MAX, WAITING_MAX - waiting)
    begins = max(campaign.paced_to or tx.at, tx.at)
    if campaign.per_minute is not None:
        # What a night has put off is sent at this pace too: no more is left while two minutes' worth waits.
        pace = int((tx.at + AHEAD - begins) / AHEAD * campaign.per_minute)
        room = min(room, pace, 2 * campaign.per_minute - waiting)
    if room <= 0:
        return 0
    due = await _list_due(tx, campaign, room)
    if announces(tx, campaign.letter):
        due = await _without_told(tx, campaign, due)
    told = [one for one in due if not one.reason]
    codes = await _draw_codes(tx, campaign, told)
    step = timedelta(0) if campaign.per_minute is None else AHEAD / campaign.per_minute
    await _post(tx, campaign, told, codes, begins=begins, step=step)
    await _note(tx, campaign, due, codes)
    if campaign.per_minute is not None:
        await tx.execute(
            """
            -- campaigns.pace
            update campaigns set paced_to = $3 where tenant_id = $1 and id = $2
            """,
            tx.tenant_id,
            campaign.id,
            begins + step * len(told),
        )
    return len(due)


async def _list_due(tx: Tx, campaign: Campaign, room: int) -> list[Due]:
    """Return the next recipients, who was due first first.

    Who was merged is written to at the card that was kept, unless it is a recipient itself.
    """
    program_id = campaign.offer.program_id if isinstance(campaign.offer, PointsOffered) else None
    due = await tx.fetch(
        """
        -- campaigns.list_due
        select member_id, variant from campaign_recipients
        where tenant_id = $1 and campaign_id = $2 and posted_at is null and skipped = '' and not is_control
          and (due_at is null or due_at <= $3)
        order by due_at nulls first, member_id
        limit $4
        """,
        tx.tenant_id,
        campaign.id,
        tx.at,
        room,
    )
    # Asked for by their ids: of a table that has just been filled the planner knows nothing, of an array its length.
    # And materialized: under row-level security no index is looked into by what coalesce gives.
    rows = await tx.fetch(
        f"""
        -- campaigns.judge_due
        with letter as materialized (
            select due.member_id as recipient_id, coalesce(own.merged_into, due.member_id) as member_id, due.variant,
                   due.place, $3::text as purpose, $4::text[] as route,
                   own.merged_into is not null and exists (
                       select from campaign_recipients kept
                       where kept.tenant_id = $1 and kept.campaign_id = $2 and kept.member_id = own.merged_into
                   ) as is_twice
            from unnest($6::uuid[], $7::text[]) with ordinality as due (member_id, variant, place)
            join members own on own.tenant_id = $1 and own.id = due.member_id
        )
        select letter.recipient_id, letter.member_id, letter.variant,
               case
                   when letter.is_twice then 'merged'
                   when m.erased_at is not null then 'member_gone'
                   when letter.purpose = 'marketing' and not said.agreed then 'no_consent'
                   when m.blocked_at is not null then 'member_blocked'
                   when found.channel is null then 'unreachable'
                   when $5::uuid is not null and not exists (
                       select from wallets w
                       where w.tenant_id = $1 and w.member_id = letter.member_id and w.program_id = $5
                   ) then 'not_in_program'
                   else ''
               end as reason
        from letter {REACHED}
        order by letter.place
        """,  # noqa: S608  a constant
        tx.tenant_id,
        campaign.id,
        campaign.purpose,
        list(route_of(await get_rules(tx), campaign.letter.route, campaign.purpose)),
        program_id,
        [row["member_id"] for row in due],
        [row["variant"] for row in due],
    )
    return [Due(**row) for row in rows]


async def _without_told(tx: Tx, campaign: Campaign, due: list[Due]) -> list[Due]:
    """Skip whom another announcement has told by a card that has become one with theirs since they were chosen."""
    await lock_announcements(tx)
    told = await list_told_before(tx, [one.member_id for one in due], but_by=campaign.id, also_chosen=False)
    return [
        replace(one, reason="told_before") if not one.reason and one.member_id in told else one for one in due
    ]


async def _draw_codes(tx: Tx, campaign: Campaign, told: list[Due]) -> dict[UUID, str]:
    if not isinstance(campaign.offer, CodeOffered) or not told:
        return {}
    coupon_id = campaign.offer.coupon_id
    keys = await give_codes(tx, [(coupon_id, one.member_id) for one in told])
    return {one.recipient_id: key for one, key in zip(told, keys, strict=True)}


async def _post(
    tx: Tx,
    campaign: Campaign,
    told: list[Due],
    codes: dict[UUID, str],
    *,
    begins: datetime,
    step: timedelta,
) -> None:
    template_of = {variant.name: variant.template_id for variant in campaign.letter.variants}
    values = await values_of(tx, campaign)
    await post(
        tx,
        [
            Letter(
                member_id=one.member_id,
                key=key_of_letter(campaign.id, one.recipient_id),
                purpose=campaign.purpose,
                template_id=template_of[one.variant],
                values=values
                if one.recipient_id not in codes
                else {**values, "coupon": in_halves(codes[one.recipient_id])},
                route=campaign.letter.route,
                campaign_id=campaign.id,
                variant=one.variant,
                not_before=begins + step * number,
            )
            for number, one in enumerate(told)
        ],
    )


async def _note(tx: Tx, campaign: Campaign, due: list[Due], codes: dict[UUID, str]) -> None:
    await tx.execute(
        """
        -- campaigns.note_wave
        update campaign_recipients r
        set posted_at = case when wave.reason = '' then $3::timestamptz end, skipped = wave.reason,
            coupon_key = wave.key, offered_at = case when wave.key is not null then $3 end
        from unnest($4::uuid[], $5::text[], $6::text[]) as wave (member_id, reason, key)
        where r.tenant_id = $1 and r.campaign_id = $2 and r.member_id = wave.member_id
        """,
        tx.tenant_id,
        campaign.id,
        tx.at,
        [one.recipient_id for one in due],
        [one.reason for one in due],
        [codes.get(one.recipient_id) for one in due],
    )


async def _count_waiting(tx: Tx, campaign_id: UUID) -> int:
    count: int = await tx.fetchval(
        """
        -- campaigns.count_waiting
        select count(*) from outgoing
        where tenant_id = $1 and campaign_id = $2 and state in ('waiting', 'sending')
        """,
        tx.tenant_id,
        campaign_id,
    )
    return count
