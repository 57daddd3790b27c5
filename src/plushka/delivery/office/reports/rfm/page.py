"""The page of RFM: the groups now, the matrix of scores, and who went where from month to month."""

from datetime import date, timedelta

from litestar import Response, get
from litestar.di import NamedDependency

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.reports.asked import Asked, read_asked
from plushka.delivery.office.reports.beginning import beginning
from plushka.delivery.office.reports.rfm.moving import MONTHS_MAX, chosen_months
from plushka.delivery.office.reports.rfm.paths import PAGE
from plushka.delivery.office.reports.showing import places
from plushka.delivery.office.reports.words import told_month
from plushka.delivery.office.visit import Visit
from plushka.domain.segments.lifecycle.snapshots import list_snapshots
from plushka.engine.expiry import add_months

BLOCKS = ("rfm_actions", "rfm_groups", "rfm_matrix", "rfm_moves")
KNOWN_MAX = 60
"""Months to choose among."""


@get(PAGE, opt={"action": "reports.read"})
async def show_rfm(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show the page; the months of the movement stand in the address as days of one's own, like any other period."""
    async with visit.reading() as tx:
        asked = await read_asked(tx, visit, request.query_params)
        begins = await beginning(tx, visit)
        months = [snapshot.month for snapshot in await list_snapshots(tx, limit=KNOWN_MAX)]
    first, last = _chosen(asked, months)
    return visit.page(
        "reports/rfm.html",
        section="reports",
        page="rfm",
        path=PAGE,
        places=places(BLOCKS, visit, asked),
        wide=set(BLOCKS),
        choices=_choices(months, visit),
        months_max=MONTHS_MAX,
        first=first,
        last=last,
        **begins,
    )


def _choices(months: list[date], visit: Visit) -> list[tuple[str, str, str]]:
    """Return each month by its first and its last day, as the address wants them, and by its name."""
    return [
        (
            month.isoformat(),
            (add_months(month, 1) - timedelta(days=1)).isoformat(),
            told_month(month, visit),
        )
        for month in months
    ]


def _chosen(asked: Asked, months: list[date]) -> tuple[str, str]:
    """Return the first day of the first month that is shown and the last day of the last one."""
    chosen = chosen_months(asked, months)
    if not chosen:
        return "", ""
    return chosen[0].isoformat(), (add_months(chosen[-1], 1) - timedelta(days=1)).isoformat()
