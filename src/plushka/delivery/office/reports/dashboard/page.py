"""The dashboard: how the business goes, in one window."""

from litestar import Response, get
from litestar.di import NamedDependency

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.reports.advice.telling import PATH as ADVICE
from plushka.delivery.office.reports.asked import Asked, read_asked
from plushka.delivery.office.reports.beginning import beginning
from plushka.delivery.office.reports.showing import Place, bar_values, places
from plushka.delivery.office.visit import Visit

PATH = "/reports"
BLOCKS = (
    "figures",
    "financial",
    "revenue_months",
    "repeat_months",
    "base",
    "people",
    "activity",
    "averages",
    "lifetime",
    "best",
)
WIDE = {"figures", "advice", "financial", "activity", "best"}
"""What needs the whole width; the others stand two in a row."""


@get(PATH, opt={"action": "reports.read"})
async def show_dashboard(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    async with visit.reading() as tx:
        asked = await read_asked(tx, visit, request.query_params)
        begins = await beginning(tx, visit)
    return visit.page(
        "reports/dashboard.html",
        section="reports",
        page="dashboard",
        bar=bar_values(asked, visit, PATH),
        places=_places(visit, asked),
        wide=WIDE,
        **begins,
    )


def _places(visit: Visit, asked: Asked) -> list[Place]:
    """Return the blocks, and behind the first of them what to do next, which is no block."""
    found = places(BLOCKS, visit, asked)
    if visit.may("reports.advice"):
        found.insert(1, Place("advice", visit.words.gettext("What to do next"), ADVICE, "table"))
    return found
