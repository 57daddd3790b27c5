"""By what SMS, mail and push leave the business: connected, checked, tried with one message, let go."""

from html import escape
from typing import Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import structs

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.settings.channel_forms import (
    NAMES,
    drafted,
    field_of,
)
from plushka.delivery.office.settings.channel_places import PATH, channels_page, get_connected
from plushka.delivery.office.settings.letting_go import waiting_told
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.notices import sent_on
from plushka.domain.audit import operations as audit
from plushka.domain.members.identities import identify
from plushka.domain.messages.gateways.hooks import hook_url
from plushka.domain.messages.gateways.mailboxes import find_return_to
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
    note_well,
    refuse_in_sandbox,
)
from plushka.domain.messages.gateways.parcels import Mail, Registering, Sms
from plushka.domain.messages.marks import address_of_return, mark_of
from plushka.domain.messages.model import Failing, Refused, Sent, Unreachable, Unsure, Wait
from plushka.domain.messages.outgoing import count_waiting
from plushka.platform.errors import Refusal
from plushka.platform.ids import new_id

TO_LENGTH_MAX: Final = 200


@get(PATH, opt={"action": "channels.read"})
async def show_channels(visit: NamedDependency[Visit]) -> Response[str]:
    return await channels_page(visit)


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
        return await channels_page(visit, {what: form}, status=HTTP_422_UNPROCESSABLE_ENTITY)
    desk.bell.ring(visit.business.tenant_id)
    title = visit.words.gettext(PROVIDER_NAMES[what])
    return sent_on(PATH, visit.words.gettext("{channel} is connected.", channel=title))


@post(f"{PATH}/{{kind:str}}/check", opt={"action": "channels.change"})
async def check(visit: NamedDependency[Visit], kind: FromPath[str]) -> Redirect:
    """Look how the gateway sees us now."""
    gateway = await get_connected(visit, _kind(kind))
    condition = await (await visit.office.gateways.adapters.get(gateway.provider)).look(gateway)
    async with visit.writing() as tx:
        await note_health(tx, gateway.id, balance_minor=condition.balance_minor, problem=condition.problem)
        if not condition.problem:
            await note_well(tx, gateway.id)
    if condition.problem:
        return sent_on(PATH, visit.words.gettext("Something is wrong: {problem}", problem=condition.problem))
    return sent_on(PATH, visit.words.gettext("All is well."))


@post(f"{PATH}/{{kind:str}}/try", opt={"action": "channels.change"}, status_code=HTTP_200_OK)
async def try_out(
    visit: NamedDependency[Visit], kind: FromPath[str], request: OfficeRequest
) -> Response[str] | Redirect:
    """Send one message to a phone or an address, past the queue, and tell what was answered."""
    what = _kind(kind)
    gateway = await get_connected(visit, what)
    form = await visit.typed(request)
    typed = form.text(f"{what}_to", length_max=TO_LENGTH_MAX)
    try:
        parcel = await _trial(visit, gateway, typed) if form.is_sound else None
    except Refusal as refusal:
        form.refused(refusal, default=f"{what}_to")
        parcel = None
    if parcel is None:
        return await channels_page(visit, trial=form, status=HTTP_422_UNPROCESSABLE_ENTITY)
    result = await (await visit.office.gateways.adapters.get(gateway.provider)).send(gateway, parcel)
    async with visit.writing() as tx:
        await audit.record(
            tx, action="gateway.try", subject=f"gateway:{gateway.id}", provider=gateway.provider
        )
        if isinstance(result, Sent):
            await note_well(tx, gateway.id)
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
    return await channels_page(visit, trial=form, status=HTTP_422_UNPROCESSABLE_ENTITY)


@post(f"{PATH}/{{kind:str}}/disconnect", opt={"action": "channels.change"})
async def disconnect(visit: NamedDependency[Visit], kind: FromPath[str]) -> Redirect:
    gateway, desk = await get_connected(visit, _kind(kind)), visit.office.gateways
    adapter = await desk.adapters.get(gateway.provider)
    if isinstance(adapter, Registering) and (
        url := hook_url(desk.public_url, visit.business.tenant_id, gateway)
    ):
        await adapter.unregister(gateway, url)
    async with visit.writing() as tx:
        await disconnect_gateway(tx, gateway)
        waiting = await count_waiting(tx, gateway.kind)
    desk.bell.ring(visit.business.tenant_id)
    title = visit.words.gettext(PROVIDER_NAMES[gateway.provider])
    told = visit.words.gettext("{channel} is disconnected; its key is forgotten.", channel=title)
    return sent_on(PATH, told + waiting_told(waiting, visit))


async def _trial(visit: Visit, gateway: Gateway, typed: str) -> Sms | Mail | None:
    """Return what is sent to try a gateway out.

    :raises Refusal: it is no phone, or no address
    """
    words, business = visit.words, visit.business
    text = words.gettext("{business}: this is a trial message.", business=business.name)
    if gateway.kind == "sms":
        phone = identify("phone", typed, country=business.country).value
        return Sms(phone=phone, text=text, key=new_id())
    if gateway.kind == "email":
        to = identify("email", typed, country=business.country).value
        subject = words.gettext("A trial message")
        key = new_id()
        async with visit.reading() as tx:
            mark, mailbox = mark_of(tx, key), await find_return_to(tx, gateway.id)
        return Mail(
            to=to,
            sender_name=business.name,
            subject=subject,
            text=text,
            html=f"<p>{escape(text)}</p>",
            key=key,
            mark=mark,
            return_to=address_of_return(mailbox, mark),
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
