"""The second step of coming in: a code after the password."""

from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.response import Redirect
from litestar.status_codes import (
    HTTP_303_SEE_OTHER,
    HTTP_422_UNPROCESSABLE_ENTITY,
    HTTP_429_TOO_MANY_REQUESTS,
)

from plushka.delivery.office.account.entering import caller_of, cookie_of, told_wait, welcome
from plushka.delivery.office.admission import SIGN_IN_PATH, look_of_stranger, office_of
from plushka.delivery.office.context import PAGES, Office, OfficeRequest
from plushka.delivery.office.permissions import VISIT
from plushka.delivery.web.local_path import local_path
from plushka.domain.programs.telling.refusals import refusal_sentence
from plushka.domain.staff.model import CHALLENGE_MINUTES, ChallengeOver, CodeWrong, SlowedDown
from plushka.domain.staff.sign_in import SecondStep, take_second_step

STEP_COOKIE = "plushka_second_step"
STEP_PATH = f"{SIGN_IN_PATH}/code"


def ask_for_code(office: Office, step: SecondStep, next_path: str) -> Redirect:
    """Send somebody whose password fits to the second step."""
    cookie = cookie_of(office, STEP_COOKIE, step.token, seconds=CHALLENGE_MINUTES * 60)
    url = f"{STEP_PATH}?{urlencode({'next': next_path})}"
    return Redirect(url, status_code=HTTP_303_SEE_OTHER, cookies=[cookie])


@get(STEP_PATH, opt={"action": VISIT}, sync_to_thread=False)
def show_second_step(request: OfficeRequest) -> Response[str] | Redirect:
    if STEP_COOKIE not in request.cookies:
        return Redirect(SIGN_IN_PATH)
    return _page(request, next_path=local_path(request.query_params.get("next", "/")))


@post(STEP_PATH, opt={"action": VISIT})
async def enter_by_code(request: OfficeRequest) -> Response[str] | Redirect:
    office, form = office_of(request), await request.form()
    next_path = local_path(str(form.get("next", "/")))
    language = look_of_stranger(request).language
    try:
        entered = await take_second_step(
            office.database,
            request.cookies.get(STEP_COOKIE, ""),
            code=str(form.get("code", "")).replace("\0", ""),
            at=office.clock.now(),
            caller=caller_of(request),
        )
    except CodeWrong as refusal:
        error = refusal_sentence(refusal.code, refusal.facts, language)
        return _page(request, next_path=next_path, error=error, status=HTTP_422_UNPROCESSABLE_ENTITY)
    except ChallengeOver as refusal:
        error = refusal_sentence(refusal.code, refusal.facts, language)
        return _page(
            request,
            next_path=next_path,
            error=error,
            is_over=True,
            status=HTTP_422_UNPROCESSABLE_ENTITY,
        )
    if isinstance(entered, SlowedDown):
        error = told_wait(entered, language)
        return _page(request, next_path=next_path, error=error, status=HTTP_429_TOO_MANY_REQUESTS)
    return welcome(office, entered, next_path, cookie_of(office, STEP_COOKIE, "", seconds=0))


def _page(
    request: OfficeRequest, *, next_path: str, error: str = "", is_over: bool = False, status: int = 200
) -> Response[str]:
    return PAGES.render(
        "account/second_step.html",
        look_of_stranger(request),
        {"error": error, "is_over": is_over, "next_path": next_path, "path": STEP_PATH},
        status=status,
    )
