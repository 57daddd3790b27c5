"""What every page of reports says before the first receipt: why it is empty, and what fills it."""

from typing import Any

from plushka.delivery.office.visit import Visit
from plushka.domain.insights.checklist import has_receipts
from plushka.platform.database import Tx


async def beginning(tx: Tx, visit: Visit) -> dict[str, Any]:
    """Return what ``reports/beginning.html`` wants, which says nothing once something was sold."""
    return {"has_sold": await has_receipts(tx), "may_connect": visit.may("tills.read")}
