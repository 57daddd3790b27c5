"""A new password by a link that somebody has made for a person who forgot theirs."""

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY

from plushka.delivery.office.account.dead_link import dead_link
from plushka.delivery.office.admission import look_of_stranger, office_of
from plushka.delivery.office.context import PAGES, OfficeRequest
from plushka.delivery.office.permissions import VISIT
from plushka.delivery.web.forms import Form, read_form
from plushka.domain.staff.model import PASSWORD_LENGTH_MAX, Account, UnknownReset
from plushka.domain.staff.password_change import find_reset_account, use_reset
from plushka.domain.staff.passwords import about, hash_password
from plushka.platform.errors import Refusal
from plushka.platform.i18n import translator

PATH = "/password-resets/{token:str}"


@get(PATH, opt={"action": VISIT})
async def show_reset(request: OfficeRequest, token: FromPath[str]) -> Response[str]:
    account = await _account(request, token)
    words = translator(look_of_stranger(request).language)
    return (
        dead_link(request, UnknownReset.code)
        if account is None
        else _page(request, token, account, Form(words))
    )


@post(PATH, opt={"action": VISIT}, status_code=HTTP_200_OK)
async def reset(request: OfficeRequest, token: FromPath[str]) -> Response[str]:
    """Set the new password; the person signs in with it, and with the second step if they have one."""
    account = await _account(request, token)
    if account is None:
        return dead_link(request, UnknownReset.code)
    office, look = office_of(request), look_of_stranger(request)
    form = await read_form(request, translator(look.language))
    form.text("password", length_max=PASSWORD_LENGTH_MAX)
    try:
        if form.is_sound:
            password_hash = await hash_password(
                form.value("password"), about=about(account.email, account.name)
            )
            async with office.database.global_transaction(
                actor=f"account:{account.id}", at=office.clock.now()
            ) as tx:
                await use_reset(tx, token, password_hash=password_hash)
    except UnknownReset:
        return dead_link(request, UnknownReset.code)
    except Refusal as refusal:
        form.refused(refusal, default="password")
    if not form.is_sound:
        return _page(request, token, account, form, status=HTTP_422_UNPROCESSABLE_ENTITY)
    return PAGES.render("account/password_made.html", look, {"path": "/sign-in"})


async def _account(request: OfficeRequest, token: str) -> Account | None:
    office = office_of(request)
    async with office.database.global_transaction(actor="visitor", at=office.clock.now()) as tx:
        return await find_reset_account(tx, token)


def _page(
    request: OfficeRequest, token: str, account: Account, form: Form, *, status: int = 200
) -> Response[str]:
    return PAGES.render(
        "account/password_reset.html",
        look_of_stranger(request),
        {"form": form, "email": account.email, "path": f"/password-resets/{token}"},
        status=status,
    )
