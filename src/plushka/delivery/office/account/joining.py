"""Coming by an invitation: a new account, or the one that the person has."""

from dataclasses import replace
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.account.dead_link import dead_link
from plushka.delivery.office.account.entering import caller_of, welcome
from plushka.delivery.office.admission import SESSION_COOKIE, address_of, look_of_stranger, office_of
from plushka.delivery.office.context import PAGES, OfficeRequest
from plushka.delivery.office.inviting_rights import stands
from plushka.delivery.office.permissions import VISIT
from plushka.delivery.web.forms import Form, read_form
from plushka.domain.businesses.model import NAME_LENGTH_MAX
from plushka.domain.businesses.queries import get_business
from plushka.domain.staff.invitations import Invitation, accept, find_open_invitation
from plushka.domain.staff.model import PASSWORD_LENGTH_MAX, Account, UnknownInvitation
from plushka.domain.staff.operations import add_account
from plushka.domain.staff.passwords import about, hash_password
from plushka.domain.staff.queries import find_session
from plushka.domain.staff.sign_in import enter
from plushka.domain.staff.tokens import read_invitation_token
from plushka.domain.staff.words import role_words
from plushka.platform.errors import Refusal
from plushka.platform.i18n import translator

PATH = "/invitations/{token:str}"


class Offered(Struct, frozen=True):
    """What the link offers, and who has opened it, if they are signed in."""

    tenant_id: UUID
    business: str
    invitation: Invitation
    account: Account | None


@get(PATH, opt={"action": VISIT})
async def show_invitation(request: OfficeRequest, token: FromPath[str]) -> Response[str]:
    offered = await _offered(request, token)
    words = translator(look_of_stranger(request).language)
    return (
        dead_link(request, UnknownInvitation.code)
        if offered is None
        else _page(request, token, offered, Form(words))
    )


@post(PATH, opt={"action": VISIT})
async def join(request: OfficeRequest, token: FromPath[str]) -> Response[str] | Redirect:
    """Give the place to who is signed in (``do=join``), or to a new account."""
    offered = await _offered(request, token)
    if offered is None:
        return dead_link(request, UnknownInvitation.code)
    office = office_of(request)
    form = await read_form(request, translator(look_of_stranger(request).language))
    try:
        if form.value("do") == "join" and offered.account is not None:
            account = offered.account
            async with office.database.transaction(
                offered.tenant_id,
                actor=f"account:{account.id}",
                at=office.clock.now(),
                address=address_of(request),
            ) as tx:
                await accept(tx, token, account)
        else:
            account = await _register(request, token, offered, form)
    except UnknownInvitation:
        return dead_link(request, UnknownInvitation.code)
    except Refusal as refusal:
        form.refused(refusal)
    if not form.is_sound:
        return _page(request, token, offered, form, status=HTTP_422_UNPROCESSABLE_ENTITY)
    signed_in = await enter(
        office.database,
        account.id,
        at=office.clock.now(),
        caller=caller_of(request),
        tenant_id=offered.tenant_id,
    )
    return welcome(office, signed_in, "/")


async def _register(request: OfficeRequest, token: str, offered: Offered, form: Form) -> Account:
    """Make an account and give it the place, in one transaction; its password is hashed before, for that is slow.

    :raises Refusal: with its field, when something typed cannot be
    """
    office, language = office_of(request), look_of_stranger(request).language
    name, email = form.text("name", length_max=NAME_LENGTH_MAX), form.text("email")
    form.text("password", length_max=PASSWORD_LENGTH_MAX)
    if not form.is_sound:
        return Account(id=offered.tenant_id, email=email, name=name, language=language)
    password_hash = await hash_password(form.value("password"), about=about(email, name))
    async with office.database.transaction(
        offered.tenant_id,
        actor=f"invitation:{offered.invitation.id}",
        at=office.clock.now(),
        address=address_of(request),
    ) as tx:
        account = await add_account(
            tx, email=email, name=name, password_hash=password_hash, language=language
        )
        await accept(replace(tx, actor=f"account:{account.id}"), token, account)
    return account


async def _offered(request: OfficeRequest, token: str) -> Offered | None:
    tenant_id = read_invitation_token(token)
    if tenant_id is None:
        return None
    office, session = office_of(request), None
    at = office.clock.now()
    if own_token := request.cookies.get(SESSION_COOKIE):
        async with office.database.global_transaction(actor="visitor", at=at) as global_tx:
            session = await find_session(global_tx, own_token)
    async with office.database.transaction(tenant_id, actor="visitor", at=at, read_only=True) as tx:
        invitation = await find_open_invitation(tx, token)
        if invitation is None or not await stands(tx, invitation):
            return None
        business = await get_business(tx)
    return Offered(tenant_id, business.name, invitation, session.account if session else None)


def _page(
    request: OfficeRequest, token: str, offered: Offered, form: Form, *, status: int = 200
) -> Response[str]:
    look = look_of_stranger(request)
    invitation = offered.invitation
    return PAGES.render(
        "account/invitation.html",
        look,
        {
            "form": form,
            "business": offered.business,
            "name": invitation.name,
            "role": role_words(invitation.position.role, invitation.role, translator(look.language)),
            "account": offered.account,
            "path": f"/invitations/{token}",
        },
        status=status,
    )
