"""Pages of the app for what went wrong, and for who is not signed in."""

from uuid import UUID

import structlog
from litestar import Response
from litestar.exceptions import HTTPException
from litestar.status_codes import HTTP_401_UNAUTHORIZED, HTTP_404_NOT_FOUND, HTTP_500_INTERNAL_SERVER_ERROR
from litestar.types import ExceptionHandlersMap

from plushka.delivery.app.admission import SignInNeeded
from plushka.delivery.app.context import PAGES, PREFIX, AppRequest, home_of
from plushka.delivery.app.look import headers_of, style_of
from plushka.delivery.app.signing_in import phone_page
from plushka.delivery.app.visit import Visit
from plushka.delivery.web.look import look_of
from plushka.domain.businesses.branding import Branding
from plushka.domain.programs.telling.refusals import refusal_sentence
from plushka.platform.errors import Conflict, Denied, Invalid, NotFound, Refusal
from plushka.platform.i18n import marked, translator

_STATUSES: dict[type[Refusal], int] = {NotFound: 404, Denied: 403, Conflict: 409, Invalid: 422}
_NOTHING_HERE = marked("There is nothing here")
_NOT_NOW = marked("This is not possible now")
_BROKE = marked("Something broke on our side")
_NOTHING_LOST = marked("Nothing was lost: your points are where they were. Try again in a minute.")
_LINK_INCOMPLETE = marked("The link may be old or incomplete.")
_TEXTS = {HTTP_404_NOT_FOUND: _LINK_INCOMPLETE, HTTP_500_INTERNAL_SERVER_ERROR: _NOTHING_LOST}
_log = structlog.get_logger()


def ask_to_sign_in(request: AppRequest, _: SignInNeeded) -> Response[str]:
    """Show where to sign in, at the address that was asked for: a messenger's data in it must not be lost."""
    visit: Visit = request.scope["state"]["app_visit"]
    return phone_page(visit, visit.form(), status=HTTP_401_UNAUTHORIZED)


def refuse(request: AppRequest, refusal: Refusal) -> Response[str]:
    status = next(status for kind, status in _STATUSES.items() if isinstance(refusal, kind))
    if status == HTTP_404_NOT_FOUND:
        return _page(request, status, _NOTHING_HERE)
    return _page(request, status, _NOT_NOW, refusal=refusal)


def fail_http(request: AppRequest, failure: HTTPException) -> Response[str]:
    """Show what HTTP itself turns away, as for an address at which no page stands."""
    return _page(request, failure.status_code, _NOTHING_HERE)


def fail(request: AppRequest, failure: Exception) -> Response[str]:
    """Show that we broke, and log why."""
    _log.error("page of the app failed", path=request.scope["path"], exc_info=failure)
    return _page(request, HTTP_500_INTERNAL_SERVER_ERROR, _BROKE)


EXCEPTION_HANDLERS: ExceptionHandlersMap = {
    SignInNeeded: ask_to_sign_in,
    Refusal: refuse,
    HTTPException: fail_http,
    Exception: fail,
}


def _page(request: AppRequest, status: int, title: str, *, refusal: Refusal | None = None) -> Response[str]:
    visit: Visit | None = request.scope.get("state", {}).get("app_visit")
    look = visit.look if visit else look_of(request.cookies, request.headers.get("accept-language", ""))
    words = translator(look.language)
    text = words.gettext(_TEXTS[status]) if status in _TEXTS else ""
    if refusal is not None:
        text = refusal_sentence(refusal.code, refusal.facts, look.language)
    values = {"title": words.gettext(title), "text": text}
    if visit is not None:
        return visit.page("failure.html", status=status, **values)
    style = style_of(Branding().color)
    values |= {"style": style, "home": _home_in(request.scope["path"])}
    return PAGES.render("failure_outside.html", look, values, status=status, headers=headers_of(style))


def _home_in(path: str) -> str:
    """Return where the app begins that an address is below, empty if that names no business."""
    named = path.removeprefix(PREFIX).partition("/")[0]
    try:
        return home_of(UUID(named))
    except ValueError:
        return ""
