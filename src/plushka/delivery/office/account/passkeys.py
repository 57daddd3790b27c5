"""The person's passkeys: adding one and removing it."""

from uuid import UUID

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.enums import MediaType
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY

from plushka.delivery.office.account.account import PATH as ACCOUNT
from plushka.delivery.office.account.account import account_page
from plushka.delivery.office.account.confirming import is_password_right
from plushka.delivery.office.account.entering import this_site
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.notices import sent_on
from plushka.domain.businesses.model import NAME_LENGTH_MAX
from plushka.domain.staff.demands import note_second_factor
from plushka.domain.staff.passkeys import ask_registration, register, remove_passkey
from plushka.platform.errors import Refusal

PATH = f"{ACCOUNT}/passkeys"


@post(f"{PATH}/challenge", opt={"action": "account.secure"}, status_code=HTTP_200_OK)
async def ask(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Return what a new passkey is to be made of, for the browser."""
    async with visit.writing() as tx:
        question = await ask_registration(tx, visit.session.account, this_site(request))
    return Response(question, media_type=MediaType.JSON, headers={"cache-control": "no-store"})


@post(PATH, opt={"action": "account.secure"})
async def add(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    """Add a passkey for who knows the password too: it outlives a new password."""
    form = await visit.typed(request)
    name = form.text("passkey_name", length_max=NAME_LENGTH_MAX)
    if form.is_sound and await is_password_right(visit, request, form, field="passkey_password"):
        try:
            async with visit.writing() as tx:
                await register(
                    tx,
                    visit.session.account,
                    this_site(request),
                    name=name,
                    answer=form.value("answer"),
                )
                await note_second_factor(tx, visit.session.id)
            return sent_on(ACCOUNT, visit.words.gettext("The passkey “{name}” is added.", name=name))
        except Refusal as refusal:
            form.refused(refusal, fields={"name": "passkey_name"}, default="passkey_name")
    return await account_page(visit, passkey=form, status=HTTP_422_UNPROCESSABLE_ENTITY)


@post(f"{PATH}/{{passkey_id:uuid}}/remove", opt={"action": "account.own"})
async def remove(
    visit: NamedDependency[Visit], request: OfficeRequest, passkey_id: FromPath[UUID]
) -> Response[str] | Redirect:
    """Remove a passkey for who knows the password: it may be all that guards the account beside it."""
    form = await visit.typed(request)
    if not await is_password_right(visit, request, form, field=f"removal_password_{passkey_id}"):
        return await account_page(visit, passkey=form, status=HTTP_422_UNPROCESSABLE_ENTITY)
    async with visit.writing() as tx:
        await remove_passkey(tx, visit.session.account.id, passkey_id)
    return sent_on(ACCOUNT, visit.words.gettext("The passkey is removed: it opens nothing any more."))
