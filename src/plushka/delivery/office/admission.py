"""The gate: every request is let in, shown the sign-in page, or turned away, before its handler runs."""

from datetime import datetime
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.handlers import BaseRouteHandler

from plushka.delivery.office.choosing import PARAMETER, PROGRAM_COOKIE, choose
from plushka.delivery.office.context import Office
from plushka.delivery.office.permissions import VISIT, may
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.foreign_origin import SAFE_METHODS, method_of, refuse_foreign_origin
from plushka.delivery.web.look import Look, look_of
from plushka.delivery.web.notices import notice_of
from plushka.domain.businesses.queries import get_business
from plushka.domain.messages.chat import count_unseen_chats
from plushka.domain.programs.queries import get_version, list_choices
from plushka.domain.programs.serving import get_serving
from plushka.domain.staff.model import Session
from plushka.domain.staff.queries import find_session
from plushka.domain.staff.sessions import is_seen_long_ago, note_seen
from plushka.domain.staff.workplaces import list_workplaces
from plushka.platform.errors import Denied
from plushka.platform.point_words import call_points

Connection = ASGIConnection[Any, Any, Any, State]

SESSION_COOKIE = "plushka_session"
SIGN_IN_PATH = "/sign-in"
WELCOME_PATH = "/welcome"
SECOND_FACTOR_PATH = "/account/second-factor"


class SignInNeeded(Exception):
    """Nobody is signed in, or the session has run out."""


class SecondFactorNeeded(Exception):
    """The business demands a second factor of who is signed in, and they have come without one."""


async def admit(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let the request in, with a ``Visit`` for its handler.

    :raises SignInNeeded: when its action is not for strangers and nobody is signed in
    :raises SecondFactorNeeded: when who is signed in has to prove a second factor first
    :raises Denied: when the role may not do it, or the request came from another site's page
    """
    refuse_foreign_origin(connection)
    action: str = handler.opt["action"]
    if action == VISIT:
        return
    visit = await _visit(connection)
    connection.scope["state"]["visit"] = visit
    if not visit.may(action):
        raise SecondFactorNeeded if visit.session.owes_second_factor else Denied


def provide_visit(request: Connection) -> Visit:
    """Return the visit that ``admit`` has made."""
    return cast("Visit", request.scope["state"]["visit"])


def office_of(connection: Connection) -> Office:
    """Return what the composition root has given the office."""
    return cast("Office", connection.app.state.office)


def address_of(connection: Connection) -> str:
    """Return the network address a request came from, as far as proxies that are trusted tell."""
    return connection.client.host if connection.client else ""


def look_of_stranger(connection: Connection) -> Look:
    """Return the look of a page for somebody who is not signed in."""
    return look_of(connection.cookies, connection.headers.get("accept-language", ""))


def sign_in_url(connection: Connection) -> str:
    """Return where to sign in so as to come back to the page that was asked for."""
    try:
        url = urlsplit(connection.headers.get("hx-current-url") or str(connection.url))
    except ValueError:  # a header of no form at all
        return SIGN_IN_PATH
    if method_of(connection) not in SAFE_METHODS or url.path in {"", "/"}:
        return SIGN_IN_PATH
    return f"{SIGN_IN_PATH}?{urlencode({'next': url._replace(scheme='', netloc='').geturl()})}"


async def _visit(connection: Connection) -> Visit:
    office = office_of(connection)
    at = office.clock.now()
    token = connection.cookies.get(SESSION_COOKIE)
    if not token:
        raise SignInNeeded
    async with office.database.global_transaction(actor="visitor", at=at) as global_tx:
        session = await find_session(global_tx, token)
        if session is None:
            raise SignInNeeded
        workplaces = await list_workplaces(global_tx, session.account.id)
    await _note_seen(connection, session, at)
    asked = connection.query_params.get(PARAMETER)
    # What is done is done to the programme that its address names: another tab may have changed the cookie.
    remembered = connection.cookies.get(PROGRAM_COOKIE) if method_of(connection) in SAFE_METHODS else None
    async with office.database.transaction(
        session.tenant_id, actor=f"staff:{session.staff_id}", at=at, read_only=True
    ) as tx:
        business = await get_business(tx)
        call_points(business.point_words)
        programs = await list_choices(tx)
        usual = (await get_serving(tx, min(session.branch_ids))).id if session.branch_ids else None
        program = choose(programs, asked=asked, remembered=remembered, usual=usual)
        version = await get_version(tx, program.version_id) if program and program.version_id else None
        unseen_chats = await count_unseen_chats(tx) if may(session, "chats.read") else 0
    return Visit(
        office=office,
        session=session,
        workplaces=workplaces,
        business=business,
        programs=tuple(programs),
        program=program,
        version=version,
        names_program=bool(asked),
        look=look_of(
            connection.cookies,
            connection.headers.get("accept-language", ""),
            own_language=session.account.language,
        ),
        path=connection.scope["path"],
        at=at,
        address=address_of(connection),
        notice=notice_of(connection.cookies),
        unseen_chats=unseen_chats,
    )


async def _note_seen(connection: Connection, session: Session, at: datetime) -> None:
    if not is_seen_long_ago(session, at):
        return
    async with office_of(connection).database.transaction(
        session.tenant_id, actor=f"staff:{session.staff_id}", at=at, address=address_of(connection)
    ) as tx:
        await note_seen(tx, session)
