"""A message on its way, and what became of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.domain.members.channels import Address, AddressState
from plushka.domain.messages.contents import Content
from plushka.platform.i18n import Language

ATTEMPTS_MAX = 30
"""Of one message: with pauses of up to a minute, half an hour of a messenger that refuses just this one."""
USEFUL_FOR = timedelta(days=1)
"""Later than this nobody wants to hear it."""

Keyboard = Literal["keep", "contact", "menu"]
"""What stands below the chat: as it was, the button that shares a phone, or the member's menu."""


class Button(Struct, frozen=True):
    """A button under a message: it sends ``action`` back, or opens the app at ``path`` or a ``link``."""

    text: str
    action: str = ""
    link: str = ""
    opens_app: bool = False


class Picture(Struct, frozen=True):
    """A PNG to be drawn: what stands on the card."""

    code: str
    number: str


class Message(Struct, frozen=True):
    """A finished message: ``text`` is HTML of ``<b>`` alone, ``rows`` are buttons under it."""

    text: str
    rows: tuple[tuple[Button, ...], ...] = ()
    keyboard: Keyboard = "keep"
    picture: Picture | None = None


class Outgoing(Struct, frozen=True):
    """A message that its sender has taken up; ``attempts`` counts this one."""

    id: UUID
    address: Address
    member_id: UUID | None
    language: Language
    content: Content
    attempts: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """The messenger or the gateway has it.

    ``provider_id`` is what a gateway calls it by later; ``parts`` and ``cost_minor`` are of an SMS, the cost None
    where the gateway does not say.
    """

    provider_id: str = ""
    parts: int = 1
    cost_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Unreachable:
    """It will not get through to this person: ``state`` is what their address becomes."""

    state: AddressState


@dataclass(frozen=True, slots=True)
class Moved:
    """The chat has another id now."""

    external_id: str


@dataclass(frozen=True, slots=True)
class Wait:
    """The messenger wants nothing of this bot for ``seconds``; the message stays the next.

    ``problem`` is what somebody has to mend first, empty where time mends it.
    """

    seconds: float
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Failing:
    """Something outside failed and may work later."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The messenger will never take this message."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unsure:
    """It was handed over and no answer came: it may have arrived or not."""

    reason: str


Result = Sent | Unreachable | Moved | Wait | Failing | Refused | Unsure
