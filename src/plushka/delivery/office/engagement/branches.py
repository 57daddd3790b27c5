"""Which branches a programme serves, and moving others to it: at once or from a moment to come."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.settings.own_branches import check_branch
from plushka.delivery.office.time_zones import zone_name
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.businesses.model import Branch
from plushka.domain.programs.assigning import ServedBranch, list_served, move_branches, withdraw_move
from plushka.domain.programs.queries import find_latest_version, get_program, list_programs
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal

_LATER, _CONFIRMED = "later", "move"


class Plan(Struct, frozen=True):
    """A move to come; ``valid_from`` names it when it is withdrawn."""

    text: str
    valid_from: str


class BranchLine(Struct, frozen=True):
    """A branch with the programme that serves it; ``is_served``: it is this one."""

    id: str
    name: str
    served_by: str
    is_served: bool
    plans: tuple[Plan, ...]


@get("/engagement/programs/{program_id:uuid}/branches", opt={"action": "programs.read"})
async def show_branches(visit: NamedDependency[Visit], program_id: FromPath[UUID]) -> Response[str]:
    async with visit.reading() as tx:
        return await _page(tx, program_id, visit, visit.form())


@post("/engagement/programs/{program_id:uuid}/branches", opt={"action": "programs.publish"})
async def move(
    visit: NamedDependency[Visit], program_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    """Say what a move does, and when that was confirmed, do it."""
    form = await visit.typed(request)
    valid_from = _moment(form, visit)
    async with visit.reading() as tx:
        chosen = _chosen(form, await _own(tx, visit), visit)
        card = await get_program(tx, program_id)
    told = _told([branch.name for branch in chosen], card.name, valid_from, visit)
    if form.is_sound and form.value("do") == _CONFIRMED:
        try:
            async with visit.writing() as tx:
                await move_branches(
                    tx, [branch.id for branch in chosen], program_id=program_id, valid_from=valid_from
                )
        except Refusal as refusal:
            form.refused(refusal)
        else:
            return sent_on(f"/engagement/programs/{program_id}/branches", told)
    async with visit.reading() as tx:
        return await _page(tx, program_id, visit, form, told=told if form.is_sound else "")


@post("/engagement/programs/{program_id:uuid}/branches/withdraw", opt={"action": "programs.publish"})
async def withdraw(
    visit: NamedDependency[Visit], program_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    """Leave a branch, at the moment of a planned move, with the programme that serves it until then."""
    form = await visit.typed(request)
    branch_id, valid_from = form.id("branch"), form.moment("planned_for")
    check_branch(visit, branch_id)
    if form.is_sound and branch_id and valid_from and valid_from.tzinfo:
        try:
            async with visit.writing() as tx:
                await withdraw_move(tx, branch_id, valid_from=valid_from)
        except Refusal as refusal:
            form.refused(refusal)
        else:
            return sent_on(
                f"/engagement/programs/{program_id}/branches",
                visit.words.gettext("The move is withdrawn: the branch stays with its programme."),
            )
    form.fail("", visit.words.gettext("There is no such plan any more."))
    async with visit.reading() as tx:
        return await _page(tx, program_id, visit, form)


async def _own(tx: Tx, visit: Visit) -> list[ServedBranch]:
    """Return the branches that this person may see."""
    own = visit.session.branch_ids
    return [served for served in await list_served(tx) if not own or served.branch.id in own]


def _chosen(form: Form, served: list[ServedBranch], visit: Visit) -> list[Branch]:
    wanted = set(form.values("branches"))
    chosen = [one.branch for one in served if str(one.branch.id) in wanted]
    if not chosen:
        form.fail("branches", visit.words.gettext("Choose at least one branch."))
    return chosen


def _moment(form: Form, visit: Visit) -> datetime | None:
    if form.value("when") != _LATER:
        return None
    typed = form.moment("valid_from")
    return typed.replace(tzinfo=ZoneInfo(visit.business.time_zone)) if typed else None


def _told(branches: list[str], program: str, valid_from: datetime | None, visit: Visit) -> str:
    """Return what a move does, in a sentence."""
    words = visit.words
    names = ", ".join(words.gettext("“{name}”", name=name) for name in branches)
    if valid_from is None:
        return words.ngettext(
            "From now on the programme “{program}” decides receipts of the branch {branches}.",
            "From now on the programme “{program}” decides receipts of the branches {branches}.",
            len(branches),
            program=program,
            branches=names,
        )
    return words.ngettext(
        "From {moment} on the programme “{program}” decides receipts of the branch {branches}.",
        "From {moment} on the programme “{program}” decides receipts of the branches {branches}.",
        len(branches),
        moment=visit.figures.moment(valid_from),
        program=program,
        branches=names,
    )


async def _page(tx: Tx, program_id: UUID, visit: Visit, form: Form, *, told: str = "") -> Response[str]:
    card = await get_program(tx, program_id)
    names = {program.id: program.name for program in await list_programs(tx)}
    lines = [_line(served, program_id, names, visit) for served in await _own(tx, visit)]
    return visit.page(
        "engagement/branches.html",
        section="engagement",
        page="programs",
        status=HTTP_200_OK if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        card=card,
        form=form,
        lines=lines,
        told=told,
        has_rules=await find_latest_version(tx, program_id) is not None,
        zone=zone_name(visit.business.time_zone, visit.look.language, visit.at),
        may_move=visit.may("programs.publish"),
    )


def _line(served: ServedBranch, program_id: UUID, names: dict[UUID, str], visit: Visit) -> BranchLine:
    return BranchLine(
        id=str(served.branch.id),
        name=served.branch.name,
        served_by=names[served.program_id],
        is_served=served.program_id == program_id,
        plans=tuple(
            Plan(
                text=visit.words.gettext(
                    "from {moment}: “{program}”",
                    moment=visit.figures.moment(valid_from),
                    program=names[planned],
                ),
                valid_from=valid_from.isoformat(),
            )
            for valid_from, planned in served.planned
        ),
    )
