"""Gateways as a business would have drafted them, and the addresses of fakes on this machine."""

from datetime import UTC, datetime
from uuid import UUID

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
