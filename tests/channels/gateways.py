"""Gateways as a business would have drafted them, and the addresses of fakes on this machine."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

from aiohttp import web

from plushka.domain.messages.gateways.model import Credentials, Gateway, Provider, Server
from plushka.domain.messages.gateways.operations import draft
from plushka.domain.messages.gateways.parcels import Mail, Sms

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
LOOPBACK = ("127.0.0.1",)
PHONE = "+79990000101"
KEY = UUID("0192f000-0000-7000-8000-000000000001")


def gateway(
    provider: Provider,
    secret: str,
    *,
    login: str = "",
    port: int = 0,
    sender: str = "Plushka",
    public_key: str = "",
) -> Gateway:
    """Return a gateway with these secrets, on this machine if it has a ``port``."""
    return draft(
        provider,
        sender=sender,
        credentials=Credentials(login=login, secret=secret),
        server=Server("127.0.0.1" if port else "", port, "none"),
        per_second=10,
        at=AT,
        public_key=public_key,
    )


def sms(text: str = "Вам 100 плюшек", phone: str = PHONE) -> Sms:
    return Sms(phone=phone, text=text, key=KEY)


def mail(to: str = "vera@example.com", subject: str = "Для вас", unsubscribe_url: str = "") -> Mail:
    return Mail(
        to=to,
        sender_name="Кофейня Анны",
        subject=subject,
        text="Добрый день",
        html="<p>Добрый <b>день</b></p>",
        key=KEY,
        unsubscribe_url=unsubscribe_url,
    )


@asynccontextmanager
async def serving(routes: list[web.RouteDef]) -> AsyncIterator[str]:
    """Serve on a free port of this machine and yield the address."""
    app = web.Application()
    app.add_routes(routes)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
