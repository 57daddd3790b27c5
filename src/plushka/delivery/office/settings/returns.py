"""The mailbox that letters come back to: connected by what its server confirms, and let go."""

from typing import get_args

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import structs

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.settings.channel_forms import SECRET_LENGTH_MAX
from plushka.delivery.office.settings.channel_places import PATH, channels_page, get_connected
from plushka.delivery.office.settings.returns_place import PLAIN, PREFIX, TAGGED
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.messages.gateways.mailboxes import (
    Mailbox,
    connect_mailbox,
    disconnect_mailbox,
    draft_mailbox,
)
from plushka.domain.messages.gateways.model import (
    HOST_LENGTH_MAX,
    PORT_MAX,
    SENDER_LENGTH_MAX,
    Credentials,
    Gateway,
    GatewayRefused,
    Security,
    Server,
    UnknownGateway,
)
from plushka.domain.messages.gateways.parcels import Collecting
from plushka.platform.errors import Refusal

NAMES = ("address", "mark", "host", "port", "security", "login", "secret")


@post(f"{PATH}/email/returns/connect", opt={"action": "channels.change"}, status_code=HTTP_200_OK)
async def connect_returns(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    """Look into the mailbox, and let letters come back to it from now on; what lies there already is not read."""
    gateway, desk = await get_connected(visit, "email"), visit.office.gateways
    adapter = await desk.adapters.get(gateway.provider)
    if not isinstance(adapter, Collecting):
        raise UnknownGateway
    form = await visit.typed(request)
    try:
        mailbox = _drafted(form, gateway, visit)
        if mailbox is not None:
            collected = await adapter.collect(mailbox)
            if collected.problem:
                raise GatewayRefused(problem=collected.problem)
            async with visit.writing() as tx:
                await connect_mailbox(tx, desk.vault, structs.replace(mailbox, place=collected.place))
    except Refusal as refusal:
        names = {name: f"{PREFIX}{name}" for name in NAMES}
        form.refused(refusal, fields=names, default=f"{PREFIX}host")
    if not form.is_sound:
        return await channels_page(visit, returns=form, status=HTTP_422_UNPROCESSABLE_ENTITY)
    return sent_on(PATH, visit.words.gettext("Returned letters are read from now on."))


@post(f"{PATH}/email/returns/disconnect", opt={"action": "channels.change"})
async def disconnect_returns(visit: NamedDependency[Visit]) -> Redirect:
    gateway = await get_connected(visit, "email")
    async with visit.writing() as tx:
        await disconnect_mailbox(tx, gateway.id)
    return sent_on(PATH, visit.words.gettext("The mailbox is not read any more; its password is forgotten."))


def _drafted(form: Form, gateway: Gateway, visit: Visit) -> Mailbox | None:
    """Return the mailbox that was typed; None: something cannot be it, and is marked in the form.

    :raises Refusal: what the domain says of it
    """
    address = form.text(f"{PREFIX}address", length_max=SENDER_LENGTH_MAX)
    mark = form.choice(f"{PREFIX}mark", (TAGGED, PLAIN))
    host = form.text(f"{PREFIX}host", length_max=HOST_LENGTH_MAX)
    port = form.number(f"{PREFIX}port", least=1, most=PORT_MAX)
    security: Security | None = form.choice(f"{PREFIX}security", get_args(Security))
    credentials = Credentials(
        login=form.text(f"{PREFIX}login", length_max=SENDER_LENGTH_MAX),
        secret=form.text(f"{PREFIX}secret", length_max=SECRET_LENGTH_MAX),
    )
    if not form.is_sound or port is None or security is None:
        return None
    return draft_mailbox(
        gateway.id,
        address=address,
        is_tagged=mark == TAGGED,
        server=Server(host, port, security),
        credentials=credentials,
        at=visit.at,
    )
