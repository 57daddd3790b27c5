"""The members' app: where it stands, and by which doors members come in."""

from litestar import Response, get
from litestar.di import NamedDependency

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.settings.links import link_url
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.qr import draw_qr


@get("/settings/app", opt={"action": "settings.read"})
async def show_members_app(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show the address to give to members, as a link and as a code to print."""
    url = link_url(request, f"/app/{visit.business.tenant_id}")
    return visit.page(
        "settings/members_app.html",
        section="settings",
        page="app",
        url=url,
        qr=draw_qr(url),
        has_sms=visit.office.has_sms,
        may_see_bots=visit.may("bots.read"),
    )
