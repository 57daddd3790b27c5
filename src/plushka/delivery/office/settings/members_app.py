"""The members' app: where it stands, and by which doors members come in."""

import segno
from litestar import Response, get
from litestar.di import NamedDependency
from markupsafe import Markup

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.settings.links import link_url
from plushka.delivery.office.visit import Visit


@get("/settings/app", opt={"action": "settings.read"})
async def show_members_app(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show the address to give to members, as a link and as a code to print."""
    url = link_url(request, f"/app/{visit.business.tenant_id}")
    drawn = segno.make(url, error="m", micro=False).svg_inline(
        border=2, omitsize=True, svgclass=None, lineclass=None, dark="#000", light="#fff"
    )
    return visit.page(
        "settings/members_app.html",
        section="settings",
        page="app",
        url=url,
        qr=Markup(drawn),  # noqa: S704  made of squares alone
        has_sms=visit.office.has_sms,
        may_see_bots=visit.may("bots.read"),
    )
