"""A message on its way, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal, get_args
from uuid import UUID

from msgspec import Struct

from plushka.domain.members import channels
from plushka.domain.members.channels import AddressState
from plushka.domain.messages.contents import Content
from plushka.platform.i18n import Language, marked

ATTEMPTS_MAX = 30
"""Of one message: with pauses of up to a minute, half an hour of a messenger that refuses just this one."""
USEFUL_FOR = timedelta(days=1)
"""Later than this nobody wants to hear it."""

Channel = channels.Channel
CHANNELS: tuple[Channel, ...] = get_args(Channel)
"""In the order in which equally cheap ones are tried until the business has another; the app's inbox is the last."""
CHANNEL_NAMES: Mapping[Channel, str] = MappingProxyType(
    {
        "telegram": marked("Telegram"),
        "max": marked("MAX"),
        "vk": marked("VK"),
        "push": marked("Push"),
        "email": marked("E-mail"),
        "sms": marked("SMS"),
        "inbox": marked("The app's inbox"),
    }
)
Purpose = Literal["transactional", "marketing"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
PURPOSE_NAMES: Mapping[Purpose, str] = MappingProxyType(
    {"transactional": marked("Service message"), "marketing": marked("Advertising")}
)
State = Literal["waiting", "sending", "sent", "delivered", "failed", "blocked", "skipped", "unknown"]
Reason = Literal[
    "unreachable",
    "no_consent",
    "no_channel_consent",
    "member_blocked",
    "member_gone",
    "address_closed",
    "suppressed",
    "not_in_segment",
    "journey_over",
    "cap",
    "transactional_only",
    "channel_gone",
    "too_late",
    "withdrawn",
    "sandbox",
    "template_missing",
    "value_missing",
]
"""Why a message was not sent (``skipped``)."""

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


class Photo(Struct, frozen=True):
    """A JPEG of the business's, at most 1280 points either way."""

    content: bytes


class File(Struct, frozen=True):
    """A file that a letter brings with it; ``otherwise`` is said, as HTML, where it turns out that it cannot."""

    name: str
    content: bytes
    otherwise: str = ""


class Message(Struct, frozen=True):
    """A finished message: ``text`` is HTML of ``<b>`` alone, ``rows`` are buttons under it.

    ``subject`` is of mail and the title of a push; empty: there is none, or it is left to them.
    """

    text: str
    rows: tuple[tuple[Button, ...], ...] = ()
    keyboard: Keyboard = "keep"
    picture: Picture | Photo | None = None
    subject: str = ""
    file: File | None = None


class Meant(Struct, frozen=True):
    """What the campaign of a letter means: ``audience`` is a broadcast's, the rest stands in the run of a journey."""

    audience: str | None
    state: str | None
    happened_at: datetime | None
    version: tuple[UUID, int]


class Facts(Struct, frozen=True):
    """What is known of a letter's member now.

    ``refused`` are kinds of consent that they took back; ``zone`` is where they bought last, empty: nowhere.
    ``may_be_suppressed``: it is to be asked besides whether they had asked to be deleted.
    """

    is_gone: bool
    is_blocked: bool
    has_agreed: bool
    refused: frozenset[str]
    is_open: bool
    zone: str
    may_be_suppressed: bool = True


class Outgoing(Struct, frozen=True):
    """A message that its sender has taken up; ``attempts`` counts this one.

    ``meant`` is of the campaign that it is of, ``revision`` of the template that it is worded by, ``called`` what its
    member is called. ``facts`` are of one that advertises.
    """

    id: UUID
    channel: Channel
    address: str
    member_id: UUID | None
    language: Language
    purpose: Purpose
    content: Content
    attempts: int
    created_at: datetime
    useful_until: datetime
    route: tuple[Channel, ...] = ()
    campaign_id: UUID | None = None
    meant: Meant | None = None
    revision: int | None = None
    called: str = ""
    facts: Facts | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """The messenger or provider has it, under ``provider_id`` if it reports later what came of it.

    ``parts`` are what is paid for; ``cost_minor`` of them together where the provider tells it, else by the rules.
    ``is_reported``: it tells of each message in the end. Mail tells of those alone that came back, so that of the rest
    nobody waits to hear.
    """

    provider_id: str = ""
    parts: int = 1
    cost_minor: int | None = None
    is_reported: bool = True


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


@dataclass(frozen=True, slots=True)
class Delivered:
    """A report: it has reached the person. ``cost_minor``: of all its parts, where the report tells it."""

    cost_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A report: it has not and will not; ``closes``: nothing will, at this address."""

    reason: str
    closes: bool = False
    cost_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Underway:
    """A report: it is still on its way, and this is what it costs."""

    cost_minor: int


Report = Delivered | Undelivered | Underway
Result = Sent | Unreachable | Moved | Wait | Failing | Refused | Unsure
