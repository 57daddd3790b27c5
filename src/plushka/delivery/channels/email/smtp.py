"""Mail by SMTP: one connection a gateway, step by step, so that it is known how far a letter has come."""

import asyncio
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.errors import MessageError
from email.message import EmailMessage
from uuid import UUID

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from plushka.delivery.channels.email.collecting import Mailboxes
from plushka.delivery.channels.email.letter import as_message
from plushka.delivery.channels.email.refusals import PERMANENT, kills
from plushka.delivery.channels.reasons import MEND_SECONDS, NoAnswer, plain
from plushka.domain.messages.gateways.mailboxes import Mailbox
from plushka.domain.messages.gateways.model import Gateway
from plushka.domain.messages.gateways.parcels import Collected, Condition, Heard, Mail, Parcel
from plushka.domain.messages.model import Failing, Refused, Report, Result, Sent, Unreachable, Unsure, Wait
from plushka.platform.errors import TemporaryFailure
from plushka.platform.outward import InnerAddress, resolve

CALL_SECONDS_MAX = 30
IDLE_SECONDS_MAX = 20.0
"""After which a connection is asked whether it is still one."""


class Smtp:
    """Mail servers of businesses; ``login`` and ``secret`` are empty where a server wants none."""

    is_asked = False
    receipt = b""

    def __init__(
        self, *, allowed: Sequence[str], now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._allowed = allowed
        self._now = now
        self._links: dict[UUID, _Link] = {}
        self._mailboxes = Mailboxes(allowed=allowed, now=now)

    async def close(self) -> None:
        for link in self._links.values():
            await link.close()
        self._links.clear()
        self._mailboxes.close()

    async def send(self, gateway: Gateway, parcel: Parcel) -> Result:
        assert isinstance(parcel, Mail)  # noqa: S101  the sender of another kind has another adapter
        try:
            message = as_message(parcel, sender=gateway.sender, name=parcel.sender_name, at=self._now())
        except (MessageError, ValueError, LookupError):
            return Unreachable("gone")
        link = self._links.setdefault(gateway.id, _Link(self._allowed))
        async with link.lock:
            try:
                client = await link.connected(gateway)
                await _hand_over(client, parcel.return_to or gateway.sender, parcel, message)
            except NoAnswer as failed:
                return failed.result
            except SMTPResponseException as refused:
                return _of_response(refused)
            except (_Unheard, SMTPException, OSError) as error:
                await link.close()
                return Unsure(str(error)) if isinstance(error, _Unheard) else Failing(plain(error))
        return Sent(provider_id=str(parcel.key), is_reported=False)

    async def look(self, gateway: Gateway) -> Condition:
        link = self._links.setdefault(gateway.id, _Link(self._allowed))
        async with link.lock:
            try:
                await link.connected(gateway)
            except NoAnswer as failed:
                return Condition(problem=str(failed))
        return Condition()

    async def ask(self, gateway: Gateway, provider_ids: Sequence[str]) -> Mapping[str, Report]:
        """Return nothing: what other servers send back comes to a mailbox, by ``collect``."""
        del gateway, provider_ids
        return {}

    async def collect(self, mailbox: Mailbox) -> Collected:
        return await self._mailboxes.collect(mailbox)

    def read(self, body: bytes) -> Heard:
        """Refuse: mail servers call nobody.

        :raises ValueError: always
        """
        raise ValueError(f"mail servers call nobody: {len(body)} bytes")


class _Unheard(Exception):
    """The text was handed over, and no answer came to it."""


class _Link:
    """A connection to a mail server, one letter at a time."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self.lock = asyncio.Lock()
        self._allowed = allowed
        self._client: SMTP | None = None
        self._used_at = 0.0

    async def connected(self, gateway: Gateway) -> SMTP:
        """Return a client that has signed in.

        :raises NoAnswer: the server is not there, or does not know us
        """
        client = self._client
        if client is not None and client.is_connected and await self._answers(client):
            self._used_at = time.monotonic()
            return client
        await self.close()
        try:
            self._client = await self._connect(gateway)
        except SMTPAuthenticationError as refused:
            raise NoAnswer(Wait(MEND_SECONDS, _told(refused))) from refused
        except (SMTPException, OSError, ValueError) as error:
            raise NoAnswer(Failing(plain(error))) from error
        self._used_at = time.monotonic()
        return self._client

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    async def _answers(self, client: SMTP) -> bool:
        """Tell whether a connection that has rested is still one."""
        if time.monotonic() - self._used_at < IDLE_SECONDS_MAX:
            return True
        try:
            await client.noop()
        except (SMTPException, OSError):
            return False
        return True

    async def _connect(self, gateway: Gateway) -> SMTP:
        server = gateway.server
        try:
            address = await resolve(server.host, server.port, allowed=self._allowed)
        except InnerAddress as error:
            raise NoAnswer(Wait(MEND_SECONDS, "the server is of the inner network")) from error
        except TemporaryFailure as failure:
            raise NoAnswer(Failing(failure.reason)) from failure
        plug = await _plug(address, server.port)
        client = SMTP(
            hostname=server.host,
            sock=plug,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            username=gateway.credentials.login or None,
            password=gateway.credentials.secret or None,
            local_hostname=gateway.sender.rpartition("@")[2],
            timeout=CALL_SECONDS_MAX,
        )
        try:
            await client.connect()
        except BaseException:
            plug.close()
            raise
        return client


async def _plug(address: str, port: int) -> socket.socket:
    """Return a socket that is connected to the very address that was looked at."""
    plug = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    plug.setblocking(False)
    try:
        async with asyncio.timeout(CALL_SECONDS_MAX):
            await asyncio.get_running_loop().sock_connect(plug, (address, port))
    except BaseException:
        plug.close()
        raise
    return plug


async def _hand_over(client: SMTP, return_to: str, mail: Mail, message: EmailMessage) -> None:
    """Say the letter in three steps; what goes wrong before the last one has left nothing behind.

    :raises _Unheard: the text was said, and no answer came
    """
    # RFC 3461: who returns a letter repeats its mark, returns no more than its head, and tells of no delay.
    is_asked = bool(mail.mark) and client.supports_extension("dsn")
    try:
        await client.mail(return_to, options=[f"ENVID={mail.mark}", "RET=HDRS"] if is_asked else None)
        await client.rcpt(mail.to, options=["NOTIFY=FAILURE"] if is_asked else None)
    except SMTPResponseException:
        with suppress(SMTPException, OSError):
            await client.rset()
        raise
    try:
        await client.data(message.as_bytes())
    except SMTPResponseException:
        raise
    except (SMTPException, OSError) as error:
        raise _Unheard(plain(error)) from error


def _of_recipient(refused: SMTPRecipientRefused) -> Result:
    """Return what a refused address comes to: nobody is there, unless policy or a full box speaks."""
    if refused.code < PERMANENT:
        return Failing(_told(refused))
    return Unreachable("gone") if kills(refused.code, refused.message) else Refused(_told(refused))


def _of_response(refused: SMTPResponseException) -> Result:
    """Return what a refusal comes to: of the recipient, of the sender, or of the letter."""
    if isinstance(refused, SMTPRecipientRefused):
        return _of_recipient(refused)
    if refused.code < PERMANENT:
        return Failing(_told(refused))
    is_ours = isinstance(refused, SMTPSenderRefused)
    return Wait(MEND_SECONDS, _told(refused)) if is_ours else Refused(_told(refused))


def _told(refused: SMTPResponseException) -> str:
    return f"{refused.code}: {plain(refused.message)}"
