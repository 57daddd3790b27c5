"""The first business: set up by whoever brings the key that the operator was shown.

No request is let in for where it comes from: a proxy or a tunnel on this machine asks as its own browser does.
"""

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER, HTTP_403_FORBIDDEN

from plushka.delivery.office.account.entering import caller_of, session_cookie
from plushka.delivery.office.admission import SIGN_IN_PATH, WELCOME_PATH, look_of_stranger, office_of
from plushka.delivery.office.context import PAGES, OfficeRequest
from plushka.delivery.office.permissions import VISIT
from plushka.delivery.office.welcome.flow import Way, page, show_founded, show_step, take_step
from plushka.delivery.office.welcome.steps import (
    BRANCH,
    BUSINESS,
    OWNER,
    PROGRAM,
    country_of_reader,
    form_of,
    plan_of,
)
from plushka.delivery.office.welcome.trial import first_purchase
from plushka.delivery.web.forms import read_form
from plushka.domain.founding.model import Owner
from plushka.domain.founding.operations import found
from plushka.domain.founding.setups import find_first_setup, finish, has_business
from plushka.domain.staff.model import EmailTaken
from plushka.domain.staff.sign_in import enter
from plushka.platform.ids import new_id

KEY_COOKIE = "plushka_setup"
_DAY_SECONDS = 24 * 3600
_STEPS = (BUSINESS, BRANCH, OWNER, PROGRAM)


@get(WELCOME_PATH, opt={"action": VISIT})
async def begin(request: OfficeRequest) -> Response[str] | Redirect:
    """Take the key from the address into a cookie, so that it does not stay in the bar and the history."""
    if key := request.query_params.get("key"):
        return Redirect(WELCOME_PATH, status_code=HTTP_303_SEE_OTHER, cookies=[_key_cookie(request, key)])
    way = await _way(request)
    return way.begin() if isinstance(way, Way) else way


@get(WELCOME_PATH + "/{step:str}", opt={"action": VISIT})
async def show(request: OfficeRequest, step: FromPath[str]) -> Response[str] | Redirect:
    way = await _way(request)
    return show_step(way, step) if isinstance(way, Way) else way


@post(WELCOME_PATH + "/{step:str}", opt={"action": VISIT}, status_code=200)
async def take(request: OfficeRequest, step: FromPath[str]) -> Response[str] | Redirect:
    """Keep a step; the last one founds the business and signs its owner in.

    :raises FoundedAlready: somebody else with the key was quicker
    """
    way = await _way(request)
    if not isinstance(way, Way):
        return way
    draft = await take_step(way, step, await read_form(request, way.words))
    if isinstance(draft, Response):
        return draft
    owner = Owner(
        email=draft["email"],
        name=draft["owner"].strip(),
        password_hash=draft["password_hash"],
        language=way.look.language,
    )
    database = way.office.database
    try:
        async with database.transaction(new_id(), actor="visitor", at=way.at) as tx:
            await finish(tx, way.setup.id)
            founded = await found(tx, plan_of(draft), owner)
    except EmailTaken as refusal:
        form = form_of(draft, way.words)
        form.refused(refusal)
        return page(way, OWNER, form, draft=draft, status=422)
    signed_in = await enter(database, founded.account_id, at=way.at, caller=caller_of(request))
    command = first_purchase(
        address=str(request.base_url).rstrip("/"),
        till_key=founded.till_key,
        currency=draft["currency"],
        email=signed_in.session.account.email,
        name=owner.name,
    )
    done = show_founded(way, founded, draft, command=command)
    done.set_cookie(session_cookie(way.office, signed_in))
    done.set_cookie(_key_cookie(request, ""))
    return done


async def _way(request: OfficeRequest) -> Way | Response[str] | Redirect:
    """Return the set-up, or where to go instead."""
    office, look = office_of(request), look_of_stranger(request)
    at = office.clock.now()
    key = request.cookies.get(KEY_COOKIE)
    async with office.database.global_transaction(actor="visitor", at=at) as tx:
        if await has_business(tx):
            return Redirect(SIGN_IN_PATH, status_code=HTTP_303_SEE_OTHER)
        setup = await find_first_setup(tx, key) if key else None
    if setup is None:
        return PAGES.render("welcome/locked.html", look, {"path": WELCOME_PATH}, status=HTTP_403_FORBIDDEN)
    return Way(
        office=office,
        setup=setup,
        steps=_STEPS,
        path=WELCOME_PATH,
        country=country_of_reader(request.headers.get("accept-language", ""), look.language),
        look=look,
        at=at,
    )


def _key_cookie(request: OfficeRequest, key: str) -> Cookie:
    return Cookie(
        key=KEY_COOKIE,
        value=key,
        max_age=_DAY_SECONDS if key else 0,
        path=WELCOME_PATH,
        httponly=True,
        samesite="lax",
        secure=office_of(request).is_production,
    )
