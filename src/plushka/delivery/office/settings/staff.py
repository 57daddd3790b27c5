"""The people: who works as what and where, changing it, dismissing, taking back, a link for a new password."""

from collections.abc import Mapping
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.inviting_rights import covers, may_give
from plushka.delivery.office.permissions import rights_of_person
from plushka.delivery.office.settings.links import link_url
from plushka.delivery.office.settings.positions import EVERYWHERE, SOME, check_position, offer, read_position
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.businesses.queries import list_branches
from plushka.domain.staff.invitations import Invitation, list_invitations
from plushka.domain.staff.model import PIN_LENGTH_MAX, OwnReset, OwnRole, StaffMember
from plushka.domain.staff.password_change import make_reset
from plushka.domain.staff.people import dismiss, give_position, rehire
from plushka.domain.staff.pins import choose_pin, give_pin, has_pin, remove_pin
from plushka.domain.staff.queries import get_account, get_staff, list_staff
from plushka.domain.staff.roles import check_rights, list_roles
from plushka.domain.staff.words import role_words
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal

PATH = "/settings/staff"


class PersonLine(Struct, frozen=True):
    """Somebody in the list."""

    href: str
    name: str
    email: str
    role: str
    branches: str
    seen: str
    is_self: bool
    lacks_second_factor: bool


class InvitationLine(Struct, frozen=True):
    """An offer that nobody has taken yet. ``is_dead``: whoever made it could not make it today."""

    id: UUID
    name: str
    role: str
    until: str
    is_dead: bool
    may_revoke: bool


@get(PATH, opt={"action": "staff.read"})
async def show_staff(visit: NamedDependency[Visit]) -> Response[str]:
    async with visit.reading() as tx:
        people = await list_staff(tx)
        names = {branch.id: branch.name for branch in await list_branches(tx)}
        invitations = await list_invitations(tx)
        own_roles = {role.id: role for role in await list_roles(tx)}
    return visit.page(
        "settings/staff.html",
        section="settings",
        page="staff",
        working=[_line(person, names, visit) for person in people if person.dismissed_at is None],
        dismissed=[_line(person, names, visit) for person in people if person.dismissed_at is not None],
        invitations=[
            _invited(each, {f"staff:{person.id}": person for person in people}, own_roles, visit)
            for each in invitations
            if each.is_open(visit.at)
        ],
        may_change=visit.may("staff.change"),
        may_invite=visit.may("staff.change") and visit.business.sandbox_of is None,
    )


@get(f"{PATH}/{{staff_id:uuid}}", opt={"action": "staff.change"})
async def show_person(visit: NamedDependency[Visit], staff_id: FromPath[UUID]) -> Response[str]:
    async with visit.reading() as tx:
        return await _page(tx, visit, staff_id, visit.form())


@post(f"{PATH}/{{staff_id:uuid}}", opt={"action": "staff.change"})
async def save_person(
    visit: NamedDependency[Visit], staff_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    form = await visit.typed(request)
    async with visit.reading() as tx:
        position = read_position(form, await offer(tx, visit), visit.words)
    if form.is_sound:
        try:
            async with visit.writing() as tx:
                person = await get_staff(tx, staff_id)
                check_position(visit, position, await list_roles(tx), rights_of_person(person))
                await give_position(tx, staff_id, position)
            return sent_on(PATH, visit.words.gettext("{name} works as you have said now.", name=person.name))
        except Refusal as refusal:
            form.refused(refusal, default="role")
    async with visit.reading() as tx:
        return await _page(tx, visit, staff_id, form, status=HTTP_422_UNPROCESSABLE_ENTITY)


@post(f"{PATH}/{{staff_id:uuid}}/dismiss", opt={"action": "staff.change"})
async def dismiss_person(visit: NamedDependency[Visit], staff_id: FromPath[UUID]) -> Redirect:
    """Dismiss somebody; taking back is offered at once."""
    async with visit.writing() as tx:
        person = await _person_within_rights(tx, visit, staff_id)
        await dismiss(tx, staff_id)
    text = visit.words.gettext("{name} is dismissed and signed out everywhere.", name=person.name)
    return sent_on(PATH, text, undo=f"{PATH}/{staff_id}/rehire")


@post(f"{PATH}/{{staff_id:uuid}}/rehire", opt={"action": "staff.change"})
async def rehire_person(visit: NamedDependency[Visit], staff_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        person = await _person_within_rights(tx, visit, staff_id)
        await rehire(tx, staff_id)
    return sent_on(PATH, visit.words.gettext("{name} works here again.", name=person.name))


@post(f"{PATH}/{{staff_id:uuid}}/reset-link", opt={"action": "staff.change"}, status_code=HTTP_200_OK)
async def make_reset_link(
    visit: NamedDependency[Visit], staff_id: FromPath[UUID], request: OfficeRequest
) -> Response[str]:
    """Make a link for a new password; this answer is the only place where it is ever shown.

    :raises OwnReset: for oneself: who has found an open session must not come to a password by it
    """
    if staff_id == visit.session.staff_id:
        raise OwnReset
    async with visit.writing() as tx:
        person = await _person_within_rights(tx, visit, staff_id)
        token = await make_reset(tx, account=await get_account(tx, person.account_id))
    return visit.page(
        "settings/staff_link.html",
        section="settings",
        page="staff",
        path=f"{PATH}/{staff_id}",
        title=visit.words.gettext("A link for a new password"),
        text=visit.words.gettext(
            "Send it to {name} yourself: Plushka sends no mail yet."
            " It works once, for an hour, and ends all sessions of this person.",
            name=person.name,
        ),
        link=link_url(request, f"/password-resets/{token}"),
    )


@post(f"{PATH}/{{staff_id:uuid}}/pin", opt={"action": "staff.change"})
async def save_pin(
    visit: NamedDependency[Visit], staff_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    """Set somebody's PIN for the till, a forgotten one too: it opens tills and never the office."""
    form = await visit.typed(request)
    pin = form.text("pin", length_max=PIN_LENGTH_MAX)
    if form.is_sound:
        try:
            async with visit.writing() as tx:
                person = await _person_within_rights(tx, visit, staff_id)
                if staff_id == visit.session.staff_id:
                    await choose_pin(tx, staff_id, pin, field="pin")
                else:
                    await give_pin(tx, staff_id, pin)
            text = visit.words.gettext("{name} takes over a till with the new PIN.", name=person.name)
            return sent_on(f"{PATH}/{staff_id}", text)
        except Refusal as refusal:
            form.refused(refusal, default="pin")
    async with visit.reading() as tx:
        return await _page(tx, visit, staff_id, form, status=HTTP_422_UNPROCESSABLE_ENTITY)


@post(f"{PATH}/{{staff_id:uuid}}/pin/removal", opt={"action": "staff.change"})
async def take_pin(visit: NamedDependency[Visit], staff_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        person = await _person_within_rights(tx, visit, staff_id)
        await remove_pin(tx, staff_id)
    text = visit.words.gettext("{name} has no PIN any more and takes over no till.", name=person.name)
    return sent_on(f"{PATH}/{staff_id}", text)


async def _person_within_rights(tx: Tx, visit: Visit, staff_id: UUID) -> StaffMember:
    """Return the person of ``staff_id`` whom whoever asks may do something to.

    :raises Refusal: nobody works here by this id, or the person has rights that who asks has not
    """
    person = await get_staff(tx, staff_id)
    check_rights(visit.rights, rights_of_person(person))
    return person


async def _page(tx: Tx, visit: Visit, staff_id: UUID, form: Form, *, status: int = 200) -> Response[str]:
    person = await get_staff(tx, staff_id)
    names = {branch.id: branch.name for branch in await list_branches(tx)}
    return visit.page(
        "settings/person.html",
        section="settings",
        page="staff",
        status=status,
        form=form,
        person_line=_line(person, names, visit),
        person_id=person.id,
        offer=await offer(tx, visit),
        role=person.role or (str(person.own_role.id) if person.own_role else ""),
        places=SOME if person.branch_ids else EVERYWHERE,
        branch_ids={str(branch_id) for branch_id in person.branch_ids},
        may_change=visit.rights.cover(rights_of_person(person)),
        is_dismissed=person.dismissed_at is not None,
        has_pin=await has_pin(tx, staff_id),
        pin_length_max=PIN_LENGTH_MAX,
    )


def _line(person: StaffMember, names: dict[UUID, str], visit: Visit) -> PersonLine:
    words, figures = visit.words, visit.figures
    branches = ", ".join(sorted(names[branch_id] for branch_id in person.branch_ids))
    return PersonLine(
        href=f"{PATH}/{person.id}",
        name=person.name,
        email=person.email,
        role=role_words(person.role, person.own_role.name if person.own_role else None, words),
        branches=branches or words.gettext("all branches"),
        seen=figures.moment(person.seen_at) if person.seen_at else words.gettext("not yet"),
        is_self=person.id == visit.session.staff_id,
        lacks_second_factor=person.needs_second_factor and not person.has_second_factor,
    )


def _invited(
    invitation: Invitation,
    people: Mapping[str, StaffMember],
    own_roles: Mapping[UUID, OwnRole],
    visit: Visit,
) -> InvitationLine:
    role = invitation.position.role
    inviter = people.get(invitation.created_by)
    return InvitationLine(
        id=invitation.id,
        name=invitation.name,
        role=role_words(role, invitation.role, visit.words),
        until=visit.figures.moment(invitation.expires_at),
        is_dead=inviter is not None and not may_give(inviter, invitation.position, own_roles),
        may_revoke=visit.may("staff.change") and covers(visit.rights, invitation.position, own_roles),
    )
