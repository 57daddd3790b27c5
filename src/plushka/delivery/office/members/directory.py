"""The list of members: searched as one types, narrowed, ordered, page by page; its columns and saved views."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER, HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.chips import Chip
from plushka.delivery.office.choosing import PARAMETER
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.members.asked import (
    FALLS_FIRST,
    MONTHS,
    SORTS,
    Asked,
    mark_text,
    order_text,
    query_lists,
)
from plushka.delivery.office.members.columns import (
    NUMBERS,
    SORTED_BY,
    TITLES,
    USUAL,
    Shown,
    chosen,
    member_line,
    place,
)
from plushka.delivery.office.members.telling import tiers_of
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.businesses.model import Branch
from plushka.domain.businesses.queries import list_branches
from plushka.domain.insights.members.found import COUNT_MAX, MemberSort, Order, Page, count_found, list_found
from plushka.domain.members.consent_texts import CONSENT_WORDS
from plushka.domain.members.links import Link, list_links
from plushka.domain.members.queries import list_tags
from plushka.domain.members.views import (
    Habits,
    SavedView,
    choose_columns,
    delete_view,
    get_habits,
    list_views,
    open_with,
    save_view,
)
from plushka.domain.members.words import SOURCE_WORDS
from plushka.domain.programs.segments import list_segment_names
from plushka.domain.segments.lifecycle.words import GROUP_WORDS
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal

PAGE_ROWS = 50
ALL = "all"
"""The view that narrows nothing."""


class Heading(Struct, frozen=True):
    """A column's title; ``href`` orders by it, ``order`` is as the screen reader says it."""

    title: str
    is_number: bool
    place: str
    href: str = ""
    order: str = "none"


class ViewTab(Struct, frozen=True):
    """A saved view as a tab."""

    name: str
    href: str
    is_open: bool


class Listing(Struct, frozen=True):
    """What the address asks for, what was found, and how this person likes to see it."""

    asked: Asked
    page: Page
    count: int
    branches: Sequence[Branch]
    links: Sequence[Link]
    segments: Mapping[str, str]
    chips: Sequence[Chip]
    habits: Habits
    views: Sequence[SavedView]

    @property
    def view(self) -> SavedView | None:
        """Return the view that is open."""
        return next((view for view in self.views if str(view.id) == self.asked.view), None)

    @property
    def columns(self) -> tuple[Shown, ...]:
        if self.view is not None:
            return chosen(self.view.columns)
        return USUAL if self.habits.columns is None else chosen(self.habits.columns)


@get("/members", opt={"action": "members.read"})
async def show_members(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    """Show the members whom the address asks for; without any wish, those of the view the person begins with."""
    asked = asked_by(request, visit)
    is_part = "hx-request" in request.headers
    if "" in request.query_params.values() and not is_part:
        # A form sends its empty fields too; the address is to be one that people share.
        return Redirect(asked.url(view=asked.view or ALL))
    async with visit.reading() as tx:
        listing = await _load(tx, asked, visit)
        first = next((view for view in listing.views if view.id == listing.habits.view_id), None)
        if first is not None and not request.query_params:
            return Redirect(_view_url(first, visit))
        if not is_part:
            return await _page(tx, listing, visit, visit.form())
    part = visit.fragment("members/found.html", **_told(listing, visit))
    part.headers["hx-push-url"] = asked.url(view=asked.view or ALL)
    return part


@post("/members/columns", opt={"action": "members.read"})
async def choose(visit: NamedDependency[Visit], request: OfficeRequest) -> Redirect:
    """Remember this person's columns and show the list again."""
    form, asked = await visit.typed(request), asked_by(request, visit)
    async with visit.writing() as tx:
        await choose_columns(tx, chosen(form.values("column")))
    return Redirect(asked.url(view=ALL), status_code=HTTP_303_SEE_OTHER)


@post("/members/views", opt={"action": "members.read"})
async def save(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    """Keep the list as it is under a name; a name that cannot be is told at its field."""
    form, asked = await visit.typed(request), asked_by(request, visit)
    async with visit.reading() as tx:
        columns = (await _load(tx, asked, visit)).columns
    try:
        async with visit.writing() as tx:
            view_id = await save_view(
                tx,
                name=form.value("name"),
                query=asked.url().partition("?")[2],
                columns=columns,
                is_shared=form.flag("shared"),
            )
            if form.flag("first"):
                await open_with(tx, view_id)
    except Refusal as refusal:
        form.refused(refusal, default="name")
    else:
        return sent_on(asked.url(view=view_id), visit.words.gettext("The view is saved."))
    async with visit.reading() as tx:
        return await _page(
            tx, await _load(tx, asked, visit), visit, form, status=HTTP_422_UNPROCESSABLE_ENTITY
        )


@post("/members/views/{view_id:uuid}/first", opt={"action": "members.read"})
async def begin_with(
    visit: NamedDependency[Visit], request: OfficeRequest, view_id: FromPath[UUID]
) -> Redirect:
    """Let the list open with a view, or no longer."""
    form, words = await visit.typed(request), visit.words
    async with visit.writing() as tx:
        await open_with(tx, view_id if form.flag("on") else None)
        view = next((view for view in await list_views(tx) if view.id == view_id), None)
    if form.flag("on"):
        text = words.gettext("The list opens with this view now.")
    else:
        text = words.gettext("The list opens with all members now.")
    return sent_on(_view_url(view, visit) if view else f"/members?view={ALL}", text)


@post("/members/views/{view_id:uuid}/delete", opt={"action": "members.read"})
async def delete(visit: NamedDependency[Visit], view_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        await delete_view(tx, view_id)
    return sent_on(f"/members?view={ALL}", visit.words.gettext("The view is deleted."))


def asked_by(request: OfficeRequest, visit: Visit) -> Asked:
    """Return what the address of a request asks for."""
    return Asked(query_lists(request.query_params.multi_items()), visit)


async def _load(tx: Tx, asked: Asked, visit: Visit) -> Listing:
    program_id, country = visit.program_id, visit.business.country
    page = await list_found(
        tx,
        asked.where,
        program_id=program_id,
        country=country,
        order=asked.order,
        after=asked.after,
        before=asked.before,
        limit=PAGE_ROWS,
    )
    if page.has_previous or page.has_next:
        count = await count_found(tx, asked.where, program_id=program_id, country=country)
    else:
        count = len(page.rows)
    branches, links = await list_branches(tx), await list_links(tx)
    segments = await list_segment_names(tx, also_archived=False)
    return Listing(
        asked=asked,
        page=page,
        count=count,
        branches=branches,
        links=links,
        segments=segments,
        chips=await asked.chips(tx, branches, links, segments),
        habits=await get_habits(tx),
        views=await list_views(tx),
    )


def _told(listing: Listing, visit: Visit) -> dict[str, Any]:
    """Return the part of the page that changes as one types."""
    asked, page, columns = listing.asked, listing.page, listing.columns
    view = asked.view or ALL
    return {
        "members": [member_line(row, columns, visit) for row in page.rows],
        "headings": [_heading(column, columns, asked, visit) for column in columns],
        "name_heading": Heading(
            title=visit.words.gettext("Member"),
            is_number=False,
            place="",
            href=asked.sorted_by(MemberSort.NAME),
            order=_direction(MemberSort.NAME, asked),
        ),
        "count_told": _count(listing.count, visit),
        "next_url": asked.url(after=mark_text(page.rows[-1].mark), view=view) if page.has_next else "",
        "previous_url": asked.url(before=mark_text(page.rows[0].mark), view=view)
        if page.has_previous and page.rows
        else "",
        "asked": asked,
        "chips": listing.chips,
        "all_url": asked.url("/members/bulk", all="1"),
        "may_bulk": any(map(visit.may, ("members.tag", "members.bulk", "members.export"))),
        "import_url": visit.in_program("/members/import"),
        "may_import": visit.may("members.import"),
        "may_enroll": visit.may("members.enroll"),
    }


async def _page(
    tx: Tx, listing: Listing, visit: Visit, view_form: Form, *, status: int = 200
) -> Response[str]:
    asked, columns, view, words = listing.asked, listing.columns, listing.view, visit.words
    return visit.page(
        "members/list.html",
        section="members",
        status=status,
        tabs=[
            ViewTab(words.gettext("All"), f"/members?view={ALL}", view is None and asked.is_empty),
            *(ViewTab(each.name, _view_url(each, visit), each is view) for each in listing.views),
        ],
        programs=visit.program_links(asked.url_of_any()),
        view=view,
        is_first_view=view is not None and listing.habits.view_id == view.id,
        view_form=view_form,
        column_choices=[(column, words.gettext(TITLES[column]), column in columns) for column in Shown],
        save_url=asked.url("/members/views", view=asked.view),
        columns_url=asked.url("/members/columns"),
        sorts=_sorts(asked, visit),
        tiers=tiers_of(visit),
        tags=[(tag, tag) for tag in await list_tags(tx)],
        branches=[(str(branch.id), branch.name) for branch in listing.branches],
        segments=list(listing.segments.items()),
        groups=[(group, words.gettext(title)) for group, title in GROUP_WORDS.items()],
        months=[(str(month), visit.figures.month(month)) for month in MONTHS],
        links=[(str(link.id), link.name) for link in listing.links],
        sources=[(source, words.gettext(title)) for source, title in SOURCE_WORDS.items()],
        consents=[(kind, words.gettext(title)) for kind, title in CONSENT_WORDS.items()],
        **_told(listing, visit),
    )


def _count(count: int, visit: Visit) -> str:
    words, figures = visit.words, visit.figures
    if count > COUNT_MAX:
        return words.gettext("more than {count} members", count=figures.number(COUNT_MAX))
    return words.ngettext("{count} member", "{count} members", count, count=figures.number(count))


def _heading(column: Shown, columns: Sequence[Shown], asked: Asked, visit: Visit) -> Heading:
    by = SORTED_BY.get(column)
    return Heading(
        title=visit.words.gettext(TITLES[column]),
        is_number=column in NUMBERS,
        place=place(column, columns),
        href=asked.sorted_by(by) if by else "",
        order=_direction(by, asked) if by else "none",
    )


def _direction(by: MemberSort, asked: Asked) -> str:
    if asked.order.by is not by:
        return "none"
    return "descending" if asked.order.descending else "ascending"


def _sorts(asked: Asked, visit: Visit) -> list[tuple[str, str, bool]]:
    """Return the orders to choose from: the value, the words, and whether it is on."""
    return [
        (
            order_text(asked.order if asked.order.by is by else Order(by, descending=by in FALLS_FIRST)),
            visit.words.gettext(title),
            asked.order.by is by,
        )
        for by, title in SORTS.items()
    ]


def _view_url(view: SavedView, visit: Visit) -> str:
    """Return a view's address; one that was saved while there was one programme means that one."""
    query = view.query
    if visit.choices and PARAMETER not in query_lists(parse_qsl(query)):
        query = "&".join(filter(None, (f"{PARAMETER}={visit.choices[0].id}", query)))
    return f"/members?{'&'.join(filter(None, (f'view={view.id}', query)))}"
