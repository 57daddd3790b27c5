"""Asking what a draft would have done: the form beside what was asked before."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.engagement.draft.desk import Desk, load_desk
from plushka.delivery.office.engagement.draft.places import find_problems
from plushka.delivery.office.engagement.what_if.shown import path_of
from plushka.delivery.office.movement_rows import told_actor
from plushka.delivery.office.tasks.telling import STATES
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.domain.simulation.model import MONTHS_MAX
from plushka.domain.simulation.operations import Wish, ask
from plushka.domain.simulation.queries import Asked, find_running, list_asked
from plushka.domain.simulation.question import Goods
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal

MONTHS_USUAL = 3
GOODS: tuple[Goods, ...] = ("then", "today")
USUAL = Wish(months=MONTHS_USUAL)
"""What is asked by one click: all branches, goods as tills saw them, and the range of spending."""
MARGIN_MAX_BP = 100_00


class AskedLine(Struct, frozen=True):
    """A what-if in the list; ``is_of_draft``: the draft has not changed since."""

    href: str
    asked: str
    about: str
    state: str
    is_done: bool
    is_of_draft: bool


@get("/engagement/programs/{program_id:uuid}/what-if", opt={"action": "programs.try"})
async def show_what_ifs(visit: NamedDependency[Visit], program_id: FromPath[UUID]) -> Response[str]:
    async with visit.reading() as tx:
        return await _page(tx, program_id, visit, visit.form())


@post("/engagement/programs/{program_id:uuid}/what-if", opt={"action": "programs.try"})
async def ask_what_if(
    visit: NamedDependency[Visit], program_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    """Leave the question; its page shows how far the answer is. ``usual``: that of one click."""
    form = await visit.typed(request)
    if form.flag("usual"):
        return Redirect(await ask_the_usual(visit, program_id), status_code=303)
    wish = _read(form)
    if wish is not None:
        try:
            async with visit.writing() as tx:
                simulation_id = await ask(tx, program_id, wish, mark=form.value("mark"))
        except Refusal as refusal:
            form.refused(refusal)
        else:
            return Redirect(f"{path_of(program_id)}/{simulation_id}", status_code=303)
    async with visit.reading() as tx:
        return await _page(tx, program_id, visit, form)


async def ask_the_usual(visit: Visit, program_id: UUID) -> str:
    """Leave the usual question about the draft as it is saved, and return where its answer will be.

    Where it cannot be asked it is the page with the form, which says why.
    """
    if visit.may("programs.try"):
        try:
            async with visit.writing() as tx:
                return f"{path_of(program_id)}/{await ask(tx, program_id, USUAL)}"
        except Refusal:
            pass
    return path_of(program_id)


def _read(form: Form) -> Wish | None:
    months = form.number("months", least=1, most=MONTHS_MAX)
    goods = form.choice("goods", GOODS)
    margin_bp = form.rate("margin", most=MARGIN_MAX_BP, required=False)
    if months is None or goods is None or not form.is_sound:
        return None
    return Wish(
        months=months,
        branches=tuple(form.values("branch")),
        has_range=form.flag("range"),
        goods=goods,
        margin_bp=margin_bp,
    )


async def _page(tx: Tx, program_id: UUID, visit: Visit, form: Form) -> Response[str]:
    desk = await load_desk(tx, program_id, visit)
    running = await find_running(tx)
    asked = await list_asked(tx, program_id)
    return visit.page(
        "engagement/what_if/asking.html",
        section="engagement",
        page="programs",
        status=HTTP_200_OK if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        desk=desk,
        form=form,
        problems=find_problems(desk.program, desk),
        running=f"{path_of(running.program_id)}/{running.id}" if running else "",
        months_usual=str(MONTHS_USUAL),
        months_max=MONTHS_MAX,
        lines=list(_lines(asked, desk)),
        path=path_of(program_id),
    )


def _lines(asked: Sequence[Asked], desk: Desk) -> Iterator[AskedLine]:
    visit, names = desk.visit, {branch.code: branch.name for branch in desk.branches}
    words = visit.words
    for each in asked:
        months = words.ngettext(
            "{count} month before", "{count} months before", each.months, count=each.months
        )
        branches = ", ".join(names.get(code, code) for code in each.branches)
        yield AskedLine(
            href=f"{path_of(desk.card.id)}/{each.id}",
            asked=words.gettext(
                "{who}, {moment}",
                who=told_actor(each.actor, visit, desk.actors),
                moment=visit.figures.moment(each.created_at),
            ),
            about=f"{months}, {branches or words.gettext('all branches')}",
            state=words.gettext(STATES[each.state]),
            is_done=each.state == "done",
            is_of_draft=each.draft_mark == desk.draft.mark,
        )
