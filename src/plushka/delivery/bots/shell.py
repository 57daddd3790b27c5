"""What a messenger's shell does for the rest: it speaks the messenger's protocol, and decides nothing."""

from collections.abc import AsyncIterator, Mapping
from typing import Protocol
from urllib.parse import urlsplit
from uuid import UUID

import aiohttp
from msgspec import Struct

from plushka.domain.bots.connecting import Connector
from plushka.domain.bots.conversing import Chatter
from plushka.domain.bots.model import Bot
from plushka.domain.bots.talk import Heard
from plushka.domain.members.channels import Messenger
from plushka.domain.messages.model import Failing, Message, Result, Unsure
from plushka.platform.addresses import is_loopback
from plushka.platform.i18n import Language

_BROKEN = (aiohttp.ClientOSError, aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError, TimeoutError)


class Incoming(Struct, frozen=True):
    """An update that means something to the talk; ``key`` tells it from every other of this bot.

    ``receipt`` is what the messenger wants back so that a pressed button stops waiting; empty: nothing. ``cursor`` is
    where to ask on from once this is taken in; empty: the messenger remembers, or more of the same answer follows.
    """

    key: str
    chatter: Chatter
    heard: Heard
    receipt: str = ""
    cursor: str = ""


class Parcel(Struct, frozen=True):
    """A worded message on its way to a chat. ``number`` is the same however often it is sent.

    ``app_url`` is where the business's app is, empty where the messenger could not open it; ``color`` is the
    business's, for pictures.
    """

    external_id: str
    message: Message
    language: Language
    number: int
    app_url: str
    color: str


class Shell(Connector, Protocol):
    """One messenger. Calls raise ``TemporaryFailure`` where nothing else is said.

    ``per_second`` is how many messages a bot may send; ``replies_release``: a reply to a call lets the button go.
    """

    messenger: Messenger
    per_second: float
    replies_release: bool

    async def close(self) -> None: ...

    async def set_up(self, bot: Bot, *, webhook_url: str, app_url: str) -> None:
        """Let the bot be called at ``webhook_url``, or be polled if that is empty; give it its commands and menu."""
        ...

    async def send(self, bot: Bot, parcel: Parcel) -> Result:
        """Send; every failure is a result."""
        ...

    def poll(self, bot: Bot) -> AsyncIterator[Incoming]:
        """Yield what is told, for ever; what was yielded counts as taken in when the next one is asked for."""
        ...

    async def confirm(self, bot: Bot, incoming: Incoming) -> None:
        """Let a pressed button stop waiting; a failure is no matter."""
        ...

    def admits(self, bot: Bot, headers: Mapping[str, str], body: bytes) -> bool:
        """Tell whether a call to the webhook is the messenger's own."""
        ...

    def read(self, bot: Bot, body: bytes) -> Incoming | None:
        """Return what a call told, None: nothing for the talk.

        :raises ValueError: it is no update
        """
        ...

    async def reply(self, bot: Bot, body: bytes, incoming: Incoming | None) -> bytes:
        """Return what a call is answered with."""
        ...


def result_of_break(error: BaseException | None, reason: str) -> Result:
    """Return what a failed call means, to a messenger that does not know a message sent twice.

    Over a connection that never was nothing has gone; over one that broke it may have, and nobody can ask.
    """
    is_unheard = isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
    return Unsure(reason) if isinstance(error, _BROKEN) and not is_unheard else Failing(reason)


def app_address(public_url: str | None, tenant_id: UUID, api: str) -> str:
    """Return where a business's app is, if the messenger behind ``api`` would open it: by HTTPS, or on this machine."""
    if public_url is None:
        return ""
    is_local = is_loopback(urlsplit(api).hostname or "")
    return f"{public_url}/app/{tenant_id}" if public_url.startswith("https://") or is_local else ""
