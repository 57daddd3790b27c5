"""Coming in and going out."""

from datetime import timedelta
from functools import partial

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect
from litestar.status_codes import (
    HTTP_303_SEE_OTHER,
    HTTP_422_UNPROCESSABLE_ENTITY,
    HTTP_429_TOO_MANY_REQUESTS,
)

from plushka.delivery.office.admission import SESSION_COOKIE, SIGN_IN_PATH, look_of_stranger, office_of
from plushka.delivery.office.context import PAGES, Office, OfficeRequest
from plushka.delivery.office.navigation import first_page
from plushka.delivery.office.permissions import VISIT, may
from plushka.delivery.web.local_path import local_path
from plushka.domain.programs.telling.refusals import refusal_sentence
from plushka.domain.staff.model import SESSION_DAYS, SignedIn, SignInFailed, SlowedDown
from plushka.domain.staff.operations import open_session, sign_out
from plushka.domain.staff.queries import find_credentials
from plushka.domain.staff.sign_in import sign_in
from plushka.platform.addresses import network_of
from plushka.platform.errors import NotFound
from plushka.platform.i18n import translator

_SESSION_SECONDS = SESSION_DAYS * 24 * 3600
_MINUTE = timedelta(minutes=1)


@get(SIGN_IN_PATH, opt={"action": VISIT}, sync_to_thread=False)
def show_sign_in(request: OfficeRequest) -> Response[str]:
    return _page(request, next_path=local_path(request.query_params.get("next", "/")))


@post(SIGN_IN_PATH, opt={"action": VISIT})
async def enter(request: OfficeRequest) -> Response[str] | Redirect:
    """Check e-mail and password; who fails too often waits, whether the password is right or not."""
    office, form = office_of(request), await request.form()
    email, password = str(form.get("email", "")).replace("\0", ""), str(form.get("password", ""))
    next_path = local_path(str(form.get("next", "/")))
    language = look_of_stranger(request).language
    try:
        entered = await sign_in(
            office.database,
            email=email,
            password=password,
            network=network_of(request.client.host if request.client else ""),
            at=office.clock.now(),
            token_before=request.cookies.get(SESSION_COOKIE),
        )
    except SignInFailed as refusal:
        error = refusal_sentence(refusal.code, refusal.facts, language)
        return _page(
            request, email=email, next_path=next_path, error=error, status=HTTP_422_UNPROCESSABLE_ENTITY
        )
    if isinstance(entered, SlowedDown):
        minutes = -(-entered.wait // _MINUTE)
        error = translator(language).ngettext(
            "Too many failed tries. Try again in {minutes} minute.",
            "Too many failed tries. Try again in {minutes} minutes.",
            minutes,
            minutes=minutes,
        )
        return _page(
            request, email=email, next_path=next_path, error=error, status=HTTP_429_TOO_MANY_REQUESTS
        )
    return _welcome(office, entered, next_path)


@post("/sign-out", opt={"action": "session.leave"})
async def leave(request: OfficeRequest) -> Redirect:
    office = office_of(request)
    async with office.database.global_transaction(actor="visitor", at=office.clock.now()) as tx:
        await sign_out(tx, request.cookies[SESSION_COOKIE])
    return Redirect(
        SIGN_IN_PATH, status_code=HTTP_303_SEE_OTHER, cookies=[_session_cookie(office, "", seconds=0)]
    )


@get("/demo", opt={"action": VISIT})
async def enter_demo(request: OfficeRequest) -> Redirect:
    """Let in without a password, to the demo business on one's own machine only.

    :raises NotFound: in production, and where there is no demo
    """
    office = office_of(request)
    if office.is_production or office.demo_email is None:
        raise NotFound
    at = office.clock.now()
    async with office.database.global_transaction(actor="visitor", at=at) as tx:
        credentials = await find_credentials(tx, office.demo_email)
    if credentials is None:
        raise NotFound
    account_id = credentials.account_id
    async with office.database.global_transaction(
        actor=f"account:{account_id}", at=at, account_id=account_id
    ) as tx:
        signed_in = await open_session(tx, account_id)
    return _welcome(office, signed_in, "/")


def _welcome(office: Office, signed_in: SignedIn, next_path: str) -> Redirect:
    if next_path == "/":
        role = signed_in.session.role
        next_path = first_page(partial(may, role))
    cookie = _session_cookie(office, signed_in.token, seconds=_SESSION_SECONDS)
    return Redirect(next_path, status_code=HTTP_303_SEE_OTHER, cookies=[cookie])


def _session_cookie(office: Office, token: str, *, seconds: int) -> Cookie:
    return Cookie(
        key=SESSION_COOKIE,
        value=token,
        max_age=seconds,
        path="/",
        httponly=True,
        samesite="lax",
        secure=office.is_production,
    )


def _page(
    request: OfficeRequest, *, next_path: str, email: str = "", error: str = "", status: int = 200
) -> Response[str]:
    office = office_of(request)
    return PAGES.render(
        "account/sign_in.html",
        look_of_stranger(request),
        {
            "email": email,
            "error": error,
            "next_path": next_path,
            "path": SIGN_IN_PATH,
            "has_demo": office.demo_email is not None and not office.is_production,
        },
        status=status,
    )
