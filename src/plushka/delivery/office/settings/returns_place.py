"""What comes back of letters, on the card of mail: the mailbox that is read, or what one is connected with."""

from collections.abc import Sequence

from msgspec import Struct, structs

from plushka.delivery.office.settings.channel_forms import SEALED, Asked
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.domain.messages.gateways.mailboxes import Mailbox
from plushka.domain.messages.gateways.model import Gateway, Security
from plushka.platform.i18n import marked

PREFIX = "returns_"
TAGGED = "tagged"
PLAIN = "plain"
_SECURITIES: Sequence[tuple[Security, str]] = (
    ("tls", marked("encrypted from the start (993)")),
    ("starttls", marked("STARTTLS (143)")),
    ("none", marked("not encrypted (143)")),
)
ASKED: Sequence[Asked] = (
    Asked(
        "address",
        marked("Address for returned letters"),
        marked("In the domain of the sender, best one of its own: returns@your-shop.ru."),
    ),
    Asked(
        "mark",
        marked("How a letter is known when it comes back"),
        marked("With a mark none is missed. If the trial letter is refused, choose the address as it is."),
        default=TAGGED,
        options=(
            (TAGGED, marked("a mark in the address: returns+mark@")),
            (PLAIN, marked("the address as it is")),
        ),
    ),
    Asked("host", marked("Server"), marked("By IMAP, as imap.yandex.ru.")),
    Asked("port", marked("Port"), default="993", kind="number"),
    Asked("security", marked("Connection"), default="tls", options=tuple(_SECURITIES)),
    Asked("login", marked("Login")),
    Asked(
        "secret",
        marked("Password"),
        SEALED,
        kind="password",
    ),
)
"""What a mailbox is connected with."""


class ReturnsShown(Struct, frozen=True):
    """A mailbox, told; an empty ``address``: none is connected, and ``fields`` are what one is connected with."""

    form: Form
    fields: tuple[Asked, ...] = ()
    is_open: bool = False
    address: str = ""
    mark: str = ""
    server: str = ""
    checked: str = ""
    problem: str = ""
    dead: str = ""


def returns_shown(
    gateway: Gateway, mailbox: Mailbox | None, dead: int, visit: Visit, form: Form | None
) -> ReturnsShown:
    words, figures = visit.words, visit.figures
    if mailbox is None:
        return ReturnsShown(
            form=form or visit.form(),
            is_open=form is not None,
            fields=tuple(_translated(asked, gateway, visit) for asked in ASKED),
            dead=figures.number(dead),
        )
    checked = mailbox.checked_at
    return ReturnsShown(
        form=visit.form(),
        address=mailbox.address,
        mark=words.gettext(dict(ASKED[1].options)[TAGGED if mailbox.is_tagged else PLAIN]),
        server=f"{mailbox.server.host}:{mailbox.server.port}",
        checked=figures.moment(checked) if checked else words.gettext("not yet"),
        problem=mailbox.problem,
        dead=figures.number(dead),
    )


def _translated(asked: Asked, gateway: Gateway, visit: Visit) -> Asked:
    """Return a field in the reader's language; what the sender signs in with is offered."""
    own = {"address": gateway.sender, "login": gateway.credentials.login}
    return structs.replace(
        asked,
        name=f"{PREFIX}{asked.name}",
        label=visit.words.gettext(asked.label),
        help=visit.words.gettext(asked.help) if asked.help else "",
        default=own.get(asked.name, asked.default),
        options=tuple((value, visit.words.gettext(text)) for value, text in asked.options),
    )
