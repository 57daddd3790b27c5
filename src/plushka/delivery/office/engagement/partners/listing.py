"""Partners of the business, invitations both ways, and how one is made and accepted."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.settings.links import link_url
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.partners.inviting import accept, get_invitation, invite
from plushka.domain.partners.model import INVITED_FOR, Invitation, Partnership
from plushka.domain.partners.queries import list_invitations_to, list_partnerships
from plushka.platform.errors import Refusal

PATH = "/engagement/partners"
EMAIL_LENGTH_MAX = 254


class PartnerLine(Struct, frozen=True):
    """A partnership in the list; without ``name``: an invitation that nobody has accepted."""

    href: str
    name: str
    since: str
    until: str
    email: str


@get(PATH, opt={"action": "partners.read"})
async def show_partners(visit: NamedDependency[Visit]) -> Response[str]:
    return await _list(visit, visit.form())


@post(PATH, opt={"action": "partners.change"}, status_code=HTTP_200_OK)
async def invite_partner(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Make an invitation and show its link, this once."""
    form = await visit.typed(request)
    email = form.text("email", required=False, length_max=EMAIL_LENGTH_MAX)
    if email and "@" not in email:
        form.fail("email", visit.words.gettext("This is no e-mail address."))
    if form.is_sound:
        try:
            async with visit.writing() as tx:
                _, token = await invite(tx, email=email)
        except Refusal as refusal:
            form.refused(refusal, default="email")
        else:
            return await _list(visit, visit.form(), url=link_url(request, f"{PATH}/join/{token}"))
    return await _list(visit, form)


@get(f"{PATH}/join/{{token:str}}", opt={"action": "partners.change"})
async def show_invitation(visit: NamedDependency[Visit], token: FromPath[str]) -> Response[str]:
    return await _invitation(visit, token, visit.form())


@post(f"{PATH}/join/{{token:str}}", opt={"action": "partners.change"})
async def accept_invitation(visit: NamedDependency[Visit], token: FromPath[str]) -> Response[str] | Redirect:
    form = visit.form()
    try:
        async with visit.writing() as tx:
            invitation = await get_invitation(tx, token)
            await accept(tx, invitation)
    except Refusal as refusal:
        form.refused(refusal)
        return await _invitation(visit, token, form)
    return _accepted(visit, invitation)


@post(f"{PATH}/accept", opt={"action": "partners.change"})
async def accept_by_address(
    visit: NamedDependency[Visit], request: OfficeRequest
) -> Response[str] | Redirect:
    """Accept an invitation that is for the address of whoever is signed in."""
    form = await visit.typed(request)
    chosen = form.id("invitation")
    try:
        async with visit.writing() as tx:
            known = {one.id: one for one in await list_invitations_to(tx, visit.session.account.email)}
            invitation = known.get(chosen) if chosen else None
            if invitation is not None:
                await accept(tx, invitation)
    except Refusal as refusal:
        form.refused(refusal)
        return await _list(visit, form)
    return _accepted(visit, invitation) if invitation else await _list(visit, form)


def _accepted(visit: Visit, invitation: Invitation) -> Redirect:
    return sent_on(
        f"{PATH}/{invitation.id}",
        visit.words.gettext("You and “{name}” are partners now.", name=invitation.inviter),
    )


async def _invitation(visit: Visit, token: str, form: Form) -> Response[str]:
    invitation = None
    if form.is_sound:
        try:
            async with visit.reading() as tx:
                invitation = await get_invitation(tx, token)
        except Refusal as refusal:
            form.refused(refusal)
    return visit.page(
        "engagement/partners/join.html",
        section="engagement",
        page="partners",
        status=HTTP_200_OK if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        form=form,
        inviter=invitation.inviter if invitation else "",
        here=f"{PATH}/join/{token}",
        business=visit.business.name,
    )


async def _list(visit: Visit, form: Form, *, url: str = "") -> Response[str]:
    async with visit.reading() as tx:
        partnerships = await list_partnerships(tx)
        invited = await list_invitations_to(tx, visit.session.account.email)
    lines = [_line(one, visit) for one in partnerships]
    return visit.page(
        "engagement/partners/list.html",
        section="engagement",
        page="partners",
        status=HTTP_200_OK if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        form=form,
        partners=[line for line in lines if line.name],
        waiting=[line for line in lines if not line.name],
        invited=[(str(one.id), one.inviter) for one in invited],
        url=url,
        days=INVITED_FOR.days,
        may_change=visit.may("partners.change"),
    )


def _line(one: Partnership, visit: Visit) -> PartnerLine:
    figures = visit.figures
    return PartnerLine(
        href=f"{PATH}/{one.id}",
        name=one.other,
        since=figures.moment(one.accepted_at) if one.accepted_at else "",
        until=figures.moment(one.expires_at),
        email=one.email,
    )
