"""Drafts of broadcasts, and what can be done with one that has begun."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from plushka.domain.audit import operations as audit
from plushka.domain.businesses.queries import get_business, list_branches
from plushka.domain.campaigns.checking import check_plan, check_ready, with_purpose
from plushka.domain.campaigns.model import Campaign, CampaignChanged, CampaignState, Plan, State
from plushka.domain.campaigns.queries import get_campaign
from plushka.domain.messages import letters
from plushka.domain.segments.operations import check_audience
from plushka.platform import jobs
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

JOB = "campaign"
"""What takes a broadcast up at once; the clock takes it up within a minute."""

_encode = msgspec.json.Encoder().encode


async def create_broadcast(tx: Tx, plan: Plan) -> UUID:
    """Write the draft of a broadcast and return its id.

    :raises PlanImpossible: something in it makes no sense
    """
    check_plan(plan)
    plan = await with_purpose(tx, plan)
    if plan.audience is not None:
        await check_audience(tx, plan.audience)
    campaign_id = new_id()
    await tx.execute(
        """
        -- campaigns.create
        insert into campaigns (
            tenant_id, id, kind, salt, created_by, created_at, name, purpose, audience, offer, letter, control_bp,
            window_days, per_minute, starts_at, local_at, aim
        )
        values ($1, $2, 'broadcast', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        """,
        tx.tenant_id,
        campaign_id,
        secrets.token_hex(16),
        tx.actor,
        tx.at,
        *_values(plan),
    )
    await audit.record(tx, action="campaign.create", subject=f"campaign:{campaign_id}", name=plan.name)
    return campaign_id


async def change_broadcast(tx: Tx, campaign_id: UUID, plan: Plan) -> None:
    """Write a draft anew.

    :raises CampaignState: it has begun, or waits to begin
    :raises PlanImpossible: something in it makes no sense
    """
    check_plan(plan)
    plan = await with_purpose(tx, plan)
    if plan.audience is not None:
        await check_audience(tx, plan.audience)
    before = await _get_in(tx, campaign_id, "draft")
    await tx.execute(
        """
        -- campaigns.change
        update campaigns
        set name = $3, purpose = $4, audience = $5, offer = $6, letter = $7, control_bp = $8, window_days = $9,
            per_minute = $10, starts_at = $11, local_at = $12, aim = $13
        where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        campaign_id,
        *_values(plan),
    )
    if any(getattr(before, field) != getattr(plan, field) for field in Plan.__struct_fields__):
        await audit.record(tx, action="campaign.change", subject=f"campaign:{campaign_id}", name=plan.name)


async def copy_broadcast(tx: Tx, campaign_id: UUID, *, name: str) -> UUID:
    """Write a draft that says what a broadcast says, to be begun at another time."""
    given = await get_campaign(tx, campaign_id)
    plan = Plan(**{field: getattr(given, field) for field in Plan.__struct_fields__})
    return await create_broadcast(tx, msgspec.structs.replace(plan, name=name, starts_at=None, local_at=None))


async def delete_draft(tx: Tx, campaign_id: UUID) -> None:
    """Delete a draft.

    :raises CampaignState: it has begun, or waits to begin
    """
    draft = await _get_in(tx, campaign_id, "draft")
    await tx.execute(
        """
        -- campaigns.delete
        delete from campaigns where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        campaign_id,
    )
    await audit.record(tx, action="campaign.delete", subject=f"campaign:{campaign_id}", name=draft.name)


def mark_of(plan: Plan) -> str:
    """Return what a plan is told from any other by, for whoever begins what they have read."""
    return sha256(_encode([getattr(plan, field) for field in Plan.__struct_fields__])).hexdigest()[:16]


async def launch(tx: Tx, campaign_id: UUID, *, mark: str | None = None) -> Campaign:
    """Begin a draft now, or at the moment that it names; return it as it stands then.

    By members' own clocks it begins when the first of their zones has that moment. ``mark``: of the plan that was read.

    :raises CampaignState: it was begun before
    :raises CampaignChanged: it is another plan by now
    :raises CampaignIncomplete: it does not say yet to whom, or what
    """
    draft = await _get_in(tx, campaign_id, "draft")
    if mark is not None and mark != mark_of(draft):
        raise CampaignChanged(field="mark")
    await check_ready(tx, draft)
    starts_at = draft.starts_at if draft.local_at is None else await _first_moment(tx, draft.local_at)
    waits = starts_at is not None and starts_at > tx.at
    await tx.execute(
        """
        -- campaigns.launch
        update campaigns set state = $3, starts_at = $4, started_by = $5, started_at = $6
        where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        campaign_id,
        "scheduled" if waits else "planning",
        starts_at,
        tx.actor,
        tx.at,
    )
    if waits and starts_at is not None:
        await audit.record(
            tx,
            action="campaign.schedule",
            subject=f"campaign:{campaign_id}",
            name=draft.name,
            starts_at=starts_at.isoformat(),
        )
    else:
        await audit.record(tx, action="campaign.start", subject=f"campaign:{campaign_id}", name=draft.name)
        await _take_up(tx, campaign_id)
    return await get_campaign(tx, campaign_id)


async def unschedule(tx: Tx, campaign_id: UUID) -> None:
    """Make a draft again of a broadcast that waits for its moment.

    :raises CampaignState: it does not wait
    """
    waiting = await _get_in(tx, campaign_id, "scheduled")
    await tx.execute(
        """
        -- campaigns.unschedule
        update campaigns
        set state = 'draft', started_by = null, started_at = null,
            starts_at = case when local_at is null then starts_at end
        where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        campaign_id,
    )
    await audit.record(tx, action="campaign.unschedule", subject=f"campaign:{campaign_id}", name=waiting.name)


async def pause(tx: Tx, campaign_id: UUID) -> None:
    """Send nothing more of a broadcast until it is resumed; what is in flight arrives.

    :raises CampaignState: it is not being sent
    """
    sending = await _get_in(tx, campaign_id, "sending")
    await _set_state(tx, campaign_id, "paused")
    await letters.hold(tx, campaign_id)
    await audit.record(tx, action="campaign.pause", subject=f"campaign:{campaign_id}", name=sending.name)


async def resume(tx: Tx, campaign_id: UUID) -> None:
    """Go on with a broadcast that was paused, at its pace: what was held takes its own time of it.

    :raises CampaignState: it is not paused
    """
    paused = await _get_in(tx, campaign_id, "paused")
    await _set_state(tx, campaign_id, "sending")
    await letters.release(tx, campaign_id)
    if paused.per_minute is not None:
        await tx.execute(
            """
            -- campaigns.pace_after_pause
            update campaigns set paced_to = $3::timestamptz + $4::interval * (
                select count(*) from outgoing where tenant_id = $1 and campaign_id = $2 and state = 'waiting'
            )
            where tenant_id = $1 and id = $2
            """,
            tx.tenant_id,
            campaign_id,
            tx.at,
            timedelta(minutes=1) / paused.per_minute,
        )
    await audit.record(tx, action="campaign.resume", subject=f"campaign:{campaign_id}", name=paused.name)
    await _take_up(tx, campaign_id)


async def cancel(tx: Tx, campaign_id: UUID) -> int:
    """End a broadcast before all have been told; return how many are not told any more.

    Who was told keeps what they were offered; codes in letters that did not go out are made void.

    :raises CampaignState: it has not begun, or has ended
    """
    running = await _get_in(tx, campaign_id, "scheduled", "planning", "sending", "paused")
    withdrawn = await letters.withdraw(tx, campaign_id)
    rows = await tx.fetch(
        """
        -- campaigns.skip_the_rest
        update campaign_recipients set skipped = 'cancelled'
        where tenant_id = $1 and campaign_id = $2 and posted_at is null and skipped = '' and not is_control
        returning member_id
        """,
        tx.tenant_id,
        campaign_id,
    )
    await tx.execute(
        """
        -- campaigns.cancel
        update campaigns set state = 'cancelled', finished_at = $3 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        campaign_id,
        tx.at,
    )
    untold = withdrawn + len(rows)
    await audit.record(
        tx, action="campaign.cancel", subject=f"campaign:{campaign_id}", name=running.name, members=untold
    )
    await _take_up(tx, campaign_id)
    return untold


def moment_in(local_at: datetime, zone: str) -> datetime:
    """Return the moment of a wall clock: one that it skips comes an hour later, of one that comes twice the first."""
    return local_at.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(ZoneInfo("UTC"))


async def _first_moment(tx: Tx, local_at: datetime) -> datetime:
    zones = {branch.time_zone for branch in await list_branches(tx)} | {(await get_business(tx)).time_zone}
    return min(moment_in(local_at, zone) for zone in zones)


async def _get_in(tx: Tx, campaign_id: UUID, *states: State) -> Campaign:
    campaign = await get_campaign(tx, campaign_id, lock=True)
    if campaign.state not in states or campaign.kind != "broadcast":
        raise CampaignState(state=campaign.state)
    return campaign


async def _set_state(tx: Tx, campaign_id: UUID, state: State) -> None:
    await tx.execute(
        """
        -- campaigns.set_state
        update campaigns set state = $3 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        campaign_id,
        state,
    )


async def _take_up(tx: Tx, campaign_id: UUID) -> None:
    await jobs.enqueue(tx, JOB, f"{tx.tenant_id} {campaign_id}".encode(), key=f"campaign:{campaign_id}")


def _values(plan: Plan) -> tuple[object, ...]:
    return (
        plan.name,
        plan.purpose,
        None if plan.audience is None else _encode(plan.audience).decode(),
        _encode(plan.offer).decode(),
        _encode(plan.letter).decode(),
        plan.control_bp,
        plan.window_days,
        plan.per_minute,
        plan.starts_at,
        plan.local_at,
        plan.aim,
    )
