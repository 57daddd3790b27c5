"""What happens to members besides purchases: reviews, surveys, whatever the business declares."""

import msgspec

from plushka.delivery.pos.answers import EventCancelledOut, EventOut, NotGivenOut, PointsGivenOut
from plushka.delivery.pos.endpoint import Answer, Call, endpoint
from plushka.delivery.pos.refusals import MemberAmbiguous
from plushka.delivery.pos.requests import EventCancelIn, EventIn, Query
from plushka.domain.events.model import (
    Event,
    EventDiffers,
    EventFieldMissing,
    EventFieldUnknown,
    EventFieldWrong,
    EventInFuture,
    EventTooLarge,
    EventTooOld,
    UnknownEvent,
    UnknownEventKind,
)
from plushka.domain.events.queries import get_event
from plushka.domain.events.store import Told
from plushka.domain.ledger.model import ClawbackRefused, WalletMoved
from plushka.domain.members.model import PhoneInvalid, ReasonMissing, UnknownMember
from plushka.domain.members.queries import find_people
from plushka.domain.occasions.cancelling import cancel_event
from plushka.domain.occasions.model import Results
from plushka.domain.occasions.noting import note_event, results_of
from plushka.domain.programs.names import load_names
from plushka.domain.programs.queries import find_version_in_force
from plushka.domain.programs.telling.reasons import tell_note
from plushka.domain.programs.telling.voice import Voice
from plushka.platform.database import Tx


@endpoint(
    "POST /v1/events",
    scope="events",
    statuses=(201, 200),
    refusals=(
        UnknownEventKind,
        UnknownMember,
        MemberAmbiguous,
        PhoneInvalid,
        EventFieldUnknown,
        EventFieldMissing,
        EventFieldWrong,
        EventTooLarge,
        EventInFuture,
        EventTooOld,
        EventDiffers,
    ),
    example={
        "external_id": "review-1841",
        "kind": "review",
        "member": {"phone": "+79161234567"},
        "data": {"rating": 5, "text": "Лучший раф на Арбате", "place": "Карты"},
    },
)
async def tell_event(call: Call[EventIn, Query]) -> Answer[EventOut]:
    """Tell what happened to a member; the programme's occasions give points for it, and the answer says which.

    Safe to repeat with the same `external_id` and content: it is noted once, and answered 200 with what it gave.
    """
    body = call.body
    named = body.member.to_domain(country=call.holder.country)
    async with call.transaction() as tx:
        person = (await find_people(tx, {named})).get(named)
        if person is None:
            raise UnknownMember(field="member")
        noted = await note_event(
            tx,
            call.services.reference.versions,
            Told(
                person.id,
                body.kind,
                body.data,
                body.occurred_at,
                till_id=call.holder.till_id,
                external_id=body.external_id,
                named=msgspec.json.encode(named).decode(),
            ),
        )
        answer = await _told(tx, call, noted.event, noted.results)
    return Answer(answer, 200 if noted.is_repeat else 201)


@endpoint("GET /v1/events/{id}", scope="events", refusals=(UnknownEvent,))
async def show_event(call: Call[None, Query]) -> Answer[EventOut]:
    """Show an event with what it gave."""
    async with call.transaction(read_only=True) as tx:
        event = await get_event(tx, call.id)
        return Answer(await _told(tx, call, event, results_of(event)))


@endpoint(
    "POST /v1/events/{id}/cancel",
    scope="events",
    refusals=(UnknownEvent, ReasonMissing, ClawbackRefused, WalletMoved),
    example={"reason": "The review was deleted"},
)
async def cancel_told_event(call: Call[EventCancelIn, Query]) -> Answer[EventCancelledOut]:
    """Cancel an event: what it gave is taken back, from its own points first.

    What is spent already is owed, as after a return. Safe to repeat: the second time it answers with what was taken.
    """
    async with call.transaction() as tx:
        cancelled = await cancel_event(tx, call.services.reference.versions, call.id, reason=call.body.reason)
        told = await _told(tx, call, cancelled.event, results_of(cancelled.event))
    return Answer(EventCancelledOut(told, cancelled.taken, cancelled.owed, cancelled.burned))


async def _told(tx: Tx, call: Call[object, Query], event: Event, results: Results) -> EventOut:
    return EventOut(
        id=event.id,
        external_id=event.external_id,
        kind=event.kind,
        member_id=event.member_id,
        occurred_at=event.occurred_at,
        noted_at=event.noted_at,
        data=dict(event.data),
        given=tuple(
            PointsGivenOut(
                each.program_id, each.occasion_id, each.name, each.points, each.scale, each.expires_at
            )
            for each in results.given
        ),
        not_given=await _not_given(tx, call, results),
        cancelled_at=event.cancelled_at,
    )


async def _not_given(tx: Tx, call: Call[object, Query], results: Results) -> tuple[NotGivenOut, ...]:
    if not results.withheld:
        return ()
    names, programs = await load_names(tx), {each.program_id for each in results.withheld}
    versions = {program_id: await find_version_in_force(tx, program_id) for program_id in programs}
    told = []
    for each in results.withheld:
        detail = ""
        if (version := versions[each.program_id]) is not None:
            detail = tell_note(each.note, Voice(version.program, call.language, names))
        told.append(NotGivenOut(each.program_id, each.occasion_id, each.name, each.note.code, detail))
    return tuple(told)
