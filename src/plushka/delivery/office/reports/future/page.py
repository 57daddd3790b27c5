"""The page of the forecast."""

from litestar import Response, get
from litestar.di import NamedDependency

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.reports.asked import read_asked
from plushka.delivery.office.reports.future.paths import PAGE
from plushka.delivery.office.reports.showing import places
from plushka.delivery.office.visit import Visit

BLOCKS = ("future_figures", "future_accuracy", "future_bands", "future_deciles", "future_at_risk")


@get(PAGE, opt={"action": "reports.read"})
async def show_future(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    async with visit.reading() as tx:
        asked = await read_asked(tx, visit, request.query_params)
    return visit.page(
        "reports/future.html",
        section="reports",
        page="future",
        places=places(BLOCKS, visit, asked),
        wide=set(BLOCKS),
    )
