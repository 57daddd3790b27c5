"""Where the business is, and when it is open."""

from urllib.parse import quote

from litestar import Response, get
from litestar.di import NamedDependency
from msgspec import Struct

from plushka.delivery.app.context import PATH
from plushka.delivery.app.visit import Visit
from plushka.delivery.web.hours import told_hours, told_now
from plushka.domain.businesses.model import Branch
from plushka.domain.businesses.queries import list_branches

SHOWN_MAX = 200
_YANDEX = frozenset({"RU", "BY", "KZ", "UZ", "AM", "KG"})
"""Where people look for places on these maps; elsewhere on OpenStreetMap."""


class Place(Struct, frozen=True):
    """A branch told; ``map_url`` is empty without an address."""

    name: str
    address: str
    hours: str
    now: str
    map_url: str


@get(f"{PATH}/branches")
async def show_branches(visit: NamedDependency[Visit]) -> Response[str]:
    """Show the open branches by name."""
    async with visit.reading() as tx:
        branches = await list_branches(tx)
    still = sorted((one for one in branches if one.closed_at is None), key=lambda branch: branch.name)
    return visit.page(
        "branches.html",
        tab="branches",
        places=[_told(branch, visit) for branch in still[:SHOWN_MAX]],
        more=max(0, len(still) - SHOWN_MAX),
    )


HANDLERS = [show_branches]


def _told(branch: Branch, visit: Visit) -> Place:
    return Place(
        name=branch.name,
        address=branch.address,
        hours=told_hours(branch.hours, visit.words),
        now=told_now(branch.hours, visit.at, branch.time_zone, visit.words),
        map_url=map_url(branch.address, visit.business.country) if branch.address else "",
    )


def map_url(address: str, country: str) -> str:
    """Return where a map shows an address."""
    if country in _YANDEX:
        return f"https://yandex.ru/maps/?text={quote(address)}"
    return f"https://www.openstreetmap.org/search?query={quote(address)}"
