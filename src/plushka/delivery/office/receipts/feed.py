"""The list of receipts: as they come, filtered, and page by page."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.receipt_rows import receipt_rows
from plushka.delivery.office.visit import Visit
from plushka.domain.businesses.queries import list_branches
from plushka.domain.insights.model import ReceiptFilter, ReceiptRow
from plushka.domain.insights.queries import ROWS_MAX, list_receipts

PAGE_ROWS = 50
NUMBER_LENGTH_MAX = 200
_MEMBERS = {"with": True, "without": False}


class Asked(Struct, frozen=True):
    """The filters as they stand in the address; nonsense counts as not chosen."""

    branch: str = ""
    member: str = ""
    number: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Asked":
        branch, member = query.get("branch", ""), query.get("member", "")
        return cls(
            branch=branch if _id(branch) else "",
            member=member if member in _MEMBERS else "",
            number=query.get("number", "").replace("\0", "").strip()[:NUMBER_LENGTH_MAX],
        )

    @property
    def is_empty(self) -> bool:
        return self == Asked()

    def filter(self) -> ReceiptFilter:
        return ReceiptFilter(
            branch_id=_id(self.branch), has_member=_MEMBERS.get(self.member), number=self.number or None
        )

    def url(self, path: str, **more: object) -> str:
        """Return ``path`` with the filters and ``more``."""
        chosen = {"branch": self.branch, "member": self.member, "number": self.number, **more}
        return f"{path}?{urlencode({name: value for name, value in chosen.items() if value})}"


@get("/receipts", opt={"action": "receipts.read"})
async def show_receipts(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show the latest receipts, or those before the one named ``before``."""
    asked, before = Asked.of(request.query_params), _id(request.query_params.get("before", ""))
    async with visit.reading() as tx:
        rows = await list_receipts(tx, asked.filter(), before=before, limit=PAGE_ROWS + 1)
        branches = await list_branches(tx)
    values = _listed(rows, asked, visit)
    if "hx-request" in request.headers:
        return visit.fragment("receipts/page.html", **values)
    return visit.page(
        "receipts/list.html",
        section="receipts",
        asked=asked,
        branches=branches,
        is_first_page=before is None,
        live_url=asked.url("/receipts/new"),
        **values,
    )


@get("/receipts/new", opt={"action": "receipts.read"})
async def show_new_receipts(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Return the rows that came since the one named ``after``, with some of the last seconds before it."""
    asked, after = Asked.of(request.query_params), _id(request.query_params.get("after", ""))
    async with visit.reading() as tx:
        rows = await list_receipts(tx, asked.filter(), after=after, limit=ROWS_MAX)
    return visit.fragment("receipts/rows.html", receipts=receipt_rows(rows, visit))


def _listed(rows: Sequence[ReceiptRow], asked: Asked, visit: Visit) -> dict[str, Any]:
    shown = rows[:PAGE_ROWS]
    return {
        "receipts": receipt_rows(shown, visit),
        "more_url": asked.url("/receipts", before=shown[-1].id) if len(rows) > PAGE_ROWS else "",
    }


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
