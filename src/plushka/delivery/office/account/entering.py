"""What every way in ends with: a session cookie, and where the person goes."""

from datetime import timedelta
from functools import partial

from litestar.datastructures import Cookie
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER

from plushka.delivery.office.admission import SESSION_COOKIE, address_of
from plushka.delivery.office.context import Office, OfficeRequest
from plushka.delivery.office.navigation import first_page
from plushka.delivery.office.permissions import may
from plushka.domain.staff.model import SESSION_DAYS, SignedIn, SlowedDown
from plushka.domain.staff.passkeys import Site, site_of
from plushka.domain.staff.sign_in import Caller
from plushka.platform.i18n import Language, translator

_SESSION_SECONDS = SESSION_DAYS * 24 * 3600
_MINUTE = timedelta(minutes=1)


def caller_of(request: OfficeRequest) -> Caller:
    """Return who knocks."""
    return Caller(
        address=address_of(request),
        device=request.headers.get("user-agent", ""),
        token_before=request.cookies.get(SESSION_COOKIE),
    )


def this_site(request: OfficeRequest) -> Site:
    """Return the site that a passkey is asked for."""
    return site_of(request.headers.get("host", ""))


def welcome(office: Office, signed_in: SignedIn, next_path: str, *cookies: Cookie) -> Redirect:
    """Send somebody who has come in on, with the session's cookie and those given."""
    path = first_page(partial(may, signed_in.session)) if next_path == "/" else next_path
    return Redirect(
        path, status_code=HTTP_303_SEE_OTHER, cookies=[session_cookie(office, signed_in), *cookies]
    )


def session_cookie(office: Office, signed_in: SignedIn) -> Cookie:
    """Return the cookie that keeps somebody signed in."""
    return cookie_of(office, SESSION_COOKIE, signed_in.token, seconds=_SESSION_SECONDS)


def cookie_of(office: Office, name: str, token: str, *, seconds: int) -> Cookie:
    """Return a cookie that scripts and other sites do not see; of no seconds: it takes itself away."""
    return Cookie(
        key=name,
        value=token,
        max_age=seconds,
        path="/",
        httponly=True,
        samesite="lax",
        secure=office.is_production,
    )


def told_wait(slowed: SlowedDown, language: Language) -> str:
    """Return how long to wait."""
    minutes = -(-slowed.wait // _MINUTE)
    return translator(language).ngettext(
        "Too many failed tries. Try again in {minutes} minute.",
        "Too many failed tries. Try again in {minutes} minutes.",
        minutes,
        minutes=minutes,
    )
