"""What a text finds: members by name, phone or card, a receipt by its number, pages by their titles."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.navigation import SECTIONS
from plushka.delivery.office.receipt_rows import ReceiptLine, receipt_rows
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.address import text_of
from plushka.domain.insights.members.conditions import MemberFilter
from plushka.domain.insights.members.found import MemberRow, Order, list_found
from plushka.domain.insights.receipts.found import ReceiptFilter, list_receipts
from plushka.platform.database import Tx

MEMBERS_SHOWN = 7
RECEIPTS_SHOWN = 5
PAGES_SHOWN = 5


class MemberFound(Struct, frozen=True):
    """A member by name, and how to tell them from another of the same name."""

    href: str
    name: str
    contact: str


class PageFound(Struct, frozen=True):
    """A page with the section that it stands in."""

    href: str
    title: str
    section: str


@get("/search", opt={"action": "search.read"})
async def search(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show what this person may see of what the text finds; nothing for an empty one."""
    text = text_of(request.query_params, "text")
    members: list[MemberFound] = []
    receipts: list[ReceiptLine] = []
    if text:
        async with visit.reading() as tx:
            if visit.may("members.read"):
                members = [_member(row) for row in await _members(tx, text, visit)]
            if visit.may("receipts.read"):
                rows = await list_receipts(tx, ReceiptFilter(number=text), limit=RECEIPTS_SHOWN)
                receipts = await receipt_rows(tx, rows, visit)
    values: dict[str, Any] = {
        "text": text,
        "members": members,
        "receipts": receipts,
        "pages": _pages(text, visit) if text else [],
    }
    if "hx-request" in request.headers:
        return visit.fragment("search/found.html", **values)
    return visit.page("search/search.html", section="", **values)


async def _members(tx: Tx, text: str, visit: Visit) -> tuple[MemberRow, ...]:
    found = await list_found(
        tx,
        MemberFilter(search=text),
        program_id=visit.program_id,
        country=visit.business.country,
        order=Order(),
        limit=MEMBERS_SHOWN,
    )
    return found.rows


def _member(row: MemberRow) -> MemberFound:
    contact = row.identities[0].value if row.identities else ""
    return MemberFound(href=f"/members/{row.id}", name=row.name or contact, contact=contact)


def _pages(text: str, visit: Visit) -> list[PageFound]:
    wanted, words = text.casefold(), visit.words
    found = [
        PageFound(href=page.href, title=words.gettext(page.title), section=words.gettext(section.title))
        for section in SECTIONS
        for page in section.pages
        if visit.may(page.action)
        and (
            wanted in words.gettext(page.title).casefold()
            or wanted in words.gettext(section.title).casefold()
        )
    ]
    return found[:PAGES_SHOWN]
