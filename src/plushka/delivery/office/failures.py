"""Pages for what went wrong: what happened, what is safe, what to do."""

import structlog
from litestar import Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect
from litestar.status_codes import (
    HTTP_303_SEE_OTHER,
    HTTP_401_UNAUTHORIZED,
    HTTP_403_FORBIDDEN,
    HTTP_404_NOT_FOUND,
    HTTP_500_INTERNAL_SERVER_ERROR,
)

from plushka.delivery.office.admission import (
    SECOND_FACTOR_PATH,
    SecondFactorNeeded,
    SignInNeeded,
    look_of_stranger,
    sign_in_url,
)
from plushka.delivery.office.context import PAGES, OfficeRequest
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.look import Look
from plushka.delivery.web.security import PAGE_HEADERS
from plushka.domain.programs.telling.refusals import refusal_sentence
from plushka.platform.errors import Conflict, Denied, Invalid, NotFound, Refusal
from plushka.platform.i18n import marked, translator

STATUSES: dict[type[Refusal], int] = {NotFound: 404, Denied: 403, Conflict: 409, Invalid: 422}

_TITLES = {
    403: marked("This page is not for your role"),
    404: marked("There is nothing here"),
    405: marked("This cannot be done here"),
    413: marked("This is too large to be sent"),
    409: marked("This is not possible now"),
    422: marked("Something is wrong with the request"),
    500: marked("Something broke on our side"),
}
_ADVICE = {
    413: marked("Nothing was saved. Choose a smaller file and send it again."),
    403: marked("The owner of the business can give you the right to see it."),
    404: marked(
        "The page was moved, or the thing never existed. Check the address or begin from the summary."
    ),
    500: marked(
        "Nothing was lost: what was booked stays booked. Repeat in a minute; we have noted the error."
    ),
}

_log = structlog.get_logger()


def ask_to_sign_in(request: OfficeRequest, _: SignInNeeded) -> Response[str] | Redirect:
    """Send to the sign-in page: the browser, or the script that fills a part of a page."""
    url = sign_in_url(request)
    if "hx-request" in request.headers:
        return Response("", status_code=HTTP_401_UNAUTHORIZED, headers={"hx-redirect": url, **PAGE_HEADERS})
    return Redirect(url)


def ask_for_second_factor(request: OfficeRequest, _: SecondFactorNeeded) -> Response[str] | Redirect:
    """Send to where a second factor is made: the browser, or the script that fills a part of a page."""
    if "hx-request" in request.headers:
        headers = {"hx-redirect": SECOND_FACTOR_PATH, **PAGE_HEADERS}
        return Response("", status_code=HTTP_403_FORBIDDEN, headers=headers)
    return Redirect(SECOND_FACTOR_PATH, status_code=HTTP_303_SEE_OTHER)


def refuse(request: OfficeRequest, refusal: Refusal) -> Response[str]:
    """Show the sentence of a refusal that no form could show at its field."""
    status = next(status for kind, status in STATUSES.items() if isinstance(refusal, kind))
    if type(refusal) in STATUSES:
        return show_failure(request, status)
    advice = refusal_sentence(refusal.code, refusal.facts, _look(request).language)
    return show_failure(request, status, advice=advice)


def fail_http(request: OfficeRequest, failure: HTTPException) -> Response[str]:
    """Show what HTTP itself turns away: an unknown path, a malformed id."""
    status = failure.status_code
    # An id in the path that is no id names nothing, which is not the reader's fault to be explained.
    return show_failure(request, HTTP_404_NOT_FOUND if status not in _TITLES else status)


def fail(request: OfficeRequest, failure: Exception) -> Response[str]:
    """Show that we broke, and log why."""
    _log.error("page failed", path=request.scope["path"], exc_info=failure)
    return show_failure(request, HTTP_500_INTERNAL_SERVER_ERROR)


def show_failure(request: OfficeRequest, status: int, *, advice: str | None = None) -> Response[str]:
    """Return the page of a failure, inside the office's frame when somebody is signed in."""
    visit = _visit(request)
    look = _look(request)
    words = translator(look.language)
    title = words.gettext(_TITLES[status])
    text = advice or (words.gettext(_ADVICE[status]) if status in _ADVICE else "")
    if visit is not None:
        return visit.page("failure.html", section="", status=status, title=title, text=text)
    return PAGES.render(
        "failure_outside.html",
        look,
        {"title": title, "text": text, "path": request.scope["path"]},
        status=status,
    )


def _look(request: OfficeRequest) -> Look:
    visit = _visit(request)
    return visit.look if visit else look_of_stranger(request)


def _visit(request: OfficeRequest) -> Visit | None:
    visit: Visit | None = request.scope.get("state", {}).get("visit")
    return visit
