"""Language and theme, chosen by anybody on any page."""

from litestar import post
from litestar.datastructures import Cookie
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER

from plushka.delivery.office.admission import office_of
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.permissions import VISIT
from plushka.delivery.web.local_path import local_path
from plushka.delivery.web.look import LANGUAGE_COOKIE, THEME_COOKIE, YEAR_SECONDS, as_language, as_theme


@post("/preferences", opt={"action": VISIT})
async def choose_look(request: OfficeRequest) -> Redirect:
    """Keep what is known of the choice and go back to the page; a theme of neither kind means the system's."""
    form = await request.form()
    cookies = []
    if language := as_language(str(form.get("language", ""))):
        cookies.append(_cookie(request, LANGUAGE_COOKIE, language))
    if "theme" in form:
        cookies.append(_cookie(request, THEME_COOKIE, as_theme(str(form["theme"])) or ""))
    return Redirect(local_path(str(form.get("back", "/"))), status_code=HTTP_303_SEE_OTHER, cookies=cookies)


def _cookie(request: OfficeRequest, name: str, value: str) -> Cookie:
    return Cookie(
        key=name,
        value=value,
        max_age=YEAR_SECONDS,
        path="/",
        httponly=True,
        samesite="lax",
        secure=office_of(request).is_production,
    )
