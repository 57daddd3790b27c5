"""``/channels/{business}/{gateway}/{hook}``: gateways tell what became of messages, and pass on what people answer."""

from dataclasses import dataclass
from secrets import compare_digest
from uuid import UUID

import structlog
from litestar import HttpMethod, Request, Response, Router, route
from litestar.datastructures import State
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK, HTTP_400_BAD_REQUEST, HTTP_404_NOT_FOUND

from plushka.delivery.channels.hearing import ACTOR, note_heard
from plushka.domain.messages.gateways.model import Gateway, UnknownGateway
from plushka.domain.messages.gateways.parcels import Adapters
from plushka.domain.messages.gateways.queries import get_gateway
from plushka.platform.bell import Bell
from plushka.platform.clock import Clock
from plushka.platform.database import Database
from plushka.platform.vault import Vault, WrongKey

PATH = "/channels/{business_id:uuid}/{gateway_id:uuid}/{hook:str}"
BODY_BYTES_MAX = 256 * 1024

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Reports:
    """Given by the composition root as ``app.state.reports``."""

    database: Database
    clock: Clock
    vault: Vault
    adapters: Adapters
    bell: Bell


@route(PATH, http_method=[HttpMethod.POST, HttpMethod.GET], status_code=HTTP_200_OK)
async def take_in(
    request: Request[object, object, State],
    business_id: FromPath[UUID],
    gateway_id: FromPath[UUID],
    hook: FromPath[str],
) -> Response[bytes]:
    """Take in what a gateway tells. A stranger learns nothing, not even whether there is such a gateway."""
    reports: Reports = request.app.state.reports
    gateway = await _find(reports, business_id, gateway_id)
    if gateway is None or not compare_digest(gateway.credentials.hook.encode(), hook.encode()):
        return Response(b"", status_code=HTTP_404_NOT_FOUND, media_type="text/plain")
    adapter = await reports.adapters.get(gateway.provider)
    body = await request.body() or request.url.query.encode()
    try:
        heard = adapter.read(body)
    except ValueError:
        log.warning("report_not_read", gateway_id=str(gateway_id))
        return Response(b"", status_code=HTTP_400_BAD_REQUEST, media_type="text/plain")
    await note_heard(reports.database, reports.clock, business_id, gateway, heard)
    reports.bell.ring(business_id)
    return Response(adapter.receipt, media_type="text/plain")


router = Router(
    path="/", route_handlers=[take_in], include_in_schema=False, request_max_body_size=BODY_BYTES_MAX
)


async def _find(reports: Reports, business_id: UUID, gateway_id: UUID) -> Gateway | None:
    try:
        async with reports.database.transaction(
            business_id, actor=ACTOR, at=reports.clock.now(), read_only=True
        ) as tx:
            return await get_gateway(tx, reports.vault, gateway_id)
    except (UnknownGateway, WrongKey):
        return None
