"""The branches: a list, opening one, changing it, closing and reopening."""

from collections import Counter
from collections.abc import Mapping
from datetime import time
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.settings.own_branches import check_branch, own_branches
from plushka.delivery.office.time_zones import zone_choices
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.hours import told_clock, told_hours
from plushka.delivery.web.notices import sent_on
from plushka.domain.businesses.branches import change_branch, close_branch, open_planned, reopen_branch
from plushka.domain.businesses.model import (
    ADDRESS_LENGTH_MAX,
    CODE_LENGTH_MAX,
    DAY_MINUTES,
    DAY_STARTS_MINUTES,
    NAME_LENGTH_MAX,
    Branch,
    BranchPlan,
    Opening,
)
from plushka.domain.businesses.queries import get_branch
from plushka.domain.staff.queries import list_tills
from plushka.platform.errors import Refusal
from plushka.platform.i18n import WEEKDAYS, WEEKDAYS_SHORT

PATH = "/settings/branches"


class BranchLine(Struct, frozen=True):
    """A branch in the list."""

    href: str
    name: str
    code: str
    address: str
    hours: str
    tills: str
    closed_on: str


class DayField(Struct, frozen=True):
    """A day of the week in the form, as it stands before anything is typed."""

    number: int
    title: str
    short: str
    opens: str
    closes: str


@get(PATH, opt={"action": "branches.read"})
async def show_branches(visit: NamedDependency[Visit]) -> Response[str]:
    async with visit.reading() as tx:
        branches = await own_branches(tx, visit)
        tills = Counter(till.branch_id for till in await list_tills(tx) if till.retired_at is None)
    return visit.page(
        "settings/branches.html",
        section="settings",
        page="branches",
        open_ones=[_line(branch, tills, visit) for branch in branches if branch.closed_at is None],
        closed_ones=[_line(branch, tills, visit) for branch in branches if branch.closed_at is not None],
        may_open=visit.may("branches.open"),
        may_change=visit.may("branches.change"),
    )


@get(f"{PATH}/new", opt={"action": "branches.open"}, sync_to_thread=False)
def show_new_branch(visit: NamedDependency[Visit]) -> Response[str]:
    return _page(visit, visit.form(), None)


@post(f"{PATH}/new", opt={"action": "branches.open"})
async def open_branch(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    form = await visit.typed(request)
    plan = _plan(form)
    if form.is_sound:
        try:
            async with visit.writing() as tx:
                await open_planned(tx, plan)
            visit.office.reference.forget_places(visit.session.tenant_id)
            return sent_on(PATH, visit.words.gettext("The branch “{name}” is open.", name=plan.name))
        except Refusal as refusal:
            form.refused(refusal)
    return _page(visit, form, None, status=HTTP_422_UNPROCESSABLE_ENTITY)


@get(f"{PATH}/{{branch_id:uuid}}", opt={"action": "branches.change"})
async def show_branch(visit: NamedDependency[Visit], branch_id: FromPath[UUID]) -> Response[str]:
    check_branch(visit, branch_id)
    async with visit.reading() as tx:
        branch = await get_branch(tx, branch_id)
    return _page(visit, visit.form(), branch)


@post(f"{PATH}/{{branch_id:uuid}}", opt={"action": "branches.change"})
async def save_branch(
    visit: NamedDependency[Visit], branch_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    check_branch(visit, branch_id)
    form = await visit.typed(request)
    plan = _plan(form)
    if form.is_sound:
        try:
            async with visit.writing() as tx:
                await change_branch(tx, branch_id, plan)
            visit.office.reference.forget_places(visit.session.tenant_id)
            return sent_on(PATH, visit.words.gettext("The branch “{name}” is saved.", name=plan.name))
        except Refusal as refusal:
            form.refused(refusal)
    async with visit.reading() as tx:
        branch = await get_branch(tx, branch_id)
    return _page(visit, form, branch, status=HTTP_422_UNPROCESSABLE_ENTITY)


@post(f"{PATH}/{{branch_id:uuid}}/close", opt={"action": "branches.change"})
async def close(visit: NamedDependency[Visit], branch_id: FromPath[UUID]) -> Redirect:
    """Close a branch; reopening is offered at once."""
    check_branch(visit, branch_id)
    async with visit.writing() as tx:
        await close_branch(tx, branch_id)
        branch = await get_branch(tx, branch_id)
    visit.office.reference.forget_places(visit.session.tenant_id)
    text = visit.words.gettext("“{name}” is closed: its tills sell without points now.", name=branch.name)
    return sent_on(PATH, text, undo=f"{PATH}/{branch_id}/reopen")


@post(f"{PATH}/{{branch_id:uuid}}/reopen", opt={"action": "branches.change"})
async def reopen(visit: NamedDependency[Visit], branch_id: FromPath[UUID]) -> Redirect:
    check_branch(visit, branch_id)
    async with visit.writing() as tx:
        await reopen_branch(tx, branch_id)
        branch = await get_branch(tx, branch_id)
    visit.office.reference.forget_places(visit.session.tenant_id)
    return sent_on(PATH, visit.words.gettext("The branch “{name}” is open.", name=branch.name))


def _line(branch: Branch, tills: Mapping[UUID | None, int], visit: Visit) -> BranchLine:
    return BranchLine(
        href=f"{PATH}/{branch.id}",
        name=branch.name,
        code=branch.code,
        address=branch.address,
        hours=told_hours(branch.hours, visit.words),
        tills=visit.words.ngettext(
            "{count} till", "{count} tills", tills.get(branch.id, 0), count=tills.get(branch.id, 0)
        ),
        closed_on=visit.figures.day(branch.closed_at, branch.time_zone) if branch.closed_at else "",
    )


def _plan(form: Form) -> BranchPlan:
    name = form.text("name", length_max=NAME_LENGTH_MAX)
    code = form.text("code", length_max=CODE_LENGTH_MAX)
    address = form.text("address", required=False, length_max=ADDRESS_LENGTH_MAX)
    time_zone = form.text("time_zone")
    starts = form.clock("day_starts")
    return BranchPlan(
        code=code,
        name=name,
        address=address,
        time_zone=time_zone,
        day_starts_minutes=_minutes(starts) if starts else 0,
        hours=tuple(_opening(form, day) for day in range(7)),  # type: ignore[arg-type]
    )


def _opening(form: Form, day: int) -> Opening | None:
    """Return the hours of a day; both fields empty: closed. Closing not later than opening means past midnight."""
    opens = form.clock(f"opens_{day}", required=bool(form.value(f"closes_{day}").strip()))
    closes = form.clock(f"closes_{day}", required=bool(form.value(f"opens_{day}").strip()))
    if opens is None or closes is None:
        return None
    opens_minutes, closes_minutes = _minutes(opens), _minutes(closes)
    if closes_minutes <= opens_minutes:
        closes_minutes += DAY_MINUTES
    return Opening(opens_minutes, closes_minutes)


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _page(visit: Visit, form: Form, branch: Branch | None, *, status: int = 200) -> Response[str]:
    zone = branch.time_zone if branch else visit.business.time_zone
    hours = branch.hours if branch else (None,) * 7
    return visit.page(
        "settings/branch.html",
        section="settings",
        page="branches",
        status=status,
        form=form,
        branch=branch,
        zone=zone,
        zones=zone_choices(visit.business.country, visit.look.language, visit.at, chosen=zone),
        day_starts=told_clock(branch.day_starts_minutes if branch else DAY_STARTS_MINUTES),
        days=[
            DayField(
                number=day,
                title=visit.words.gettext(WEEKDAYS[day]),
                short=visit.words.gettext(WEEKDAYS_SHORT[day]),
                opens=told_clock(opening.opens_minutes) if opening else "",
                closes=told_clock(opening.closes_minutes) if opening else "",
            )
            for day, opening in enumerate(hours)
        ],
        closed_on=visit.figures.day(branch.closed_at, zone) if branch and branch.closed_at else "",
    )
