"""The list of members, searched as one types."""

from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.figures import NOTHING
from plushka.domain.insights.model import MemberFigures
from plushka.domain.insights.queries import find_member_figures
from plushka.domain.members.model import Identity, Member
from plushka.domain.members.queries import PAGE_MAX, list_members, search_members

PAGE_ROWS = 50
SEARCH_LENGTH_MAX = 100


class MemberLine(Struct, frozen=True):
    """The texts of a row; ``contact`` is the phone, else whatever the member is known by."""

    id: UUID
    href: str
    name: str
    contact: str
    tier: str
    available: str
    pending: str
    purchases: str
    last_purchase: str


@get("/members", opt={"action": "members.read"})
async def show_members(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show members, the latest enrolled first, or those whom ``search`` finds."""
    text = request.query_params.get("search", "").replace("\0", "").strip()[:SEARCH_LENGTH_MAX]
    before = _id(request.query_params.get("before", ""))
    async with visit.reading() as tx:
        if text:
            members = await search_members(tx, text)
        else:
            members = await list_members(tx, before=before, limit=PAGE_ROWS + 1)
        shown = members if text else members[:PAGE_ROWS]
        figures = (
            await find_member_figures(
                tx, [member.id for member in shown], program_id=visit.version.program_id
            )
            if visit.version
            else {}
        )
    values: dict[str, Any] = {
        "members": [_row(member, figures.get(member.id), visit) for member in shown],
        "more_url": f"/members?before={shown[-1].id}" if len(members) > len(shown) else "",
        "is_cut": len(members) >= PAGE_MAX and bool(text),
        "search": text,
        "is_first_page": before is None,
    }
    if "hx-request" in request.headers:
        template = "members/page.html" if before else "members/found.html"
        return visit.fragment(template, **values)
    return visit.page("members/list.html", section="members", **values)


def told_contact(identities: tuple[Identity, ...]) -> str:
    """Return how to recognise a member: the phone first, then the card, the e-mail, the external id."""
    order = ("phone", "card", "email", "external")
    ranked = sorted(identities, key=lambda identity: order.index(identity.kind))
    return ranked[0].value if ranked else NOTHING


def tier_name(tier: str | None, visit: Visit) -> str:
    """Return the tier's name in the programme in force."""
    tiers = visit.version.program.tiers if visit.version else None
    return next((rule.name for rule in (tiers.tiers if tiers else ()) if rule.id == tier), tier or NOTHING)


def _row(member: Member, known: MemberFigures | None, visit: Visit) -> MemberLine:
    figures = visit.figures
    return MemberLine(
        id=member.id,
        href=f"/members/{member.id}",
        name=member.name,
        contact=told_contact(member.identities),
        tier=tier_name(known.tier if known else None, visit),
        available=figures.points_number(known.available) if known else NOTHING,
        pending=figures.points_or_nothing(known.pending) if known else NOTHING,
        purchases=figures.number(known.purchases) if known else NOTHING,
        last_purchase=figures.day(known.last_purchase_on) if known and known.last_purchase_on else NOTHING,
    )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
