"""How it is known what a campaign has caused, for people who never heard of statistics."""

from litestar import Response, get
from litestar.di import NamedDependency

from plushka.delivery.office.visit import Visit

PATH = "/campaigns/method"


@get(PATH, opt={"action": "programs.read"})
async def show_method(visit: NamedDependency[Visit]) -> Response[str]:
    return visit.page("campaigns/proof/method.html", section="campaigns", page="method")
