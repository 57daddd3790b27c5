"""Pages of sales: when and what is bought, and who sells."""

from litestar import Response, get
from litestar.di import NamedDependency

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.reports.advice.telling import PATH as ADVICE
from plushka.delivery.office.reports.showing import Place, show_blocks
from plushka.delivery.office.visit import Visit
from plushka.platform.i18n import marked

PATH = "/reports/sales"
BRANCHES_PATH = "/reports/branches"


@get(PATH, opt={"action": "reports.read"})
async def show_sales(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    return await show_blocks(
        visit,
        request,
        page="sales",
        title=marked("Sales"),
        path=PATH,
        first=[Place("advice", visit.words.gettext("What to do next"), f"{ADVICE}?of=sales", "table")]
        if visit.may("reports.advice")
        else [],
        blocks=("sales_days", "hours", "day_hours", "categories", "category_parts", "products", "pairs"),
    )


@get(BRANCHES_PATH, opt={"action": "reports.read"})
async def show_branches_report(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    return await show_blocks(
        visit,
        request,
        page="branches",
        title=marked("Branches and cashiers"),
        path=BRANCHES_PATH,
        blocks=("branches", "cashiers", "ratings", "rating_cashiers", "rating_months"),
    )
