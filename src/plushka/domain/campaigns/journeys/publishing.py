"""A journey is published, rests, goes on, and is stopped for good."""

from uuid import UUID

import msgspec

from plushka.domain.audit import operations as audit
from plushka.domain.campaigns.journeys.drawing import keep_bounds
from plushka.domain.campaigns.journeys.model import (
    JourneyCard,
    JourneyChanged,
    JourneyState,
    JourneyUnsound,
    UnknownRun,
)
from plushka.domain.campaigns.journeys.queries import get_journey
from plushka.domain.campaigns.journeys.soundness import problems_of
from plushka.domain.messages.letters import hold, release, withdraw
from plushka.platform.database import Tx


async def publish(tx: Tx, journey_id: UUID, *, revision: int, allows_http: bool = False) -> JourneyCard:
    """Let members begin a journey as its draft of ``revision`` says; who is on the way goes on as they began.

    What happened before the first publication begins nothing.

    :raises UnknownJourney: the business has none of this id
    :raises JourneyState: it was stopped
    :raises JourneyChanged: somebody else has saved meanwhile
    :raises JourneyUnsound: it makes no sense, or names what is not there
    """
    await _lock(tx, journey_id)
    card = await get_journey(tx, journey_id)
    if card.state == "done":
        raise JourneyState(state=card.state)
    if card.revision != revision:
        raise JourneyChanged
    if problems := await problems_of(tx, card.draft, allows_http=allows_http):
        raise JourneyUnsound(problems)
    if not card.is_changed:
        return card
    number = (card.version or 0) + 1
    await tx.execute(
        """
        -- journeys.publish
        with published as (
            insert into journey_versions (tenant_id, journey_id, number, body, published_at, published_by)
            select tenant_id, id, $3, draft, $4, $5 from journeys where tenant_id = $1 and id = $2
        )
        update journeys set version = $3, reads_from = coalesce(reads_from, $4), read_to = coalesce(read_to, $4)
        where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        journey_id,
        number,
        tx.at,
        tx.actor,
    )
    journey = card.draft
    await tx.execute(
        """
        -- journeys.start_campaign
        update campaigns
        set state = case state when 'paused' then 'paused' else 'sending' end, name = $3, audience = $4,
            control_bp = $5, started_at = coalesce(started_at, $6), started_by = coalesce(started_by, $7)
        where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        journey_id,
        journey.name,
        None if journey.audience is None else msgspec.json.encode(journey.audience).decode(),
        journey.control_bp,
        tx.at,
        tx.actor,
    )
    if journey.control_bp:
        await keep_bounds(tx, journey_id, journey.audience)
    await audit.record(
        tx, action="journey.publish", subject=f"campaign:{journey_id}", name=journey.name, version=number
    )
    return await get_journey(tx, journey_id)


async def pause(tx: Tx, journey_id: UUID) -> JourneyCard:
    """Let nobody begin and nobody go on until it is resumed.

    :raises UnknownJourney: the business has none of this id
    :raises JourneyState: it does not run
    """
    card = await _turn(tx, journey_id, "sending", "paused")
    await hold(tx, journey_id)
    await audit.record(tx, action="journey.pause", subject=f"campaign:{journey_id}", name=card.name)
    return card


async def resume(tx: Tx, journey_id: UUID) -> JourneyCard:
    """Let members begin and go on again. What happened meanwhile begins nothing; who is due goes on at once.

    :raises UnknownJourney: the business has none of this id
    :raises JourneyState: it is not paused
    """
    card = await _turn(tx, journey_id, "paused", "sending")
    await tx.execute(
        """
        -- journeys.read_from_now
        update journeys set reads_from = $3, read_to = $3 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        journey_id,
        tx.at,
    )
    await release(tx, journey_id)
    await audit.record(tx, action="journey.resume", subject=f"campaign:{journey_id}", name=card.name)
    return card


async def stop(tx: Tx, journey_id: UUID) -> int:
    """End a journey for good; return how many were on the way, who get nothing more of it.

    :raises UnknownJourney: the business has none of this id
    :raises JourneyState: it was never published, or was stopped before
    """
    await _lock(tx, journey_id)
    card = await get_journey(tx, journey_id)
    if card.state not in ("sending", "paused"):
        raise JourneyState(state=card.state)
    await tx.execute(
        """
        -- journeys.stop_campaign
        update campaigns set state = 'done', finished_at = $3, planned_at = coalesce(planned_at, started_at)
        where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        journey_id,
        tx.at,
    )
    stopped = await tx.fetch(
        """
        -- journeys.stop_runs
        update journey_runs set state = 'stopped', step = null, is_waiting = false, ended_at = $3
        where tenant_id = $1 and journey_id = $2 and state = 'active'
        returning id
        """,
        tx.tenant_id,
        journey_id,
        tx.at,
    )
    await withdraw(tx, journey_id)
    await audit.record(
        tx, action="journey.stop", subject=f"campaign:{journey_id}", name=card.name, members=len(stopped)
    )
    return len(stopped)


async def take_out(tx: Tx, run_id: UUID) -> UUID:
    """Let a member get nothing more of a journey that they are in; return the member.

    :raises UnknownRun: they are not in it, or not any more
    """
    row = await tx.fetchrow(
        """
        -- journeys.take_out
        update journey_runs set state = 'taken_out', step = null, is_waiting = false, ended_at = $3
        where tenant_id = $1 and id = $2 and state = 'active'
        returning member_id, journey_id
        """,
        tx.tenant_id,
        run_id,
        tx.at,
    )
    if row is None:
        raise UnknownRun(field="id")
    card = await get_journey(tx, row["journey_id"])
    await audit.record(tx, action="journey.take_out", subject=f"member:{row['member_id']}", name=card.name)
    member_id: UUID = row["member_id"]
    return member_id


async def _turn(tx: Tx, journey_id: UUID, before: str, after: str) -> JourneyCard:
    await _lock(tx, journey_id)
    card = await get_journey(tx, journey_id)
    if card.state != before:
        raise JourneyState(state=card.state)
    await tx.execute(
        """
        -- journeys.turn
        update campaigns set state = $3 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        journey_id,
        after,
    )
    return await get_journey(tx, journey_id)


async def _lock(tx: Tx, journey_id: UUID) -> None:
    """Let nobody begin it, publish it or stop it meanwhile."""
    await tx.execute(
        """
        -- journeys.lock
        select from journeys where tenant_id = $1 and id = $2 for no key update
        """,
        tx.tenant_id,
        journey_id,
    )
