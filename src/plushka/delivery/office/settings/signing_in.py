"""Of whom a second factor is demanded at sign-in."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.staff.demands import list_demands, role_key, set_demands
from plushka.domain.staff.model import StaffMember
from plushka.domain.staff.queries import list_staff
from plushka.domain.staff.roles import list_roles
from plushka.domain.staff.words import ROLE_WORDS
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal

PATH = "/settings/sign-in"


class RoleDemand(Struct, frozen=True):
    """A role in the form; ``people`` tells how many have it, and how many of them a second factor."""

    key: str
    name: str
    people: str


@get(PATH, opt={"action": "settings.sign_in"})
async def show_demands(visit: NamedDependency[Visit]) -> Response[str]:
    return await _page(visit, visit.form())


@post(PATH, opt={"action": "settings.sign_in"})
async def save_demands(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    form = await visit.typed(request)
    try:
        async with visit.writing() as tx:
            chosen = {role.key for role in await _roles(tx, visit)} & set(form.values("roles"))
            await set_demands(tx, chosen, by=visit.session)
    except Refusal as refusal:
        form.refused(refusal, default="roles")
        return await _page(visit, form)
    return sent_on(PATH, visit.words.gettext("Saved. It holds from everybody's next click on."))


async def _page(visit: Visit, form: Form) -> Response[str]:
    async with visit.reading() as tx:
        roles, demanded = await _roles(tx, visit), await list_demands(tx)
    return visit.page(
        "settings/sign_in.html",
        section="settings",
        page="sign-in",
        status=200 if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        form=form,
        roles=roles,
        demanded=demanded,
    )


async def _roles(tx: Tx, visit: Visit) -> list[RoleDemand]:
    people = [person for person in await list_staff(tx) if person.dismissed_at is None]
    named = [(str(role), visit.words.gettext(name)) for role, (name, _) in ROLE_WORDS.items()]
    named += [(role_key(None, role), role.name) for role in await list_roles(tx)]
    return [RoleDemand(key, name, _told(key, people, visit)) for key, name in named]


def _told(key: str, people: list[StaffMember], visit: Visit) -> str:
    theirs = [person for person in people if role_key(person.role, person.own_role) == key]
    having = sum(person.has_second_factor for person in theirs)
    if not theirs:
        return visit.words.gettext("nobody has this role")
    return visit.words.gettext("have one set up: {having} of {all}", having=having, all=len(theirs))
