"""Inviting somebody to work here, and taking an invitation back."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.settings.links import link_url
from plushka.delivery.office.settings.positions import EVERYWHERE, check_position, offer, read_position
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.businesses.model import NAME_LENGTH_MAX
from plushka.domain.staff.invitations import get_invitation, invite, revoke_invitation
from plushka.domain.staff.roles import list_roles
from plushka.platform.errors import Refusal


@get("/settings/staff/invite", opt={"action": "staff.change"})
async def show_inviting(visit: NamedDependency[Visit]) -> Response[str]:
    return await _page(visit, visit.form())


@post("/settings/staff/invite", opt={"action": "staff.change"}, status_code=HTTP_200_OK)
async def invite_person(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Make an invitation; this answer is the only place where its link is ever shown."""
    form = await visit.typed(request)
    name = form.text("name", length_max=NAME_LENGTH_MAX)
    async with visit.reading() as tx:
        position = read_position(form, await offer(tx, visit), visit.words)
    if form.is_sound:
        try:
            async with visit.writing() as tx:
                check_position(visit, position, await list_roles(tx))
                invitation, token = await invite(tx, name=name, position=position)
            return visit.page(
                "settings/staff_link.html",
                section="settings",
                page="staff",
                title=visit.words.gettext("An invitation for {name}", name=name),
                text=visit.words.gettext(
                    "Send the link yourself: Plushka sends no mail yet."
                    " It works once, until {moment}; whoever opens it gets the place.",
                    moment=visit.figures.moment(invitation.expires_at),
                ),
                link=link_url(request, f"/invitations/{token}"),
            )
        except Refusal as refusal:
            form.refused(refusal, default="role")
    return await _page(visit, form, status=HTTP_422_UNPROCESSABLE_ENTITY)


@post("/settings/staff/invitations/{invitation_id:uuid}/revoke", opt={"action": "staff.change"})
async def revoke(visit: NamedDependency[Visit], invitation_id: FromPath[UUID]) -> Redirect:
    """Take an invitation back that one could have made.

    :raises ExceedsOwnRights: it offers more than this person may do
    """
    async with visit.writing() as tx:
        invitation = await get_invitation(tx, invitation_id)
        check_position(visit, invitation.position, await list_roles(tx))
        await revoke_invitation(tx, invitation_id)
    return sent_on("/settings/staff", visit.words.gettext("The invitation is taken back: its link is dead."))


async def _page(visit: Visit, form: Form, *, status: int = 200) -> Response[str]:
    async with visit.reading() as tx:
        offered = await offer(tx, visit)
    return visit.page(
        "settings/invite.html",
        section="settings",
        page="staff",
        status=status,
        form=form,
        offer=offered,
        role="cashier",
        places=EVERYWHERE,
        branch_ids=frozenset[str](),
    )
