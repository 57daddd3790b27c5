"""What a gateway is handed, and how it is asked: the adapters of ``delivery/channels`` are it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable
from uuid import UUID

from msgspec import Struct

from plushka.domain.messages.gateways.mailboxes import Mailbox, Place
from plushka.domain.messages.gateways.model import Gateway, Provider
from plushka.domain.messages.model import File, Report, Result
from plushka.platform.bell import Bell
from plushka.platform.vault import Vault

SMS_TTL_SECONDS_MIN, SMS_TTL_SECONDS_MAX = 60, 86_400
"""What gateways take: from a minute to a day."""


class Sms(Struct, frozen=True):
    """A text for a ``phone`` (E.164); ``key`` is the same however often it is sent.

    After ``ttl_seconds`` the gateway is to drop it, where it can.
    ``report_url`` is where the gateway may tell what became of it, empty: nowhere.
    """

    phone: str
    text: str
    key: UUID
    report_url: str = ""
    ttl_seconds: int = SMS_TTL_SECONDS_MAX


class Mail(Struct, frozen=True):
    """A letter as text and as HTML, from ``sender_name``; the HTML shows ``picture``, a JPEG, as ``cid:picture``.

    It brings ``file`` with it.
    ``unsubscribe_url`` is empty where there is nothing to unsubscribe from. ``mark`` is what it is known by should it
    come back, to ``return_to``; empty: nobody would read that, and it comes back to the sender.
    """

    to: str
    sender_name: str
    subject: str
    text: str
    html: str
    key: UUID
    unsubscribe_url: str = ""
    picture: bytes = b""
    mark: str = ""
    return_to: str = ""
    file: File | None = None


class Device(Struct, frozen=True):
    """A browser that shows notifications, as it has introduced itself."""

    id: UUID
    endpoint: str
    p256dh: str
    auth: str


class Push(Struct, frozen=True):
    """A notification for a browser; ``payload`` is what our service worker reads."""

    device: Device
    payload: bytes
    ttl_seconds: int
    key: UUID


Parcel = Sms | Mail | Push


class Condition(Struct, frozen=True):
    """How a gateway sees us: what is left to be spent, if it tells, and what is wrong, if anything is."""

    balance_minor: int | None = None
    problem: str = ""


class Incoming(Struct, frozen=True):
    """An SMS that somebody has sent to the business; ``phone`` is as the gateway spells it, ``key`` its own, if any."""

    phone: str
    text: str
    key: str = ""


class Heard(Struct, frozen=True):
    """What a gateway tells unasked: what became of messages, by its own ids of them, and what people have answered."""

    reports: Mapping[str, Report] = {}
    incoming: tuple[Incoming, ...] = ()


class Returned(Struct, frozen=True):
    """What came back to a mailbox: a letter that did not arrive, or one that its reader called spam.

    ``marks`` are what looks like marks of letters, the best first; ``key`` is of the message that tells. ``closes``:
    nothing will arrive there.
    """

    marks: tuple[str, ...]
    key: str
    is_complaint: bool = False
    reason: str = ""
    closes: bool = False


class Collected(Struct, frozen=True):
    """What was found in a mailbox, and up to where; ``problem`` is what kept us from it.

    ``is_more``: some at a time.
    """

    returned: tuple[Returned, ...] = ()
    place: Place | None = None
    is_more: bool = False
    problem: str = ""


Hear = Callable[[UUID, Heard], Awaitable[None]]
"""What takes in what a gateway tells."""


class Adapter(Protocol):
    """Gateways of one provider. ``is_asked``: it has to be asked what became of messages, as it calls nobody."""

    is_asked: bool

    async def send(self, gateway: Gateway, parcel: Parcel) -> Result:
        """Send; every failure is a result."""
        ...

    async def look(self, gateway: Gateway) -> Condition:
        """Return how we are seen; that it does not answer or does not know us is a condition too."""
        ...

    async def ask(self, gateway: Gateway, provider_ids: Sequence[str]) -> Mapping[str, Report]:
        """Return what became of messages, of those where it is known; nothing where it does not answer."""
        ...

    def read(self, body: bytes) -> Heard:
        """Return what a call to us told; what it told nothing of is left out.

        :raises ValueError: it is no call of this provider
        """
        ...

    @property
    def receipt(self) -> bytes:
        """What a call to us is answered with."""
        ...

    async def close(self) -> None: ...


@runtime_checkable
class Listening(Protocol):
    """An adapter to which receipts come by themselves: each is confirmed after ``hear`` has taken it in."""

    def listen(self, hear: Hear) -> None: ...


@runtime_checkable
class Registering(Protocol):
    """An adapter of gateways that have to be told where to call us."""

    async def register(self, gateway: Gateway, url: str) -> str:
        """Let the gateway call ``url``, once however often it is asked; return what is wrong, if anything is."""
        ...

    async def unregister(self, gateway: Gateway, url: str) -> None:
        """Let it call us no more; that it does not listen is borne."""
        ...


@runtime_checkable
class Collecting(Protocol):
    """An adapter whose messages come back to a mailbox."""

    async def collect(self, mailbox: Mailbox) -> Collected:
        """Read on where the mailbox was read to, nothing of what was there before its first time; change nothing."""
        ...


class Adapters(Protocol):
    """The providers, each opened when it is first needed."""

    async def get(self, provider: Provider) -> Adapter: ...


@dataclass(frozen=True, slots=True)
class GatewayDesk:
    """What gateways are connected with in a process; ``bell`` tells who keeps them at work.

    ``public_url`` is where gateways and people reach us, if anywhere.
    """

    vault: Vault
    adapters: Adapters
    bell: Bell
    public_url: str | None
