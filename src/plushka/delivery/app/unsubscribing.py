"""``/u/{token}``: who has the link unsubscribes, without signing in; mail programs do it with one click (RFC 8058)."""

from typing import cast

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK, HTTP_404_NOT_FOUND
from msgspec import Struct

from plushka.delivery.app.context import PAGES, App, home_of
from plushka.delivery.app.look import headers_of, style_of
from plushka.delivery.web.forms import read_form
from plushka.delivery.web.look import look_of
from plushka.domain.businesses.branding import Branding, get_branding
from plushka.domain.businesses.model import Business
from plushka.domain.businesses.queries import get_business
from plushka.domain.messages.unsubscribing import (
    From,
    Subscriber,
    find_subscriber,
    read_path,
    unsubscribe,
)
from plushka.platform.addresses import network_of
from plushka.platform.i18n import translator
from plushka.platform.point_words import call_points

PATH = "/u/{token:str}"
BODY_BYTES_MAX = 16 * 1024
LinkRequest = Request[object, object, State]


class Found(Struct, frozen=True):
    """Whose link it is, and what it stood in."""

    subscriber: Subscriber
    kind: From
    business: Business
    branding: Branding


@get(PATH)
async def ask(request: LinkRequest, token: FromPath[str]) -> Response[str]:
    """Ask whether to; nothing is changed by looking, as programs that check links do."""
    found = await _find(request, token)
    return _missing(request) if found is None else _page(request, found, is_done=False)


@post(PATH, status_code=HTTP_200_OK)
async def stop(request: LinkRequest, token: FromPath[str]) -> Response[str]:
    """Unsubscribe at once from what the link stood in, or from all advertising if that was chosen."""
    found = await _find(request, token)
    if found is None:
        return _missing(request)
    form = await read_form(request, translator(found.business.language))
    is_all = form.value("what") == "all"
    app = _app(request)
    network = network_of(request.client.host if request.client else "")
    async with app.database.transaction(
        found.subscriber.tenant_id,
        actor=f"member:{found.subscriber.member_id}",
        at=app.clock.now(),
        address=network,
    ) as tx:
        await unsubscribe(tx, found.subscriber.member_id, ["marketing"] if is_all else [found.kind])
    return _page(request, found, is_done=True, is_all=is_all)


router = Router(
    path="/", route_handlers=[ask, stop], include_in_schema=False, request_max_body_size=BODY_BYTES_MAX
)


def _app(request: LinkRequest) -> App:
    return cast("App", request.app.state.app)


async def _find(request: LinkRequest, token: str) -> Found | None:
    read = read_path(token)
    if read is None:
        return None
    app = _app(request)
    async with app.database.global_transaction(actor="visitor", at=app.clock.now()) as global_tx:
        subscriber = await find_subscriber(global_tx, read[1])
    if subscriber is None:
        return None
    async with app.database.transaction(
        subscriber.tenant_id, actor="visitor", at=app.clock.now(), read_only=True
    ) as tx:
        return Found(subscriber, read[0], await get_business(tx), await get_branding(tx))


def _page(request: LinkRequest, found: Found, *, is_done: bool, is_all: bool = False) -> Response[str]:
    call_points(found.business.point_words)
    look = look_of(
        request.cookies,
        request.headers.get("accept-language", ""),
        own_language=None if "accept-language" in request.headers else found.business.language,
    )
    style, home = style_of(found.branding.color), home_of(found.subscriber.tenant_id)
    digest = found.branding.logo_digest
    return PAGES.render(
        "unsubscribe.html",
        look,
        {
            "business": found.business.name,
            "logo": f"{home}/logo/{digest}" if digest else "",
            "style": style,
            "kind": found.kind,
            "is_done": is_done,
            "is_all": is_all,
            "profile": f"{home}/profile",
        },
        headers=headers_of(style),
    )


def _missing(request: LinkRequest) -> Response[str]:
    """Say that the link leads nowhere: it was mangled, or its member is no more."""
    look = look_of(request.cookies, request.headers.get("accept-language", ""))
    words = translator(look.language)
    style = style_of(Branding().color)
    return PAGES.render(
        "failure_outside.html",
        look,
        {
            "title": words.gettext("This link leads nowhere"),
            "text": words.gettext(
                "Copy it from the message again, whole. If your card is deleted, nobody writes to you."
            ),
            "home": "",
            "style": style,
        },
        status=HTTP_404_NOT_FOUND,
        headers=headers_of(style),
    )
