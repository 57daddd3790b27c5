"""A journey while it is written: begun, saved as it grows, undone, copied, thrown away."""

import secrets
from uuid import UUID

import msgspec
from msgspec import structs

from plushka.domain.audit import operations as audit
from plushka.domain.campaigns.journeys.model import (
    JOURNEYS_MAX,
    UNDO_MAX,
    JourneyCard,
    JourneyChanged,
    JourneyState,
    NothingToUndo,
    TooManyJourneys,
)
from plushka.domain.campaigns.journeys.queries import count_journeys, decode_journey, get_journey
from plushka.engine.journeys.parts import Journey
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

SALT_BYTES = 16


async def create_journey(tx: Tx, journey: Journey) -> JourneyCard:
    """Begin a journey as a draft.

    :raises TooManyJourneys: the business has ``JOURNEYS_MAX``
    """
    if await count_journeys(tx) >= JOURNEYS_MAX:
        raise TooManyJourneys(most=JOURNEYS_MAX)
    journey_id = new_id()
    await tx.execute(
        """
        -- journeys.create_campaign
        insert into campaigns (tenant_id, id, kind, name, purpose, control_bp, salt, created_by, created_at)
        values ($1, $2, 'journey', $3, 'marketing', $4, $5, $6, $7)
        """,
        tx.tenant_id,
        journey_id,
        journey.name,
        journey.control_bp,
        secrets.token_hex(SALT_BYTES),
        tx.actor,
        tx.at,
    )
    await tx.execute(
        """
        -- journeys.create
        insert into journeys (tenant_id, id, draft, changed_at) values ($1, $2, $3, $4)
        """,
        tx.tenant_id,
        journey_id,
        _encode(journey),
        tx.at,
    )
    await audit.record(tx, action="journey.create", subject=f"campaign:{journey_id}", name=journey.name)
    return await get_journey(tx, journey_id)


async def save_draft(tx: Tx, journey_id: UUID, journey: Journey, *, revision: int) -> JourneyCard:
    """Save a draft over the one of ``revision``, which can be brought back by ``undo``.

    :raises UnknownJourney: the business has none of this id
    :raises JourneyChanged: somebody else has saved meanwhile
    :raises JourneyState: it was stopped
    """
    before = await get_journey(tx, journey_id)
    if before.state == "done":
        raise JourneyState(state=before.state)
    if before.draft == journey and before.revision == revision:
        return before
    await _write(tx, journey_id, revision, _encode(journey), keeps=True)
    if before.version is None and before.name != journey.name:
        await _rename(tx, journey_id, journey.name)
    await audit.record(tx, action="journey.save", subject=f"campaign:{journey_id}", name=journey.name)
    return await get_journey(tx, journey_id)


async def undo(tx: Tx, journey_id: UUID, *, revision: int) -> JourneyCard:
    """Bring back the draft before the present one.

    :raises UnknownJourney: the business has none of this id
    :raises NothingToUndo: there is none
    :raises JourneyChanged: somebody else has saved meanwhile
    """
    earlier: str | None = await tx.fetchval(
        """
        -- journeys.last_undo
        select (undo -> -1)::text from journeys where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        journey_id,
    )
    if earlier is None:
        await get_journey(tx, journey_id)
        raise NothingToUndo
    await _write(tx, journey_id, revision, earlier, keeps=False)
    name = decode_journey(earlier).name
    if (await get_journey(tx, journey_id)).version is None:
        await _rename(tx, journey_id, name)
    await audit.record(tx, action="journey.save", subject=f"campaign:{journey_id}", name=name)
    return await get_journey(tx, journey_id)


async def copy_journey(tx: Tx, journey_id: UUID, *, name: str) -> JourneyCard:
    """Begin a new draft from the draft of another journey.

    :raises UnknownJourney: the business has none of this id
    :raises TooManyJourneys: the business has ``JOURNEYS_MAX``
    """
    card = await get_journey(tx, journey_id)
    return await create_journey(tx, structs.replace(card.draft, name=name))


async def delete_draft(tx: Tx, journey_id: UUID) -> None:
    """Throw a journey away that was never published.

    :raises UnknownJourney: the business has none of this id
    :raises JourneyState: it was published; it can be stopped
    """
    card = await get_journey(tx, journey_id)
    if card.version is not None:
        raise JourneyState(state=card.state)
    await tx.execute(
        """
        -- journeys.delete
        delete from journeys where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        journey_id,
    )
    await tx.execute(
        """
        -- journeys.delete_campaign
        delete from campaigns where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        journey_id,
    )
    await audit.record(tx, action="journey.delete", subject=f"campaign:{journey_id}", name=card.name)


async def _write(tx: Tx, journey_id: UUID, revision: int, draft: str, *, keeps: bool) -> None:
    """Write a draft; ``keeps`` the present one to be undone, or drops it that is brought back."""
    # Only the latest drafts are kept: what is before them in the array is cut off.
    kept = f"""
        (select coalesce(jsonb_agg(body order by place), '[]') from (
            select body, place
            from jsonb_array_elements(undo || jsonb_build_array(draft)) with ordinality as each (body, place)
            order by place desc limit {UNDO_MAX}
        ) as latest)
    """  # noqa: S608  a constant
    written = await tx.fetchval(
        f"""
        -- journeys.write_draft
        update journeys
        set undo = {kept if keeps else "undo - -1"}, draft = $3, revision = revision + 1, changed_at = $4
        where tenant_id = $1 and id = $2 and revision = $5
        returning true
        """,  # noqa: S608  constants
        tx.tenant_id,
        journey_id,
        draft,
        tx.at,
        revision,
    )
    if not written:
        raise JourneyChanged


async def _rename(tx: Tx, journey_id: UUID, name: str) -> None:
    await tx.execute(
        """
        -- journeys.rename
        update campaigns set name = $3 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        journey_id,
        name,
    )


def _encode(journey: Journey) -> str:
    return msgspec.json.encode(journey).decode()
