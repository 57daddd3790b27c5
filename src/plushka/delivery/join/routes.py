"""``/join/{code}``: see whose programme it is, leave a phone, hear that the card works."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY, HTTP_429_TOO_MANY_REQUESTS
from msgspec import Struct

from plushka.delivery.web.agreeing import agreement, refuse_other_texts
from plushka.delivery.web.forms import Form, read_form
from plushka.delivery.web.look import Look, look_of
from plushka.delivery.web.pages import Pages
from plushka.delivery.web.pictures import picture_response
from plushka.domain.businesses.model import Business
from plushka.domain.businesses.pictures import PROGRAM_PICTURE
from plushka.domain.businesses.queries import get_business
from plushka.domain.members.consent_texts import ConsentTexts, list_consent_texts
from plushka.domain.members.identities import identify
from plushka.domain.members.links import Link, find_tenant_id, get_open_link, note_opened
from plushka.domain.members.model import NAME_LENGTH_MAX, IdentityTaken, UnknownLink
from plushka.domain.members.pace import may_join
from plushka.domain.programs.joining import Offer, get_offer, join_by_link
from plushka.domain.programs.pictures import find_picture
from plushka.engine.local_time import moment
from plushka.engine.purchase import Place
from plushka.platform.addresses import network_of
from plushka.platform.clock import Clock
from plushka.platform.database import Database
from plushka.platform.errors import Refusal
from plushka.platform.i18n import format_points, translator

PAGES = Pages("plushka.delivery.join")
PATH = "/join/{code:str}"
CODE_LENGTH_MAX = 40
JoinRequest = Request[object, object, State]


@dataclass(frozen=True, slots=True)
class Joining:
    """Given by the composition root as ``app.state.joining``."""

    database: Database
    clock: Clock


class Invitation(Struct, frozen=True):
    """Whose link it is, and into what it enrols now."""

    tenant_id: UUID
    link: Link
    business: Business
    offer: Offer
    texts: ConsentTexts


@get(PATH)
async def show_joining(request: JoinRequest, code: FromPath[str]) -> Response[str]:
    """Show the form, and count that the link was opened."""
    joining = _joining(request)
    invitation = await _invitation(joining, code)
    at = joining.clock.now()
    today = moment(at, Place(branch="", time_zone=invitation.business.time_zone)).business_date
    async with joining.database.transaction(invitation.tenant_id, actor="visitor", at=at) as tx:
        await note_opened(tx, invitation.link.id, today)
    look = _look(request, invitation)
    return _page(invitation, look, Form(translator(look.language)))


@post(PATH, status_code=HTTP_200_OK)
async def join(request: JoinRequest, code: FromPath[str]) -> Response[str]:
    """Enrol; the answer is the same whether the phone was known or not."""
    joining = _joining(request)
    invitation = await _invitation(joining, code)
    look = _look(request, invitation)
    words = translator(look.language)
    form = await read_form(request, words)
    typed = form.text("phone")
    name = form.text("name", required=False, length_max=NAME_LENGTH_MAX)
    at = joining.clock.now()
    refuse_other_texts(form, invitation.texts, words)
    network = network_of(request.client.host if request.client else "")
    if form.is_sound:
        try:
            phone = identify("phone", typed, country=invitation.business.country)
            async with joining.database.transaction(invitation.tenant_id, actor="visitor", at=at) as tx:
                # With the enrolment in one transaction, so that there is something to commit either way.
                if not await may_join(tx, network=network):
                    form.fail(
                        "phone", words.gettext("Too many tries. Wait a quarter of an hour and try again.")
                    )
                    return _page(invitation, look, form, status=HTTP_429_TOO_MANY_REQUESTS)
                await join_by_link(
                    tx,
                    invitation.link,
                    phone=phone,
                    name=name,
                    agrees=form.flag("personal_data"),
                    wants_offers=form.flag("marketing"),
                )
        except IdentityTaken:
            pass  # Somebody enrolled this phone at the same moment: the card works.
        except Refusal as refusal:
            form.refused(refusal, default="personal_data" if refusal.field == "personal_data" else "phone")
        if form.is_sound:
            return PAGES.render(
                "joined.html",
                look,
                {
                    "business": invitation.business.name,
                    "phone": phone.value,
                    "app": f"/app/{invitation.tenant_id}",
                },
            )
    return _page(invitation, look, form, status=HTTP_422_UNPROCESSABLE_ENTITY)


@get(f"{PATH}/picture/{{digest:str}}")
async def show_picture(request: JoinRequest, code: FromPath[str], digest: FromPath[str]) -> Response[bytes]:
    """Return the picture of the programme into which the link enrols.

    :raises NotFound: it has none of this digest
    """
    joining = _joining(request)
    invitation = await _invitation(joining, code)
    async with joining.database.transaction(
        invitation.tenant_id, actor="visitor", at=joining.clock.now(), read_only=True
    ) as tx:
        picture = await find_picture(tx, invitation.offer.program.id, digest)
    return picture_response(picture, PROGRAM_PICTURE)


router = Router(path="/", route_handlers=[join, show_joining, show_picture], include_in_schema=False)


def _joining(request: JoinRequest) -> Joining:
    joining: Joining = request.app.state.joining
    return joining


async def _invitation(joining: Joining, code: str) -> Invitation:
    at = joining.clock.now()
    async with joining.database.global_transaction(actor="visitor", at=at) as global_tx:
        tenant_id = await find_tenant_id(global_tx, code[:CODE_LENGTH_MAX].lower())
    if tenant_id is None:
        raise UnknownLink
    async with joining.database.transaction(tenant_id, actor="visitor", at=at, read_only=True) as tx:
        link = await get_open_link(tx, code.lower())
        return Invitation(
            tenant_id=tenant_id,
            link=link,
            business=await get_business(tx),
            offer=await get_offer(tx, link),
            texts=await list_consent_texts(tx),
        )


def _look(request: JoinRequest, invitation: Invitation) -> Look:
    return look_of(
        request.cookies,
        request.headers.get("accept-language", ""),
        own_language=invitation.business.language,
    )


def _page(invitation: Invitation, look: Look, form: Form, *, status: int = 200) -> Response[str]:
    business, program, version = invitation.business, invitation.offer.program, invitation.offer.version
    code = invitation.link.code
    values: dict[str, Any] = {
        "form": form,
        "code": code,
        "business": business.name,
        "picture": f"/join/{code}/picture/{program.picture_digest}" if program.picture_digest else "",
        "welcome": "",
        "agreement": agreement(invitation.texts, business=business.name, language=look.language),
    }
    if version is not None and version.program.welcome is not None:
        points = format_points(version.program.welcome.points, version.program.point.scale, look.language)
        values["welcome"] = translator(look.language).gettext("{points} for joining", points=points)
    return PAGES.render("join.html", look, values, status=status)
