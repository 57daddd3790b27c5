"""A mail server that is none: it takes letters of whoever knows the password, and shows them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from msgspec import field

from plushka.demo.gateways.arrived import Arrived, Pretended

LOGIN = "demo"


class FakeMail(Pretended):
    """``refusals`` are what an address is answered with, ``letters`` what has come, whole.

    ``returned_to`` are whom the letters named as whom to return them to; ``knows_dsn``: it takes the ``options`` of
    RFC 3461.
    """

    password: str = "demo-password-of-mail"  # noqa: S105  the demo's
    refusals: dict[str, str] = field(default_factory=dict)
    letters: list[EmailMessage] = field(default_factory=list)
    returned_to: list[str] = field(default_factory=list)
    options: list[list[str]] = field(default_factory=list)
    knows_dsn: bool = False
    connections: int = 0

    @asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator[int]:
        """Serve on a port of this machine, a free one if it is 0, and yield it."""
        server = await asyncio.get_running_loop().create_server(self._protocol, "127.0.0.1", port)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            await server.wait_closed()

    async def handle_EHLO(  # noqa: N802  the library's name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        del server, envelope
        session.host_name = hostname
        return [*responses[:-1], "250-DSN", responses[-1]] if self.knows_dsn else responses

    async def handle_RCPT(  # noqa: N802  the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, options
        if not session.authenticated:
            return "530 5.7.0 Authentication required"
        if (refusal := self.refusals.get(address)) is not None:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        del session
        if self.faults:
            fault = self.faults.popleft()
            if not fault.hangs:
                return fault.body
            if server.transport is not None:
                server.transport.close()
            return "421 gone"
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        letter = message_from_bytes(content, policy=policy.default)
        self.letters.append(letter)
        self.returned_to.append(envelope.mail_from or "")
        body = letter.get_body(("plain",))
        text = str(body.get_content()) if body is not None else ""
        subject, sender = str(letter["Subject"]), str(letter["From"])
        self.take(Arrived("email", envelope.rcpt_tos[0], text, title=subject, sender=sender))
        return "250 OK"

    def _protocol(self) -> SMTP:
        self.connections += 1
        return _WithReturns(
            self,
            hostname="fake.mail",
            auth_require_tls=False,
            authenticator=self._authenticate,
            enable_SMTPUTF8=True,
        )

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        del server, session, envelope, mechanism
        known = isinstance(data, LoginPassword) and (data.login, data.password) == (
            LOGIN.encode(),
            self.password.encode(),
        )
        return AuthResult(success=known, handled=False)


class _WithReturns(SMTP):
    """Takes what RFC 3461 lets a sender ask for, which the library refuses, and leaves it with the fake."""

    async def smtp_MAIL(self, arg: str) -> None:  # noqa: N802  the library's name
        await super().smtp_MAIL(self._without_options(arg))

    async def smtp_RCPT(self, arg: str) -> None:  # noqa: N802  the library's name
        await super().smtp_RCPT(self._without_options(arg))

    def _without_options(self, arg: str) -> str:
        fake = self.event_handler
        words = arg.split()
        asked = [word for word in words if word.startswith(("ENVID=", "RET=", "NOTIFY="))]
        if not fake.knows_dsn:
            return arg
        fake.options.append(asked)
        return " ".join(word for word in words if word not in asked)
