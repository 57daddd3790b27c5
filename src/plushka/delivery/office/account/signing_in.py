"""Coming in by password and going out."""

from litestar import Response, get, post
from litestar.background_tasks import BackgroundTask
from litestar.di import NamedDependency
from litestar.response import Redirect
from litestar.status_codes import (
    HTTP_303_SEE_OTHER,
    HTTP_422_UNPROCESSABLE_ENTITY,
    HTTP_429_TOO_MANY_REQUESTS,
)

from plushka.delivery.office.account.entering import caller_of, cookie_of, told_wait, welcome
from plushka.delivery.office.account.second_step import ask_for_code
from plushka.delivery.office.admission import (
    SESSION_COOKIE,
    SIGN_IN_PATH,
    WELCOME_PATH,
    look_of_stranger,
    office_of,
)
from plushka.delivery.office.context import PAGES, OfficeRequest
from plushka.delivery.office.permissions import VISIT
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.local_path import local_path
from plushka.domain.founding.setups import has_business
from plushka.domain.programs.telling.refusals import refusal_sentence
from plushka.domain.staff.model import SignedIn, SignInFailed, SlowedDown
from plushka.domain.staff.queries import find_credentials
from plushka.domain.staff.sessions import leave as leave_session
from plushka.domain.staff.sign_in import enter as enter_as
from plushka.domain.staff.sign_in import note_failure, sign_in
from plushka.platform.errors import NotFound


@get(SIGN_IN_PATH, opt={"action": VISIT})
async def show_sign_in(request: OfficeRequest) -> Response[str] | Redirect:
    """Show the page; where there is no business yet, that of the set-up."""
    office = office_of(request)
    async with office.database.global_transaction(actor="visitor", at=office.clock.now()) as tx:
        if not await has_business(tx):
            return Redirect(WELCOME_PATH, status_code=HTTP_303_SEE_OTHER)
    return show_sign_in_page(request, next_path=local_path(request.query_params.get("next", "/")))


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
            at=office.clock.now(),
            caller=caller_of(request),
        )
    except SignInFailed as refusal:
        error = refusal_sentence(refusal.code, refusal.facts, language)
        page = show_sign_in_page(
            request, email=email, next_path=next_path, error=error, status=HTTP_422_UNPROCESSABLE_ENTITY
        )
        # After the answer: how long that takes must not tell whether there is such an account.
        page.background = BackgroundTask(
            note_failure, office.database, email=email, at=office.clock.now(), caller=caller_of(request)
        )
        return page
    match entered:
        case SignedIn():
            return welcome(office, entered, next_path)
        case SlowedDown():
            return show_sign_in_page(
                request,
                email=email,
                next_path=next_path,
                error=told_wait(entered, language),
                status=HTTP_429_TOO_MANY_REQUESTS,
            )
        case _:
            return ask_for_code(office, entered, next_path)


@post("/sign-out", opt={"action": "session.leave"})
async def leave(visit: NamedDependency[Visit]) -> Redirect:
    async with visit.writing() as tx:
        await leave_session(tx, visit.session)
    gone = cookie_of(visit.office, SESSION_COOKIE, "", seconds=0)
    return Redirect(SIGN_IN_PATH, status_code=HTTP_303_SEE_OTHER, cookies=[gone])


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
    signed_in = await enter_as(office.database, credentials.account_id, at=at, caller=caller_of(request))
    return welcome(office, signed_in, "/")


def show_sign_in_page(
    request: OfficeRequest, *, next_path: str, email: str = "", error: str = "", status: int = 200
) -> Response[str]:
    """Return the page where one signs in, with what was typed and what was wrong."""
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
