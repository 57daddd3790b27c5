"""The business's own roles: a name and what it may do."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.permissions import ACTIONS, PERSONAL
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.businesses.model import NAME_LENGTH_MAX
from plushka.domain.staff.model import OwnRole
from plushka.domain.staff.queries import list_staff
from plushka.domain.staff.roles import change_role, create_role, delete_role, get_role, list_roles
from plushka.domain.staff.words import ACTION_WORDS, GROUP_WORDS, ROLE_WORDS
from plushka.platform.errors import Refusal
from plushka.platform.i18n import Translator

PATH = "/settings/roles"


class RoleLine(Struct, frozen=True):
    """A role in the list; ``href`` is empty for one of the five."""

    href: str
    name: str
    explanation: str
    people: str


class ActionGroup(Struct, frozen=True):
    """Actions of one subject, as pairs of code and words."""

    title: str
    actions: list[tuple[str, str]]


@get(PATH, opt={"action": "staff.roles"})
async def show_roles(visit: NamedDependency[Visit]) -> Response[str]:
    async with visit.reading() as tx:
        own_roles, people = await list_roles(tx), await list_staff(tx)
    working = [person for person in people if person.dismissed_at is None]
    words = visit.words

    def count(role: object) -> str:
        number = sum(
            role in (person.role, person.own_role.id if person.own_role else None) for person in working
        )
        return words.ngettext("{count} person", "{count} people", number, count=number)

    return visit.page(
        "settings/roles.html",
        section="settings",
        page="roles",
        five=[
            RoleLine("", words.gettext(name), words.gettext(explanation), count(role))
            for role, (name, explanation) in ROLE_WORDS.items()
        ],
        own=[
            RoleLine(f"{PATH}/{role.id}", role.name, told_actions(role.actions, words), count(role.id))
            for role in own_roles
        ],
    )


@get(f"{PATH}/new", opt={"action": "staff.roles"}, sync_to_thread=False)
def show_new_role(visit: NamedDependency[Visit]) -> Response[str]:
    return _page(visit, visit.form(), None)


@post(f"{PATH}/new", opt={"action": "staff.roles"})
async def make_role(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    form = await visit.typed(request)
    name, actions = _read(form, visit.words)
    if form.is_sound:
        try:
            async with visit.writing() as tx:
                await create_role(tx, name=name, actions=actions, own=visit.rights)
            text = visit.words.gettext("The role “{name}” is made. Give it to people under Staff.", name=name)
            return sent_on(PATH, text)
        except Refusal as refusal:
            form.refused(refusal, default="actions")
    return _page(visit, form, None, status=HTTP_422_UNPROCESSABLE_ENTITY)


@get(f"{PATH}/{{role_id:uuid}}", opt={"action": "staff.roles"})
async def show_role(visit: NamedDependency[Visit], role_id: FromPath[UUID]) -> Response[str]:
    async with visit.reading() as tx:
        return _page(visit, visit.form(), await get_role(tx, role_id))


@post(f"{PATH}/{{role_id:uuid}}", opt={"action": "staff.roles"})
async def save_role(
    visit: NamedDependency[Visit], role_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    form = await visit.typed(request)
    name, actions = _read(form, visit.words)
    if form.is_sound:
        try:
            async with visit.writing() as tx:
                await change_role(tx, role_id, name=name, actions=actions, own=visit.rights)
            text = visit.words.gettext("The role “{name}” is saved for all who have it.", name=name)
            return sent_on(PATH, text)
        except Refusal as refusal:
            form.refused(refusal, default="actions")
    async with visit.reading() as tx:
        role = await get_role(tx, role_id)
    return _page(visit, form, role, status=HTTP_422_UNPROCESSABLE_ENTITY)


@post(f"{PATH}/{{role_id:uuid}}/delete", opt={"action": "staff.roles"})
async def remove_role(visit: NamedDependency[Visit], role_id: FromPath[UUID]) -> Response[str] | Redirect:
    try:
        async with visit.writing() as tx:
            role = await get_role(tx, role_id)
            await delete_role(tx, role_id, own=visit.rights)
        return sent_on(PATH, visit.words.gettext("The role “{name}” is deleted.", name=role.name))
    except Refusal as refusal:
        form = visit.form()
        form.refused(refusal)
    async with visit.reading() as tx:
        role = await get_role(tx, role_id)
    return _page(visit, form, role, status=HTTP_422_UNPROCESSABLE_ENTITY)


def told_actions(actions: frozenset[str], words: Translator) -> str:
    """Return what a role may do, as a list in words."""
    return ", ".join(words.gettext(text) for action, text in ACTION_WORDS.items() if action in actions)


def grouped_actions() -> dict[str, list[str]]:
    """Return the actions that a role can be made of, by their group, in the order of the words."""
    return {
        group: [
            action
            for action in ACTION_WORDS
            if action.partition(".")[0] == group and action in ACTIONS and action not in PERSONAL
        ]
        for group in GROUP_WORDS
    }


def _read(form: Form, words: Translator) -> tuple[str, list[str]]:
    name = form.text("name", length_max=NAME_LENGTH_MAX)
    actions = [action for action in ACTION_WORDS if action in form.values("actions")]
    if not actions:
        form.fail("actions", words.gettext("Choose at least one thing that the role may do."))
    return name, actions


def _page(visit: Visit, form: Form, role: OwnRole | None, *, status: int = 200) -> Response[str]:
    words = visit.words
    held = visit.rights.actions
    groups = [
        ActionGroup(
            words.gettext(GROUP_WORDS[group]),
            [(action, words.gettext(ACTION_WORDS[action])) for action in actions if action in held],
        )
        for group, actions in grouped_actions().items()
    ]
    return visit.page(
        "settings/role.html",
        section="settings",
        page="roles",
        status=status,
        form=form,
        role=role,
        chosen=role.actions if role else frozenset[str](),
        groups=[group for group in groups if group.actions],
    )
