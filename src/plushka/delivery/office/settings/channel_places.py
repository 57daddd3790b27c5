"""The page of channels: each kind with the gateway that is connected, or with those that could be."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from litestar import Response
from litestar.status_codes import HTTP_200_OK
from msgspec import Struct, structs

from plushka.delivery.office.settings.channel_forms import ASKED_FOR, HOOK_HELP, STEPS, Asked, field_of
from plushka.delivery.office.settings.returns_place import ReturnsShown, returns_shown
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.domain.messages.gateways.dead import count_dead
from plushka.domain.messages.gateways.hooks import hook_url
from plushka.domain.messages.gateways.mailboxes import find_mailbox
from plushka.domain.messages.gateways.model import (
    CARRIED,
    KINDS,
    PROVIDER_NAMES,
    Gateway,
    Kind,
    Provider,
    UnknownGateway,
)
from plushka.domain.messages.gateways.queries import find_gateway
from plushka.domain.messages.outgoing import count_waiting
from plushka.platform.i18n import format_money
from plushka.platform.vault import WrongKey

PATH = "/settings/channels"
BALANCES_IN: Final = "RUB"
"""What providers count in, whatever the business sells in."""


class Offered(Struct, frozen=True):
    """A provider that could be connected, and what for that is typed."""

    provider: Provider
    title: str
    steps: tuple[str, ...]
    fields: tuple[Asked, ...]
    form: Form
    is_open: bool


class GatewayShown(Struct, frozen=True):
    """A gateway, told."""

    title: str
    sender: str
    server: str
    connected: str
    checked: str
    balance: str
    pace: str
    waiting: str
    problem: str
    problem_at: str
    hook: str
    hook_help: str


class Place(Struct, frozen=True):
    """A kind on the page: with the gateway that is connected, or those that could be."""

    kind: Kind
    title: str
    about: str
    offered: tuple[Offered, ...] = ()
    gateway: GatewayShown | None = None
    returns: ReturnsShown | None = None
    is_locked: bool = False


async def channels_page(
    visit: Visit,
    forms: Mapping[Provider, Form] = MappingProxyType({}),
    *,
    trial: Form | None = None,
    returns: Form | None = None,
    status: int = HTTP_200_OK,
) -> Response[str]:
    """Return the page, with forms as they were sent: of a provider, of a trial message, of the mailbox."""
    return visit.page(
        "settings/channels.html",
        section="settings",
        page="channels",
        status=status,
        places=[await _place(visit, kind, forms, returns) for kind in KINDS],
        trial=trial or visit.form(),
        may_change=visit.may("channels.change"),
        is_sandbox=visit.business.sandbox_of is not None,
        is_simulated=visit.office.shows_sms,
    )


async def get_connected(visit: Visit, kind: Kind) -> Gateway:
    """Return the gateway that is connected.

    :raises UnknownGateway: none is
    """
    async with visit.reading() as tx:
        gateway = await find_gateway(tx, visit.office.gateways.vault, kind)
    if gateway is None:
        raise UnknownGateway
    return gateway


async def _place(visit: Visit, kind: Kind, forms: Mapping[Provider, Form], returns: Form | None) -> Place:
    words = visit.words
    titles = {
        "sms": (words.gettext("SMS"), words.gettext("Codes to sign in, notices and letters to phones.")),
        "email": (words.gettext("E-mail"), words.gettext("Letters in the look of your business.")),
        "push": (
            words.gettext("Push notifications"),
            words.gettext("In browsers of members who have turned them on in your app. They cost nothing."),
        ),
    }
    title, about = titles[kind]
    place, vault = Place(kind=kind, title=title, about=about), visit.office.gateways.vault
    async with visit.reading() as tx:
        try:
            gateway = await find_gateway(tx, vault, kind)
            mailbox = (
                await find_mailbox(tx, vault, gateway) if gateway is not None and kind == "email" else None
            )
        except WrongKey:
            return structs.replace(place, is_locked=True)
        waiting, dead = await count_waiting(tx, kind), await count_dead(tx, "email")
    if gateway is not None:
        told = returns_shown(gateway, mailbox, dead, visit, returns) if kind == "email" else None
        return structs.replace(place, gateway=_shown(gateway, waiting, visit), returns=told)
    offered = tuple(
        Offered(
            provider=provider,
            title=words.gettext(PROVIDER_NAMES[provider]),
            steps=tuple(words.gettext(step) for step in STEPS[provider]),
            fields=tuple(
                structs.replace(
                    asked,
                    name=field_of(provider, asked.name),
                    label=words.gettext(asked.label),
                    help=words.gettext(asked.help) if asked.help else "",
                    default=visit.session.account.email
                    if asked.name == "sender" and kind == "push"
                    else asked.default,
                    options=tuple((value, words.gettext(text)) for value, text in asked.options),
                )
                for asked in ASKED_FOR[provider]
            ),
            form=forms.get(provider) or visit.form(),
            is_open=provider in forms or len([one for one in CARRIED.values() if one == kind]) == 1,
        )
        for provider, carried in CARRIED.items()
        if carried == kind
    )
    return structs.replace(place, offered=offered)


def _shown(gateway: Gateway, waiting: int, visit: Visit) -> GatewayShown:
    figures, words, health = visit.figures, visit.words, gateway.health
    public_url = visit.office.gateways.public_url
    hook = hook_url(public_url, visit.business.tenant_id, gateway) if visit.may("channels.change") else ""
    server = gateway.server
    return GatewayShown(
        title=words.gettext(PROVIDER_NAMES[gateway.provider]),
        sender=gateway.sender,
        server=f"{server.host}:{server.port}" if server.host else "",
        connected=figures.day(gateway.connected_at),
        checked=figures.moment(health.checked_at) if health.checked_at else words.gettext("not yet"),
        balance=""
        if health.balance_minor is None
        else format_money(health.balance_minor, BALANCES_IN, words.language),
        pace=words.gettext("{count} a second", count=figures.number(gateway.per_second)),
        waiting=figures.number(waiting),
        problem=health.problem,
        problem_at=figures.moment(health.problem_at) if health.problem_at else "",
        hook=hook,
        hook_help=words.gettext(HOOK_HELP[gateway.provider]) if hook else "",
    )
