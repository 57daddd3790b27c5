"""``/channels/{business}/{gateway}/{hook}``: gateways tell what became of messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from secrets import compare_digest
from uuid import UUID

import structlog
from litestar import HttpMethod, Request, Response, Router, route
from litestar.datastructures import State
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK, HTTP_400_BAD_REQUEST, HTTP_404_NOT_FOUND

from plushka.domain.messages.finishing import report
from plushka.domain.messages.gateways.model import Gateway, Kind, UnknownGateway
from plushka.domain.messages.gateways.parcels import Adapters
from plushka.domain.messages.gateways.queries import get_gateway
from plushka.domain.messages.model import Report
from plushka.platform.bell import Bell
from plushka.platform.clock import Clock
from plushka.platform.database import Database
from plushka.platform.vault import Vault, WrongKey

PATH = "/channels/{business_id:uuid}/{gateway_id:uuid}/{hook:str}"
BODY_BYTES_MAX = 256 * 1024
CALLED = {"smsru", "smsaero", "exolve"}
"""Providers that call us."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Reports:
    """Given by the composition root as ``app.state.reports``."""

    database: Database
    clock: Clock
    vault: Vault
    adapters: Adapters
    bell: Bell


def report_url(public_url: str | None, tenant_id: UUID, gateway: Gateway) -> str:
    """Return the address at which a gateway may call us; empty: it could not reach us, or would not."""
    if not (public_url or "").startswith("https://") or gateway.provider not in CALLED:
        return ""
    return f"{public_url}/channels/{tenant_id}/{gateway.id}/{gateway.credentials.hook}"


async def note_reports(
    database: Database, clock: Clock, tenant_id: UUID, kind: Kind, told: Mapping[str, Report]
) -> None:
    """Write down what became of messages, each by itself: one that is nobody's keeps nothing from the rest."""
    for provider_id, one in told.items():
        async with database.transaction(tenant_id, actor="job:channels", at=clock.now()) as tx:
            if not await report(tx, kind, provider_id, one):
                log.info("report_of_nothing", tenant_id=str(tenant_id), channel=kind)


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
        told = adapter.read(body)
    except ValueError:
        log.warning("report_not_read", gateway_id=str(gateway_id))
        return Response(b"", status_code=HTTP_400_BAD_REQUEST, media_type="text/plain")
    await note_reports(reports.database, reports.clock, business_id, gateway.kind, told)
    reports.bell.ring(business_id)
    return Response(adapter.receipt, media_type="text/plain")


router = Router(
    path="/", route_handlers=[take_in], include_in_schema=False, request_max_body_size=BODY_BYTES_MAX
)


async def _find(reports: Reports, business_id: UUID, gateway_id: UUID) -> Gateway | None:
    try:
        async with reports.database.transaction(
            business_id, actor="job:channels", at=reports.clock.now(), read_only=True
        ) as tx:
            return await get_gateway(tx, reports.vault, gateway_id)
    except (UnknownGateway, WrongKey):
        return None
