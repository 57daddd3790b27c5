"""An event as pages show it."""

from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from plushka.delivery.office.movement_rows import told_actor
from plushka.delivery.office.visit import Visit
from plushka.domain.events.model import Event, EventField, EventKind, Value, translated
from plushka.domain.events.queries import FoundEvent
from plushka.domain.occasions.noting import results_of
from plushka.platform.i18n import marked

TYPES = {
    "text": marked("text"),
    "integer": marked("whole number"),
    "money": marked("money"),
    "boolean": marked("yes or no"),
    "date": marked("date"),
    "choice": marked("one of several"),
}


class EventRow(Struct, frozen=True):
    """An event told; ``cancelled`` is empty for one that holds."""

    id: str
    kind: str
    at: str
    member: str
    member_href: str
    said: tuple[tuple[str, str], ...]
    given: tuple[str, ...]
    who: str
    cancelled: str


def event_row(
    found: FoundEvent, kinds: Mapping[str, EventKind], actors: Mapping[str, str], visit: Visit
) -> EventRow:
    """Return an event in words."""
    event, words = found.event, visit.words
    kind = translated(kinds[event.kind], words) if event.kind in kinds else None
    who = told_actor(event.actor, visit, actors)
    cancelled = ""
    if event.cancelled_at is not None:
        cancelled = words.gettext(
            "Cancelled {moment}: {reason}",
            moment=visit.figures.moment(event.cancelled_at),
            reason=event.cancel_reason,
        )
    return EventRow(
        id=str(event.id),
        kind=kind.title if kind else event.kind,
        at=visit.figures.moment(event.occurred_at),
        member=found.member_name or words.gettext("a member without a name"),
        member_href=f"/members/{found.member_id}/events",
        said=_said(event, kind, visit),
        given=_given(event, visit),
        who=f"{who}, {event.external_id}" if event.external_id else who,
        cancelled=cancelled,
    )


def _given(event: Event, visit: Visit) -> tuple[str, ...]:
    return tuple(
        f"{each.name}: {visit.figures_of(each.scale).points(each.points)}" for each in results_of(event).given
    )


def _said(event: Event, kind: EventKind | None, visit: Visit) -> tuple[tuple[str, str], ...]:
    fields = {each.name: each for each in kind.fields} if kind else {}
    # The database keeps no order of names; those that the kind has no more come last.
    names = [*(name for name in fields if name in event.data), *(event.data.keys() - fields.keys())]
    return tuple(
        (fields[name].title if name in fields else name, _told(event.data[name], fields.get(name), visit))
        for name in names
    )


def _told(value: Value, field: EventField | None, visit: Visit) -> str:
    if isinstance(value, bool):
        return visit.words.gettext("yes") if value else visit.words.gettext("no")
    if field is not None and field.type == "money" and isinstance(value, int):
        return visit.figures.money(value)
    if field is not None and field.type == "date":
        return visit.figures.day(date.fromisoformat(str(value)))
    return str(value)
