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
    """``refusals`` are what an address is answered with, ``letters`` what has come, whole."""

    password: str = "demo-password-of-mail"  # noqa: S105  the demo's
    refusals: dict[str, str] = field(default_factory=dict)
    letters: list[EmailMessage] = field(default_factory=list)
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
        body = letter.get_body(("plain",))
        text = str(body.get_content()) if body is not None else ""
        subject, sender = str(letter["Subject"]), str(letter["From"])
        self.take(Arrived("email", envelope.rcpt_tos[0], text, title=subject, sender=sender))
        return "250 OK"

    def _protocol(self) -> SMTP:
        self.connections += 1
        return SMTP(
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
