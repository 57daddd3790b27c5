"""What each figure is, in plain words: a click on its title tells it, and a page tells all (S22)."""

from collections.abc import Mapping
from types import MappingProxyType

from litestar import Response, get
from litestar.di import NamedDependency

from plushka.delivery.office.reports.meanings.asked import ASKED
from plushka.delivery.office.reports.meanings.campaigns import CAMPAIGNS
from plushka.delivery.office.reports.meanings.future import FUTURE
from plushka.delivery.office.reports.meanings.goods import GOODS
from plushka.delivery.office.reports.meanings.mechanics import MECHANICS
from plushka.delivery.office.reports.meanings.members import MEMBERS
from plushka.delivery.office.reports.meanings.model import Definition, Subject
from plushka.delivery.office.reports.meanings.payback import PAYBACK
from plushka.delivery.office.reports.meanings.points import POINTS
from plushka.delivery.office.reports.meanings.program import PROGRAM
from plushka.delivery.office.reports.meanings.returning import RETURNING
from plushka.delivery.office.reports.meanings.rfm import RFM
from plushka.delivery.office.reports.meanings.sales import SALES
from plushka.delivery.office.reports.meanings.what_if import WHAT_IF
from plushka.delivery.office.visit import Visit

PATH = "/reports/definitions"
SUBJECTS: tuple[Subject, ...] = (
    SALES,
    GOODS,
    PROGRAM,
    MECHANICS,
    CAMPAIGNS,
    PAYBACK,
    POINTS,
    MEMBERS,
    RETURNING,
    WHAT_IF,
    ASKED,
    RFM,
    FUTURE,
)
DEFINITIONS: Mapping[str, Definition] = MappingProxyType(
    {key: definition for subject in SUBJECTS for key, definition in subject.definitions.items()}
)


@get(PATH, opt={"action": "reports.read"}, sync_to_thread=False)
def show_definitions(visit: NamedDependency[Visit]) -> Response[str]:
    return visit.page("reports/definitions.html", section="reports", page="definitions", subjects=SUBJECTS)
