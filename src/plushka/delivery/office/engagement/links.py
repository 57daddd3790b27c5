"""Registration links: for a branch, a cashier or a campaign, with what came of each."""

from typing import Any, Literal
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.settings.links import link_url
from plushka.delivery.office.table_files import table_file
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.delivery.web.qr import draw_qr, qr_file
from plushka.domain.businesses.queries import list_branches
from plushka.domain.insights.links import LinkFigures, find_link_figures
from plushka.domain.members.links import Link, create_link, get_link, list_links, set_closed
from plushka.domain.members.model import NAME_LENGTH_MAX
from plushka.domain.programs.joining import get_offer
from plushka.platform.csv_files import Cell
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal
from plushka.platform.i18n import format_points

PATH = "/engagement/links"
_NONE = LinkFigures(opened=0, registered=0, bought=0)


class LinkLine(Struct, frozen=True):
    """A link in the list, with what came of it."""

    href: str
    name: str
    where: str
    opened: str
    registered: str
    bought: str
    is_closed: bool


@get(PATH, opt={"action": "links.read"})
async def show_links(visit: NamedDependency[Visit]) -> Response[str]:
    return await _list(visit, visit.form())


@post(PATH, opt={"action": "links.change"})
async def make_link(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    form = await visit.typed(request)
    name = form.text("name", length_max=NAME_LENGTH_MAX)
    branch_id = form.id("branch", required=False)
    cashier = form.text("cashier", required=False, length_max=NAME_LENGTH_MAX)
    if form.is_sound:
        try:
            async with visit.writing() as tx:
                known = {branch.id for branch in await list_branches(tx)}
                link = await create_link(
                    tx,
                    name=name,
                    branch_id=branch_id if branch_id in known else None,
                    cashier=cashier or None,
                )
        except Refusal as refusal:
            form.refused(refusal, default="name")
        else:
            return sent_on(
                f"{PATH}/{link.id}", visit.words.gettext("The link “{name}” is ready.", name=link.name)
            )
    return await _list(visit, form)


@get(f"{PATH}.xlsx", opt={"action": "links.read"})
async def download_links(visit: NamedDependency[Visit]) -> Response[bytes]:
    """Return every link with what came of it as a workbook."""
    gettext = visit.words.gettext
    heading = [
        gettext("Link"), gettext("Branch"), gettext("Cashier"), gettext("Opened"), gettext("Registered"),
        gettext("Bought"), gettext("closed"),
    ]  # fmt: skip
    async with visit.reading() as tx:
        branches, figures, links = await _branches(tx), await find_link_figures(tx), await list_links(tx)
    rows: list[list[Cell]] = []
    for link in links:
        came = figures.get(link.id, _NONE)
        branch = branches.get(link.branch_id, "") if link.branch_id else ""
        closed = gettext("yes") if link.closed_at else ""
        rows.append([link.name, branch, link.cashier, came.opened, came.registered, came.bought, closed])
    return table_file("links", heading, rows)


@get("/engagement/links/{link_id:uuid}", opt={"action": "links.read"})
async def show_link(
    visit: NamedDependency[Visit], link_id: FromPath[UUID], request: OfficeRequest
) -> Response[str]:
    async with visit.reading() as tx:
        link = await get_link(tx, link_id)
        figures = (await find_link_figures(tx)).get(link.id, _NONE)
        line = _line(link, figures, await _branches(tx), visit)
    url = link_url(request, f"/join/{link.code}")
    return visit.page(
        "engagement/link.html",
        section="engagement",
        page="links",
        link=line,
        url=url,
        rates=_rates(figures, visit),
        qr=draw_qr(url),
        may_change=visit.may("links.change"),
        members_url=f"/members?link={link.id}" if visit.may("members.read") else "",
    )


@post("/engagement/links/{link_id:uuid}/close", opt={"action": "links.change"})
async def close_link(visit: NamedDependency[Visit], link_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        await set_closed(tx, link_id, is_closed=True)
    return sent_on(
        f"{PATH}/{link_id}",
        visit.words.gettext("The link is closed: nobody enrols by it."),
        undo=f"{PATH}/{link_id}/open",
    )


@post("/engagement/links/{link_id:uuid}/open", opt={"action": "links.change"})
async def open_link(visit: NamedDependency[Visit], link_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        await set_closed(tx, link_id, is_closed=False)
    return sent_on(f"{PATH}/{link_id}", visit.words.gettext("The link works again."))


@get("/engagement/links/{link_id:uuid}/qr.svg", opt={"action": "links.read"})
async def download_svg(
    visit: NamedDependency[Visit], link_id: FromPath[UUID], request: OfficeRequest
) -> Response[bytes]:
    return await _file(visit, link_id, request, "svg")


@get("/engagement/links/{link_id:uuid}/qr.png", opt={"action": "links.read"})
async def download_png(
    visit: NamedDependency[Visit], link_id: FromPath[UUID], request: OfficeRequest
) -> Response[bytes]:
    return await _file(visit, link_id, request, "png")


@get("/engagement/links/{link_id:uuid}/sheet", opt={"action": "links.read"})
async def show_sheet(
    visit: NamedDependency[Visit], link_id: FromPath[UUID], request: OfficeRequest
) -> Response[str]:
    """Show the sheet to be printed: of A4, or with ``size=a6`` of A6."""
    async with visit.reading() as tx:
        link = await get_link(tx, link_id)
        version = (await get_offer(tx, link)).version
    url = link_url(request, f"/join/{link.code}")
    welcome = version.program.welcome if version else None
    return visit.fragment(
        "engagement/link_sheet.html",
        business=visit.business.name,
        url=url.partition("://")[2],
        size="a6" if request.query_params.get("size") == "a6" else "a4",
        back=f"{PATH}/{link.id}",
        welcome=""
        if version is None or welcome is None
        else visit.words.gettext(
            "{points} for joining",
            points=format_points(welcome.points, version.program.point.scale, visit.look.language),
        ),
        qr=draw_qr(url, border=0),
    )


async def _list(visit: Visit, form: Form) -> Response[str]:
    async with visit.reading() as tx:
        branches = await _branches(tx)
        figures = await find_link_figures(tx)
        links = [_line(link, figures.get(link.id, _NONE), branches, visit) for link in await list_links(tx)]
    everywhere = visit.words.gettext("all branches")
    return visit.page(
        "engagement/links.html",
        section="engagement",
        page="links",
        status=200 if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        form=form,
        links=links,
        branches=[("", everywhere), *((str(branch_id), name) for branch_id, name in branches.items())],
        may_change=visit.may("links.change"),
    )


async def _branches(tx: Tx) -> dict[UUID, str]:
    return {branch.id: branch.name for branch in await list_branches(tx)}


def _line(link: Link, figures: LinkFigures, branches: dict[UUID, str], visit: Visit) -> LinkLine:
    where = [branches.get(link.branch_id, "") if link.branch_id else "", link.cashier or ""]
    return LinkLine(
        href=f"{PATH}/{link.id}",
        name=link.name,
        where=", ".join(filter(None, where)),
        opened=visit.figures.number(figures.opened),
        registered=visit.figures.number(figures.registered),
        bought=visit.figures.number(figures.bought),
        is_closed=link.closed_at is not None,
    )


def _rates(figures: LinkFigures, visit: Visit) -> dict[str, Any]:
    words = visit.words
    return {
        "registered": words.gettext(
            "{rate} of opened", rate=visit.figures.ratio(figures.registered, figures.opened)
        )
        if figures.opened
        else "",
        "bought": words.gettext(
            "{rate} of registered", rate=visit.figures.ratio(figures.bought, figures.registered)
        )
        if figures.registered
        else "",
    }


async def _file(
    visit: Visit, link_id: UUID, request: OfficeRequest, kind: Literal["png", "svg"]
) -> Response[bytes]:
    async with visit.reading() as tx:
        link = await get_link(tx, link_id)
    return qr_file(link_url(request, f"/join/{link.code}"), f"plushka-{link.code}", kind)
