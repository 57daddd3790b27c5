"""The members' app: where it stands, and by which doors members come in."""

from litestar import Response, get
from litestar.di import NamedDependency

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.settings.links import link_url
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.qr import draw_qr
from plushka.domain.messages.gateways.queries import list_kinds


@get("/settings/app", opt={"action": "settings.read"})
async def show_members_app(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show the address to give to members, as a link and as a code to print."""
    async with visit.reading() as tx:
        kinds = await list_kinds(tx)
    url = link_url(request, f"/app/{visit.business.tenant_id}")
    return visit.page(
        "settings/members_app.html",
        section="settings",
        page="app",
        url=url,
        qr=draw_qr(url),
        has_sms="sms" in kinds,
        shows_sms=visit.office.shows_sms,
        may_see_channels=visit.may("channels.read"),
        may_see_bots=visit.may("bots.read"),
    )
