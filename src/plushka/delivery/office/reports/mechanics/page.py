"""The page of mechanics, promotions and broadcasts."""

from litestar import Response, get
from litestar.di import NamedDependency

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.reports.showing import show_blocks
from plushka.delivery.office.visit import Visit
from plushka.platform.i18n import marked

PATH = "/reports/mechanics"


@get(PATH, opt={"action": "reports.read"})
async def show_mechanics(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    return await show_blocks(
        visit,
        request,
        page="mechanics",
        title=marked("Mechanics and promotions"),
        path=PATH,
        blocks=("promotions", "mechanics", "broadcasts", "journeys", "bonuses"),
    )
