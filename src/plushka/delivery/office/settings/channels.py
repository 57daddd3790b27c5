"""By what SMS, mail and push leave the business: connected, checked, tried with one message, let go."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct, structs

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.settings.channel_forms import (
    ASKED_FOR,
    HOOK_HELP,
    NAMES,
    STEPS,
    Asked,
    drafted,
    field_of,
)
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.audit import operations as audit
from plushka.domain.members.identities import identify
from plushka.domain.messages.gateways.hooks import hook_url
from plushka.domain.messages.gateways.model import (
    CARRIED,
    KINDS,
    PROVIDER_NAMES,
    Gateway,
    GatewayRefused,
    Health,
    Kind,
    Provider,
    UnknownGateway,
)
from plushka.domain.messages.gateways.operations import (
    connect_gateway,
    disconnect_gateway,
    note_health,
    refuse_in_sandbox,
)
from plushka.domain.messages.gateways.parcels import Mail, Registering, Sms
from plushka.domain.messages.gateways.queries import find_gateway
from plushka.domain.messages.model import Failing, Refused, Sent, Unreachable, Unsure, Wait
from plushka.domain.messages.outgoing import count_waiting
from plushka.platform.errors import Refusal
from plushka.platform.i18n import format_money
from plushka.platform.ids import new_id
from plushka.platform.vault import WrongKey

PATH = "/settings/channels"
TO_LENGTH_MAX: Final = 200
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
    is_locked: bool = False


@get(PATH, opt={"action": "channels.read"})
async def show_channels(visit: NamedDependency[Visit]) -> Response[str]:
    return await _page(visit)


@post(f"{PATH}/{{provider:str}}/connect", opt={"action": "channels.change"}, status_code=HTTP_200_OK)
async def connect(
    visit: NamedDependency[Visit], provider: FromPath[str], request: OfficeRequest
) -> Response[str] | Redirect:
    """Ask the gateway whether it knows what was typed, and connect it; who keeps gateways at work does the rest."""
    what, desk = _provider(provider), visit.office.gateways
    form = await visit.typed(request)
    try:
        gateway = drafted(form, what, at=visit.at)
        if gateway is not None:
            async with visit.reading() as tx:
                await refuse_in_sandbox(tx)
            condition = await (await desk.adapters.get(what)).look(gateway)
            if condition.problem:
                raise GatewayRefused(problem=condition.problem)
            health = Health(balance_minor=condition.balance_minor)
            async with visit.writing() as tx:
                await connect_gateway(tx, desk.vault, structs.replace(gateway, health=health))
    except Refusal as refusal:
        names = {name: field_of(what, name) for name in NAMES}
        form.refused(refusal, fields=names, default=field_of(what, "sender"))
    if not form.is_sound:
        return await _page(visit, {what: form}, status=HTTP_422_UNPROCESSABLE_ENTITY)
    desk.bell.ring(visit.business.tenant_id)
    title = visit.words.gettext(PROVIDER_NAMES[what])
    return sent_on(PATH, visit.words.gettext("{channel} is connected.", channel=title))


@post(f"{PATH}/{{kind:str}}/check", opt={"action": "channels.change"})
async def check(visit: NamedDependency[Visit], kind: FromPath[str]) -> Redirect:
    """Look how the gateway sees us now."""
    gateway = await _gateway(visit, _kind(kind))
    condition = await (await visit.office.gateways.adapters.get(gateway.provider)).look(gateway)
    async with visit.writing() as tx:
        await note_health(tx, gateway.id, balance_minor=condition.balance_minor, problem=condition.problem)
    if condition.problem:
        return sent_on(PATH, visit.words.gettext("Something is wrong: {problem}", problem=condition.problem))
    return sent_on(PATH, visit.words.gettext("All is well."))


@post(f"{PATH}/{{kind:str}}/try", opt={"action": "channels.change"}, status_code=HTTP_200_OK)
async def try_out(
    visit: NamedDependency[Visit], kind: FromPath[str], request: OfficeRequest
) -> Response[str] | Redirect:
    """Send one message to a phone or an address, past the queue, and tell what was answered."""
    what = _kind(kind)
    gateway = await _gateway(visit, what)
    form = await visit.typed(request)
    typed = form.text(f"{what}_to", length_max=TO_LENGTH_MAX)
    try:
        parcel = _trial(visit, what, typed) if form.is_sound else None
    except Refusal as refusal:
        form.refused(refusal, default=f"{what}_to")
        parcel = None
    if parcel is None:
        return await _page(visit, trial=form, status=HTTP_422_UNPROCESSABLE_ENTITY)
    result = await (await visit.office.gateways.adapters.get(gateway.provider)).send(gateway, parcel)
    async with visit.writing() as tx:
        await audit.record(
            tx, action="gateway.try", subject=f"gateway:{gateway.id}", provider=gateway.provider
        )
    words = visit.words
    match result:
        case Sent():
            return sent_on(PATH, words.gettext("It is sent. See whether it has arrived."))
        case Unsure(reason) | Failing(reason) | Refused(reason):
            problem = reason
        case Wait(_, told):
            problem = told
        case Unreachable():
            problem = words.gettext("nobody is at this address")
        case _:
            problem = ""
    form.fail(f"{what}_to", words.gettext("It was not sent: {problem}", problem=problem))
    return await _page(visit, trial=form, status=HTTP_422_UNPROCESSABLE_ENTITY)


@post(f"{PATH}/{{kind:str}}/disconnect", opt={"action": "channels.change"})
async def disconnect(visit: NamedDependency[Visit], kind: FromPath[str]) -> Redirect:
    gateway, desk = await _gateway(visit, _kind(kind)), visit.office.gateways
    adapter = await desk.adapters.get(gateway.provider)
    if isinstance(adapter, Registering) and (
        url := hook_url(desk.public_url, visit.business.tenant_id, gateway)
    ):
        await adapter.unregister(gateway, url)
    async with visit.writing() as tx:
        await disconnect_gateway(tx, gateway)
    desk.bell.ring(visit.business.tenant_id)
    title = visit.words.gettext(PROVIDER_NAMES[gateway.provider])
    return sent_on(
        PATH, visit.words.gettext("{channel} is disconnected; its key is forgotten.", channel=title)
    )


def _trial(visit: Visit, kind: Kind, typed: str) -> Sms | Mail | None:
    """Return what is sent to try a gateway out.

    :raises Refusal: it is no phone, or no address
    """
    words, business = visit.words, visit.business
    text = words.gettext("{business}: this is a trial message.", business=business.name)
    if kind == "sms":
        phone = identify("phone", typed, country=business.country).value
        return Sms(phone=phone, text=text, key=new_id())
    if kind == "email":
        to = identify("email", typed, country=business.country).value
        subject = words.gettext("A trial message")
        return Mail(
            to=to, sender_name=business.name, subject=subject, text=text, html=f"<p>{text}</p>", key=new_id()
        )
    return None


def _provider(name: str) -> Provider:
    """Return a provider.

    :raises UnknownGateway: there is no such
    """
    for provider in CARRIED:
        if provider == name:
            return provider
    raise UnknownGateway


def _kind(name: str) -> Kind:
    """Return a kind.

    :raises UnknownGateway: there is no such
    """
    for kind in KINDS:
        if kind == name:
            return kind
    raise UnknownGateway


async def _gateway(visit: Visit, kind: Kind) -> Gateway:
    """Return the gateway that is connected.

    :raises UnknownGateway: none is
    """
    async with visit.reading() as tx:
        gateway = await find_gateway(tx, visit.office.gateways.vault, kind)
    if gateway is None:
        raise UnknownGateway
    return gateway


async def _page(
    visit: Visit,
    forms: Mapping[Provider, Form] = MappingProxyType({}),
    *,
    trial: Form | None = None,
    status: int = HTTP_200_OK,
) -> Response[str]:
    return visit.page(
        "settings/channels.html",
        section="settings",
        page="channels",
        status=status,
        places=[await _place(visit, kind, forms) for kind in KINDS],
        trial=trial or visit.form(),
        may_change=visit.may("channels.change"),
        is_sandbox=visit.business.sandbox_of is not None,
        is_simulated=visit.office.shows_sms,
    )


async def _place(visit: Visit, kind: Kind, forms: Mapping[Provider, Form]) -> Place:
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
    place = Place(kind=kind, title=title, about=about)
    async with visit.reading() as tx:
        try:
            gateway = await find_gateway(tx, visit.office.gateways.vault, kind)
        except WrongKey:
            return structs.replace(place, is_locked=True)
        waiting = await count_waiting(tx, kind)
    if gateway is not None:
        return structs.replace(place, gateway=_shown(gateway, waiting, visit))
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
