"""How many points somebody of each role may move by hand in a day; above that a second person decides."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.permissions import ACTIONS
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.ledger.limits import DEFAULT_POINTS, UNLIMITED, list_limits, set_limit
from plushka.domain.staff.roles import list_roles
from plushka.domain.staff.words import ROLE_WORDS
from plushka.platform.database import Tx

PATH = "/settings/limits"
ACTIONS_LIMITED = frozenset({"members.adjust", "members.bulk", "members.import"})
"""Each of them moves points by hand."""
POINTS_MAX = 10**9
"""Whole points."""


class RoleLimit(Struct, frozen=True):
    """A role that may move points by hand, and how many in a day, as a form takes it."""

    field: str
    role: str
    name: str
    points: str


@get(PATH, opt={"action": "settings.limits"})
async def show_limits(visit: NamedDependency[Visit]) -> Response[str]:
    return await _page(visit, visit.form())


@post(PATH, opt={"action": "settings.limits"})
async def save_limits(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    form = await visit.typed(request)
    async with visit.reading() as tx:
        roles = await _roles(tx, visit)
    wanted = {role.role: form.number(role.field, most=POINTS_MAX) for role in roles}
    if not form.is_sound:
        return await _page(visit, form)
    async with visit.writing() as tx:
        for role, points_max in wanted.items():
            if points_max is not None:
                await set_limit(tx, role, points_max)
    return sent_on(PATH, visit.words.gettext("The limits are saved."))


async def _page(visit: Visit, form: Form) -> Response[str]:
    async with visit.reading() as tx:
        roles = await _roles(tx, visit)
    return visit.page(
        "settings/limits.html",
        section="settings",
        page="limits",
        status=200 if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        form=form,
        roles=roles,
    )


async def _roles(tx: Tx, visit: Visit) -> list[RoleLimit]:
    """Return the roles that may move points by hand, but the one that nobody stands above."""
    limits = await list_limits(tx)
    named = [
        (str(role), visit.words.gettext(name))
        for role, (name, _) in ROLE_WORDS.items()
        if role != UNLIMITED and any(role in ACTIONS[action] for action in ACTIONS_LIMITED)
    ]
    named += [
        (f"role:{role.id}", role.name) for role in await list_roles(tx) if role.actions & ACTIONS_LIMITED
    ]
    return [
        RoleLimit(
            field=f"limit-{role.rpartition(':')[2]}",
            role=role,
            name=name,
            points=visit.figures.number(limits.get(role, DEFAULT_POINTS)),
        )
        for role, name in named
    ]
