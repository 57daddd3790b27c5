"""A promo code by its QR: a member has it put by; who is none gets a card first, and the code waits for them.

A stranger's code is remembered by their browser alone, so nothing is kept of who only looks.
"""

from contextlib import suppress
from urllib.parse import quote, unquote

from litestar import Response, get
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.status_codes import HTTP_404_NOT_FOUND, HTTP_429_TOO_MANY_REQUESTS

from plushka.delivery.app.admission import STRANGER
from plushka.delivery.app.context import PATH, AppRequest
from plushka.delivery.app.visit import Visit
from plushka.domain.coupons.codes import LINK
from plushka.domain.coupons.keeping import get_good_code, keep
from plushka.domain.coupons.model import GoodCode, TooManyCodeTries, UnknownCode
from plushka.domain.coupons.tries import check_tries, note_wrong
from plushka.domain.programs.coupon_effects import list_given
from plushka.platform.database import Tx

COOKIE = "plushka_code"
REMEMBERED_SECONDS = 30 * 24 * 60 * 60


@get(f"{PATH}{LINK}{{code:str}}", opt={"who": STRANGER})
async def show_code(visit: NamedDependency[Visit], code: FromPath[str]) -> Response[str]:
    """Put the code by, and say what it gives. Wrong ones are counted by network: nobody reads codes out here."""
    try:
        async with visit.reading() as tx:
            await check_tries(tx, visit.network)
        async with visit.writing() as tx:
            good = await _find(tx, visit, code)
            gives = await list_given(tx, good.coupon.key, visit.look.language)
    except TooManyCodeTries:
        return visit.page("promo_code.html", found=None, status=HTTP_429_TOO_MANY_REQUESTS)
    except UnknownCode:
        async with visit.writing() as tx:
            await note_wrong(tx, visit.network)
        return visit.page("promo_code.html", found=None, status=HTTP_404_NOT_FOUND)
    figures = visit.figures()
    page = visit.page(
        "promo_code.html",
        found=good.code,
        name=good.coupon.name,
        gives=[given.sentence for given in gives],
        first_on=figures.day(good.coupon.first_on)
        if good.coupon.first_on and good.coupon.first_on > visit.today
        else "",
        last_on=figures.day(good.coupon.last_on) if good.coupon.last_on else "",
    )
    if visit.session is None:
        page.cookies.append(_cookie(visit, good.code))
    return page


HANDLERS = [show_code]


async def keep_remembered(tx: Tx, visit: Visit, request: AppRequest) -> Cookie | None:
    """Put by what the browser remembers from before its member came in; return what makes it forget that."""
    code = unquote(request.cookies.get(COOKIE, ""))
    if not code:
        return None
    with suppress(UnknownCode):
        await keep(tx, visit.member.member_id, code, on=visit.today)
    return _cookie(visit, "")


async def _find(tx: Tx, visit: Visit, code: str) -> GoodCode:
    if visit.session is not None:
        return await keep(tx, visit.session.member_id, code, on=visit.today)
    return await get_good_code(tx, code, on=visit.today)


def _cookie(visit: Visit, code: str) -> Cookie:
    return Cookie(
        key=COOKIE,
        value=quote(code, safe=""),
        path=visit.home,
        max_age=REMEMBERED_SECONDS if code else 0,
        httponly=True,
        samesite="lax",
        secure=visit.app.is_production,
    )
