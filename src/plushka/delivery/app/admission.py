"""The gate of the app: a request is let in as somebody, or shown where to sign in, before its handler runs."""

from typing import Any, cast
from uuid import UUID

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, State
from litestar.handlers import BaseRouteHandler

from plushka.delivery.app.context import App
from plushka.delivery.app.visit import Visit
from plushka.delivery.web.foreign_origin import refuse_foreign_origin
from plushka.delivery.web.look import look_of
from plushka.domain.businesses.branding import get_branding
from plushka.domain.businesses.queries import get_business
from plushka.domain.members import sessions
from plushka.domain.members.sessions import MemberSession
from plushka.domain.messages.chat import count_unseen_answers
from plushka.domain.messages.history import count_unread
from plushka.platform.addresses import network_of
from plushka.platform.errors import NotFound
from plushka.platform.point_words import call_points

Connection = ASGIConnection[Any, Any, Any, State]

SESSION_COOKIE = "plushka_member"
STRANGER = "stranger"
"""What stands in ``opt["who"]`` of a handler that is for strangers too."""
MESSENGER_HEADER = "plushka-messenger"
"""Sent by our script inside a messenger's frame, where cookies are not: the session goes by headers."""
SESSION_HEADER = "plushka-session"
"""Brings such a script the session that it is to go on with."""
LAUNCH_HEADER = "plushka-launch"
"""Sent by it for somebody new, who is known in the messenger from the moment when they prove a phone."""
_BEARER = "Bearer "


class SignInNeeded(Exception):
    """Nobody is signed in, or the session has run out."""


async def admit(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let the request in, with a ``Visit`` for its handler.

    :raises SignInNeeded: the page is for members and nobody is signed in
    :raises ForeignOrigin: a page of another site has sent it
    :raises NotFound: there is no such business
    """
    refuse_foreign_origin(connection)
    visit = await _visit(connection)
    connection.scope["state"]["app_visit"] = visit
    if visit.session is None and handler.opt.get("who") != STRANGER:
        raise SignInNeeded


def provide_visit(request: Connection) -> Visit:
    """Return the visit that ``admit`` has made."""
    return cast("Visit", request.scope["state"]["app_visit"])


def cookie_of(visit: Visit, token: str) -> Cookie:
    """Return what keeps somebody signed in to one business's app in their browser; no token: it takes that away."""
    return Cookie(
        key=SESSION_COOKIE,
        value=token,
        path=visit.home,
        max_age=int(sessions.TTL.total_seconds()) if token else 0,
        httponly=True,
        samesite="lax",
        secure=visit.app.is_production,
    )


async def _visit(connection: Connection) -> Visit:
    app = cast("App", connection.app.state.app)
    at, network = app.clock.now(), network_of(connection.client.host if connection.client else "")
    business_id = _business_id(connection)
    async with app.database.transaction(business_id, actor="visitor", at=at, read_only=True) as tx:
        business = await get_business(tx)
        branding = await get_branding(tx)
        token = _token(connection)
        session = await sessions.find_session(tx, token) if token else None
        unseen = await count_unseen_answers(tx, session.member_id) if session else 0
        unread = await count_unread(tx, session.member_id) if session else 0
    if session is not None and at - session.seen_at >= sessions.SEEN_EVERY:
        await _note_seen(app, business_id, session)
    call_points(business.point_words)
    look = look_of(
        connection.cookies,
        connection.headers.get("accept-language", ""),
        own_language=(session.language if session else None) or business.language,
    )
    return Visit(
        app=app,
        business=business,
        branding=branding,
        look=look,
        at=at,
        network=network,
        session=session,
        is_in_messenger=MESSENGER_HEADER in connection.headers,
        launch=connection.headers.get(LAUNCH_HEADER, ""),
        unseen=unseen,
        unread=unread,
        said=connection.query_params.get("said", ""),
        has_sms=app.sms is not None and await app.sms.is_there(business_id),
    )


def _business_id(connection: Connection) -> UUID:
    try:
        return UUID(str(connection.path_params["business_id"]))
    except (KeyError, ValueError) as error:
        raise NotFound from error


def _token(connection: Connection) -> str:
    sent = connection.headers.get("authorization", "")
    if sent.startswith(_BEARER):
        return sent.removeprefix(_BEARER)
    return connection.cookies.get(SESSION_COOKIE, "")


async def _note_seen(app: App, business_id: UUID, session: MemberSession) -> None:
    async with app.database.transaction(
        business_id, actor=f"member:{session.member_id}", at=app.clock.now()
    ) as tx:
        await sessions.note_seen(tx, session)
