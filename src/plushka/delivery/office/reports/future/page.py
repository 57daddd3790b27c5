"""The page of the forecast."""

from litestar import Response, get
from litestar.di import NamedDependency

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.reports.asked import read_asked
from plushka.delivery.office.reports.beginning import beginning
from plushka.delivery.office.reports.future.paths import PAGE
from plushka.delivery.office.reports.future.words import no_forecast
from plushka.delivery.office.reports.showing import places
from plushka.delivery.office.visit import Visit
from plushka.domain.segments.lifetime.keeping import find_lifetime_run

BLOCKS = ("future_figures", "future_accuracy", "future_bands", "future_deciles", "future_at_risk")


@get(PAGE, opt={"action": "reports.read"})
async def show_future(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    async with visit.reading() as tx:
        asked = await read_asked(tx, visit, request.query_params)
        begins = await beginning(tx, visit)
        run = await find_lifetime_run(tx)
    has_forecast = run is not None and run.outcome == "fitted"
    return visit.page(
        "reports/future.html",
        section="reports",
        page="future",
        places=places(BLOCKS, visit, asked),
        # Said once for all the blocks.
        lacks=None if has_forecast else no_forecast(run, visit),
        wide=set(BLOCKS),
        may_weigh=visit.may("payback.costs"),
        **begins,
    )
