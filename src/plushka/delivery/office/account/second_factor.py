"""Codes at sign-in: switching them on with an app, new recovery codes, switching them off.

And the page of who must make a second factor before anything else: ``show_required``.
"""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER, HTTP_422_UNPROCESSABLE_ENTITY

from plushka.delivery.office.account.account import PATH as ACCOUNT
from plushka.delivery.office.account.account import account_page
from plushka.delivery.office.account.confirming import is_password_right
from plushka.delivery.office.admission import SECOND_FACTOR_PATH
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.delivery.web.qr import draw_qr
from plushka.domain.staff.demands import note_second_factor
from plushka.domain.staff.model import CodeWrong
from plushka.domain.staff.second_factor import (
    app_uri,
    begin_second_factor,
    confirm_second_factor,
    remove_second_factor,
    renew_recovery_codes,
)

PATH = SECOND_FACTOR_PATH


@get(PATH, opt={"action": "account.secure"})
async def show_required(visit: NamedDependency[Visit]) -> Response[str] | Redirect:
    """Lead somebody who owes a second factor to making one; who owes none is shown their account."""
    if not visit.session.owes_second_factor:
        return Redirect(ACCOUNT, status_code=HTTP_303_SEE_OTHER)
    return await account_page(visit)


@post(f"{PATH}/begin", opt={"action": "account.secure"}, status_code=HTTP_200_OK)
async def begin(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show the secret for the app to who knows the password; nothing is asked for until a first code is entered.

    Whoever switched codes on in a session that somebody left open would lock its owner out.
    """
    form = await visit.typed(request)
    if not await is_password_right(visit, request, form):
        return await account_page(visit, second_factor=form, status=HTTP_422_UNPROCESSABLE_ENTITY)
    async with visit.writing() as tx:
        factor = await begin_second_factor(tx, visit.session.account.id)
    return _setting_up(visit, visit.form(), factor.secret)


@post(f"{PATH}/confirm", opt={"action": "account.secure"}, status_code=HTTP_200_OK)
async def confirm(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Switch codes on; this answer is the only place where the recovery codes are ever shown.

    :raises SecondFactorOff: the form does not come from the page that ``begin`` has shown
    """
    form = await visit.typed(request)
    account_id, secret = visit.session.account.id, form.value("secret")
    try:
        async with visit.writing() as tx:
            codes = await confirm_second_factor(tx, account_id, secret=secret, code=form.value("code"))
            await note_second_factor(tx, visit.session.id)
    except CodeWrong as refusal:
        form.refused(refusal)
        return _setting_up(visit, form, secret, status=HTTP_422_UNPROCESSABLE_ENTITY)
    return _codes(visit, codes, visit.words.gettext("Codes at sign-in are on"))


@post(f"{PATH}/codes", opt={"action": "account.own"}, status_code=HTTP_200_OK)
async def renew_codes(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    form = await visit.typed(request)
    if not await is_password_right(visit, request, form):
        return await account_page(visit, second_factor=form, status=HTTP_422_UNPROCESSABLE_ENTITY)
    async with visit.writing() as tx:
        codes = await renew_recovery_codes(tx, visit.session.account.id)
    return _codes(visit, codes, visit.words.gettext("New recovery codes"))


@post(f"{PATH}/off", opt={"action": "account.own"})
async def switch_off(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    form = await visit.typed(request)
    if not await is_password_right(visit, request, form):
        return await account_page(visit, second_factor=form, status=HTTP_422_UNPROCESSABLE_ENTITY)
    async with visit.writing() as tx:
        await remove_second_factor(tx, visit.session.account.id)
    return sent_on(ACCOUNT, visit.words.gettext("Codes at sign-in are off: the password is enough."))


def _setting_up(visit: Visit, form: Form, secret: str, *, status: int = 200) -> Response[str]:
    return visit.page(
        "account/second_factor.html",
        section="",
        path=ACCOUNT,
        status=status,
        form=form,
        qr=draw_qr(app_uri(secret, visit.session.account.email)),
        secret=secret,
        secret_told=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
    )


def _codes(visit: Visit, codes: tuple[str, ...], title: str) -> Response[str]:
    return visit.page("account/recovery_codes.html", section="", path=ACCOUNT, codes=codes, title=title)
