"""Kinds of events with their fields, events, and this slice's refusals."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct

from plushka.platform.errors import Conflict, Invalid, NotFound
from plushka.platform.i18n import Translator, marked

FieldType = Literal["text", "integer", "money", "boolean", "date", "choice"]
Value = str | int | bool

NAME_LENGTH_MAX: Final = 50
TITLE_LENGTH_MAX: Final = 100
TEXT_LENGTH_MAX: Final = 2000
"""Characters of one text of an event."""
DATA_LENGTH_MAX: Final = 8000
"""Characters of all that an event says, as JSON."""
NUMBER_MAX: Final = 10**15
FIELDS_MAX: Final = 20
CHOICES_MAX: Final = 50
KINDS_MAX: Final = 50
AGE_MAX: Final = timedelta(days=366)
"""An event that is told later than this gives nobody anything: it is refused."""


class EventField(Struct, frozen=True, omit_defaults=True):
    """A field of an event; ``choices`` are the words of which a choice is one. Money is in minor units."""

    name: str
    title: str
    type: FieldType
    is_required: bool = False
    choices: tuple[str, ...] = ()


class EventKind(Struct, frozen=True):
    """A kind of events. Those that ``is_built_in`` every business has; a retired one takes no events any more."""

    name: str
    title: str
    fields: tuple[EventField, ...]
    is_built_in: bool = False
    retired_at: datetime | None = None


class Event(Struct, frozen=True):
    """What happened to a member. ``till_id`` and ``external_id`` are those of who told it, None where staff noted it.

    ``outcome`` is the JSON of what it gave, written by the slice that gives.
    """

    id: UUID
    member_id: UUID
    kind: str
    till_id: UUID | None
    external_id: str | None
    data: Mapping[str, Value]
    occurred_at: datetime
    noted_at: datetime
    actor: str
    outcome: str = "[]"
    cancelled_at: datetime | None = None
    cancelled_by: str | None = None
    cancel_reason: str | None = None


REVIEW = EventKind(
    "review",
    marked("Review"),
    (
        EventField("rating", marked("Rating from 1 to 5"), "integer"),
        EventField("text", marked("What they wrote"), "text"),
        EventField("place", marked("Where it was written"), "text"),
    ),
    is_built_in=True,
)
SURVEY = EventKind(
    "survey",
    marked("Survey"),
    (
        EventField("name", marked("Which survey"), "text"),
        EventField("score", marked("Score"), "integer"),
        EventField("comment", marked("Comment"), "text"),
    ),
    is_built_in=True,
)
BUILT_IN: Final[Mapping[str, EventKind]] = {kind.name: kind for kind in (REVIEW, SURVEY)}


def translated(kind: EventKind, words: Translator) -> EventKind:
    """Return the kind with its titles in a language; a business's own are in its own words."""
    if not kind.is_built_in:
        return kind
    fields = [
        EventField(each.name, words.gettext(each.title), each.type, each.is_required, each.choices)
        for each in kind.fields
    ]
    return EventKind(kind.name, words.gettext(kind.title), tuple(fields), is_built_in=True)


class UnknownEventKind(NotFound):
    """The business has no such kind, or it is retired."""

    code = "event_kind_not_found"


class UnknownEvent(NotFound):
    code = "event_not_found"


class EventDiffers(Conflict):
    """The till has told another event under this number."""

    code = "event_differs"


class EventInFuture(Invalid):
    code = "event_in_future"


class EventTooOld(Invalid):
    code = "event_too_old"


class EventFieldUnknown(Invalid):
    """The kind has no field of this name."""

    code = "event_field_unknown"


class EventFieldMissing(Invalid):
    code = "event_field_missing"


class EventFieldWrong(Invalid):
    """The value is not of the field's ``type``, or longer or larger than it may be."""

    code = "event_field_wrong"


class EventTooLarge(Invalid):
    code = "event_too_large"


class EventKindNameWrong(Invalid):
    """A machine's name is small Latin letters, digits and underscores, beginning with a letter."""

    code = "event_kind_name_wrong"


class EventKindTaken(Conflict):
    code = "event_kind_taken"


class EventKindBuiltIn(Conflict):
    code = "event_kind_built_in"


class TooManyEventKinds(Conflict):
    code = "event_kinds_too_many"


class EventFieldsUnsound(Invalid):
    """``reason``: repeated, choices, too_many."""

    code = "event_fields_unsound"
