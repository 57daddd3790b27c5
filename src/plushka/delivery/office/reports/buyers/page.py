"""The page of how buyers come again."""

from litestar import Response, get
from litestar.di import NamedDependency

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.reports.showing import show_blocks
from plushka.delivery.office.visit import Visit
from plushka.platform.i18n import marked

PATH = "/reports/buyers"


@get(PATH, opt={"action": "reports.read"})
async def show_buyers(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    return await show_blocks(
        visit,
        request,
        page="buyers",
        title=marked("How buyers come again"),
        path=PATH,
        blocks=("loyalty", "steps", "retention", "cohort_revenue"),
    )
