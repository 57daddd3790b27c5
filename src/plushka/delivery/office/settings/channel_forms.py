"""What a gateway of each provider is connected with, and where it is found there."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import get_args

from msgspec import Struct

from plushka.delivery.web.forms import Form
from plushka.domain.messages.gateways.hooks import new_hook
from plushka.domain.messages.gateways.model import (
    HOST_LENGTH_MAX,
    PER_SECOND,
    PER_SECOND_MAX,
    PORT_MAX,
    SENDER_LENGTH_MAX,
    Credentials,
    Gateway,
    Provider,
    Security,
    Server,
)
from plushka.domain.messages.gateways.operations import draft
from plushka.domain.messages.gateways.push_keys import new_keys
from plushka.platform.i18n import marked

SECRET_LENGTH_MAX = 500
NAMES = ("sender", "login", "secret", "host", "port", "per_second")
"""What the domain calls the fields."""
SEALED = marked("It is kept sealed, and shown to nobody.")
_SECURITIES: tuple[tuple[Security, str], ...] = (
    ("tls", marked("encrypted from the start (465)")),
    ("starttls", marked("STARTTLS (587)")),
    ("none", marked("not encrypted (25)")),
)


class Asked(Struct, frozen=True):
    """A field of the form that connects a gateway; with ``options`` one of them is chosen."""

    name: str
    label: str
    help: str = ""
    default: str = ""
    kind: str = "text"
    is_required: bool = True
    options: tuple[tuple[str, str], ...] = ()


_NAME = Asked(
    "sender",
    marked("Name of the sender"),
    marked("As it is registered there: up to 11 Latin letters and digits."),
)
_PACE = Asked("per_second", marked("Messages a second, at most"), default="10", kind="number")

HOOK_HELP: Mapping[Provider, str] = MappingProxyType(
    {
        "smsru": marked(
            "SMS.ru is told it by itself. If you have a number that people answer to, let its SMS come here too: “STOP”"
            " unsubscribes."
        ),
        "smsaero": marked(
            "SMS Aero is told it with each message. If you have a number that people answer to, let its SMS come here"
            " too: “STOP” unsubscribes."
        ),
        "exolve": marked(
            "Paste it into the application, for reports of delivery and for SMS that come in: “STOP” unsubscribes."
        ),
    }
)
"""What the address is for that a provider calls."""
STEPS: Mapping[Provider, tuple[str, ...]] = MappingProxyType(
    {
        "smsru": (
            marked("Sign a contract at sms.ru and register the name of the sender."),
            marked("Copy the api_id from the start page of the cabinet, and paste it here."),
        ),
        "smsaero": (
            marked("Sign a contract at smsaero.ru and register the name of the sender."),
            marked(
                "Make a key under “Settings”, “API and SMPP”, and paste it here with the e-mail you sign in by."
            ),
        ),
        "exolve": (
            marked("Make an application at exolve.ru and give it a number or a name of a sender."),
            marked("Copy the application's API key, and paste it here."),
        ),
        "smpp": (
            marked(
                "Ask your operator for the address, the login and the password of a transceiver (SMPP 3.4)."
            ),
        ),
        "smtp": (
            marked(
                "Any mail server does: that of your site, of Yandex 360, VK WorkSpace or Mail.ru for business."
            ),
            marked("Let the records SPF, DKIM and DMARC of your domain name it, or letters land in spam."),
        ),
        "webpush": (marked("Keys are made by themselves. Members turn notifications on in the app."),),
    }
)
"""How one comes to what is asked for."""
ASKED_FOR: Mapping[Provider, tuple[Asked, ...]] = MappingProxyType(
    {
        "smsru": (Asked("secret", marked("api_id"), SEALED, kind="password"), _NAME),
        "smsaero": (
            Asked("login", marked("E-mail of the account")),
            Asked("secret", marked("API key"), SEALED, kind="password"),
            _NAME,
        ),
        "exolve": (
            Asked("secret", marked("API key"), SEALED, kind="password"),
            Asked("sender", marked("Number or name of the sender")),
        ),
        "smpp": (
            Asked("host", marked("Server"), marked("Its name or address, without a port.")),
            Asked("port", marked("Port"), default="2775", kind="number"),
            Asked("login", marked("Login (system_id)")),
            Asked("secret", marked("Password"), SEALED, kind="password"),
            _NAME,
            _PACE,
        ),
        "smtp": (
            Asked("host", marked("Server"), marked("As smtp.yandex.ru.")),
            Asked("port", marked("Port"), default="465", kind="number"),
            Asked("security", marked("Connection"), default="tls", options=_SECURITIES),
            Asked("login", marked("Login"), is_required=False),
            Asked("secret", marked("Password"), SEALED, kind="password", is_required=False),
            Asked(
                "sender", marked("Address of the sender"), marked("Answers and returned letters go there.")
            ),
            _PACE,
        ),
        "webpush": (
            Asked(
                "sender",
                marked("E-mail for push services"),
                marked("Google, Mozilla and Apple write there if something is wrong. Members do not see it."),
            ),
        ),
    }
)


def field_of(provider: Provider, name: str) -> str:
    """Return the name of a field: the page has a form for each provider."""
    return f"{provider}_{name}"


def drafted(form: Form, provider: Provider, *, at: datetime) -> Gateway | None:
    """Return the gateway that was typed; None: something cannot be it, and is marked in the form.

    :raises Refusal: what the domain says of it
    """
    asked = {each.name: each for each in ASKED_FOR[provider]}

    def text(name: str, length_max: int) -> str:
        if name not in asked:
            return ""
        required = asked[name].is_required
        return form.text(field_of(provider, name), required=required, length_max=length_max)

    def number(name: str, most: int, default: int) -> int:
        if name not in asked:
            return default
        return form.number(field_of(provider, name), least=1, most=most) or default

    keys = new_keys() if provider == "webpush" else None
    credentials = Credentials(
        login=text("login", SENDER_LENGTH_MAX),
        secret=keys.private if keys else text("secret", SECRET_LENGTH_MAX),
        hook=new_hook(),
    )
    sender = text("sender", SENDER_LENGTH_MAX)
    security: Security | None = "tls"
    if "security" in asked:
        security = form.choice(field_of(provider, "security"), get_args(Security))
    server = Server(text("host", HOST_LENGTH_MAX), number("port", PORT_MAX, 0), security or "tls")
    per_second = number("per_second", PER_SECOND_MAX, PER_SECOND[provider])
    if not form.is_sound:
        return None
    return draft(
        provider,
        sender=sender,
        credentials=credentials,
        server=server,
        per_second=per_second,
        at=at,
        public_key=keys.public if keys else "",
    )
