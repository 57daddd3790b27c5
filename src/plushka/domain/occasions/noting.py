"""Noting an event, and what it gives, in one transaction."""

from uuid import UUID

import msgspec
from msgspec import Struct

from plushka.domain.audit import operations as audit
from plushka.domain.events.model import Event
from plushka.domain.events.store import Told, insert_event, write_outcome
from plushka.domain.members.store import lock_members
from plushka.domain.occasions.giving import happen
from plushka.domain.occasions.model import Results
from plushka.domain.programs.versions import Versions
from plushka.engine.occasions import EventNoted
from plushka.platform.database import Tx

_decode = msgspec.json.Decoder(Results).decode


class Noted(Struct, frozen=True):
    """An event with what it gave; ``is_repeat``: it had been told before, and this is what was answered then."""

    event: Event
    results: Results
    is_repeat: bool


async def note_event(tx: Tx, versions: Versions, told: Told) -> Noted:
    """Write an event down and give what occasions give for it; told again, it gives nothing more.

    :raises Refusal: as ``insert_event``
    """
    event, is_repeat = await insert_event(tx, told)
    if is_repeat:
        return Noted(event, results_of(event), is_repeat=True)
    results = await happen(
        tx,
        versions,
        event.member_id,
        EventNoted(event.kind, event.data),
        key=f"event:{event.id}",
        event_id=event.id,
    )
    await write_outcome(tx, event.id, msgspec.json.encode(results).decode())
    return Noted(event, results, is_repeat=False)


async def note_by_hand(tx: Tx, versions: Versions, member_id: UUID, told: Told) -> Noted:
    """Write down what staff know of a member, and give for it; it stands in the trail. Of a form sent twice: once.

    :raises Refusal: as ``insert_event``
    """
    await lock_members(tx, [member_id])
    noted = await note_event(tx, versions, told)
    if noted.is_repeat:
        return noted
    await audit.record(
        tx,
        action="event.note",
        subject=f"member:{member_id}",
        event=str(noted.event.id),
        kind=noted.event.kind,
    )
    return noted


def results_of(event: Event) -> Results:
    """Return what an event gave when it was noted; nothing is known of it once its member is erased."""
    return _decode(event.outcome)
