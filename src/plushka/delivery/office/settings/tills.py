"""The tills: a list, setting one up, renaming, moving and putting it out of use."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.settings.keys import KeyLine, key_lines
from plushka.delivery.office.settings.own_branches import check_branch, own_branches
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.figures import NOTHING
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.businesses.model import NAME_LENGTH_MAX, Branch
from plushka.domain.staff.model import ApiKey, Till
from plushka.domain.staff.operations import set_up_till
from plushka.domain.staff.queries import get_till, list_keys, list_tills
from plushka.domain.staff.tills import change_till, retire_till
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal

PATH = "/settings/tills"


class TillLine(Struct, frozen=True):
    """A till in the list; ``keys`` says how it gets in, or that it does not yet."""

    href: str
    name: str
    branch: str
    keys: str
    has_keys: bool
    used: str
    retired_on: str


@get(PATH, opt={"action": "tills.read"})
async def show_tills(visit: NamedDependency[Visit]) -> Response[str]:
    async with visit.reading() as tx:
        tills, keys = await list_tills(tx), await list_keys(tx)
        branches = {branch.id: branch for branch in await own_branches(tx, visit)}
    lines = [_line(till, keys, branches, visit) for till in tills]
    return visit.page(
        "settings/tills.html",
        section="settings",
        page="tills",
        working=[line for line in lines if not line.retired_on],
        retired=[line for line in lines if line.retired_on],
        may_change=visit.may("tills.change"),
    )


@get(f"{PATH}/new", opt={"action": "tills.change"})
async def show_new_till(visit: NamedDependency[Visit]) -> Response[str]:
    async with visit.reading() as tx:
        return await _new_page(tx, visit, visit.form())


@post(f"{PATH}/new", opt={"action": "tills.change"})
async def set_up(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    form = await visit.typed(request)
    name = form.text("name", length_max=NAME_LENGTH_MAX)
    branch_id = form.id("branch", required=False)
    if form.is_sound:
        try:
            check_branch(visit, branch_id)
            async with visit.writing() as tx:
                till = await set_up_till(tx, name=name, branch_id=branch_id)
            text = visit.words.gettext("The till is set up. Issue a key for it, and it can report receipts.")
            return sent_on(f"{PATH}/{till.id}", text)
        except Refusal as refusal:
            form.refused(refusal, default="branch")
    async with visit.reading() as tx:
        return await _new_page(tx, visit, form, status=HTTP_422_UNPROCESSABLE_ENTITY)


@get(f"{PATH}/{{till_id:uuid}}", opt={"action": "tills.change"})
async def show_till(visit: NamedDependency[Visit], till_id: FromPath[UUID]) -> Response[str]:
    async with visit.reading() as tx:
        return await till_page(tx, visit, till_id, visit.form())


@post(f"{PATH}/{{till_id:uuid}}", opt={"action": "tills.change"})
async def save_till(
    visit: NamedDependency[Visit], till_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    form = await visit.typed(request)
    name = form.text("name", length_max=NAME_LENGTH_MAX)
    branch_id = form.id("branch", required=False)
    await check_till(visit, till_id)
    if form.is_sound:
        try:
            check_branch(visit, branch_id)
            async with visit.writing() as tx:
                await change_till(tx, till_id, name=name, branch_id=branch_id)
            return sent_on(f"{PATH}/{till_id}", visit.words.gettext("The till “{name}” is saved.", name=name))
        except Refusal as refusal:
            form.refused(refusal, default="branch")
    async with visit.reading() as tx:
        return await till_page(tx, visit, till_id, form, status=HTTP_422_UNPROCESSABLE_ENTITY)


@post(f"{PATH}/{{till_id:uuid}}/retire", opt={"action": "tills.change"})
async def retire(visit: NamedDependency[Visit], till_id: FromPath[UUID]) -> Redirect:
    await check_till(visit, till_id)
    async with visit.writing() as tx:
        await retire_till(tx, till_id)
    return sent_on(PATH, visit.words.gettext("The till is out of use, and its keys open nothing any more."))


async def check_till(visit: Visit, till_id: UUID) -> Till:
    """Return a till that this person may touch.

    :raises UnknownTill: it is of a branch that they are kept from, or is none
    """
    async with visit.reading() as tx:
        return await get_till(tx, till_id)


async def till_page(tx: Tx, visit: Visit, till_id: UUID, form: Form, *, status: int = 200) -> Response[str]:
    """Return the page of a till with its keys."""
    till = await get_till(tx, till_id)
    keys = [key for key in await list_keys(tx) if key.till_id == till_id]
    lines: list[KeyLine] = key_lines(keys, visit)
    return visit.page(
        "settings/till.html",
        section="settings",
        page="tills",
        status=status,
        form=form,
        till=till,
        branches=_choices(await own_branches(tx, visit), visit),
        keys=lines,
        retired_on=visit.figures.day(till.retired_at) if till.retired_at else "",
    )


async def _new_page(tx: Tx, visit: Visit, form: Form, *, status: int = 200) -> Response[str]:
    return visit.page(
        "settings/till_new.html",
        section="settings",
        page="tills",
        status=status,
        form=form,
        branches=_choices(await own_branches(tx, visit), visit),
    )


def _choices(branches: tuple[Branch, ...], visit: Visit) -> list[tuple[str, str]]:
    choices = [(str(branch.id), branch.name) for branch in branches if branch.closed_at is None]
    if not visit.session.branch_ids:
        choices.append(("", visit.words.gettext("names the branch in each request")))
    return choices


def _line(till: Till, keys: tuple[ApiKey, ...], branches: dict[UUID, Branch], visit: Visit) -> TillLine:
    words, figures = visit.words, visit.figures
    living = [key for key in keys if key.till_id == till.id and key.revoked_at is None]
    used = max((key.used_at for key in keys if key.till_id == till.id and key.used_at), default=None)
    branch = branches.get(till.branch_id) if till.branch_id else None
    return TillLine(
        href=f"{PATH}/{till.id}",
        name=till.name,
        branch=branch.name if branch else words.gettext("names the branch in each request"),
        keys=words.ngettext("{count} key", "{count} keys", len(living), count=len(living))
        if living
        else words.gettext("no key yet"),
        has_keys=bool(living),
        used=figures.moment(used) if used else NOTHING,
        retired_on=figures.day(till.retired_at) if till.retired_at else "",
    )
