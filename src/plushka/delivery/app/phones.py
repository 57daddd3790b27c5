"""A member's phones: one more is proved by a code, and the card that has it may become one with theirs (0076)."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER, HTTP_403_FORBIDDEN, HTTP_409_CONFLICT
from msgspec import Struct

from plushka.delivery.app.context import PATH, AppRequest
from plushka.delivery.app.proving import NotProved, send_code, try_code
from plushka.delivery.app.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.domain.bots.joining_cards import answer_offer, offer_told
from plushka.domain.members.merge_offers import MergeOffer
from plushka.domain.members.phone_codes import PROOF_TTL, Proof, use_proof
from plushka.domain.members.queries import get_member
from plushka.domain.messages.contents import CardsFound
from plushka.domain.purchases.own_merging import PhoneMet, find_outlook, meet_phone


class Sum(Struct, frozen=True):
    """Points of both cards in one programme, in words; empty where there is nothing to say."""

    program: str
    own: str
    other: str
    repaid: str
    together: str
    waiting: str
    debt: str


@get(f"{PATH}/profile/phone")
async def show_phones(visit: NamedDependency[Visit]) -> Response[str]:
    return await _phone_page(visit, visit.form())


@post(f"{PATH}/profile/phone", status_code=HTTP_200_OK)
async def ask_for_code(visit: NamedDependency[Visit], request: AppRequest) -> Response[str]:
    """Send a code to one more phone of the member."""
    form = await visit.typed(request)
    if not _is_fresh(visit):
        return await _phone_page(visit, form, status=HTTP_403_FORBIDDEN)
    sent = await send_code(visit, form)
    if isinstance(sent, NotProved):
        return await _phone_page(visit, form, status=sent.status)
    return _code_page(visit, visit.form(), sent.token, sent.phone)


@post(f"{PATH}/profile/phone/code", status_code=HTTP_200_OK)
async def take_phone(visit: NamedDependency[Visit], request: AppRequest) -> Response[str] | Redirect:
    """Put a phone that is nobody's on the card; show what becomes of both if another card has it."""
    form = await visit.typed(request)
    if not _is_fresh(visit):
        return await _phone_page(visit, visit.form(), status=HTTP_403_FORBIDDEN)
    proved = await try_code(visit, form)
    if isinstance(proved, Proof):
        met = await _meet(visit, proved)
        if isinstance(met, MergeOffer):
            return _sent_on(visit, f"/profile/cards/{met.id}")
        return _sent_on(visit, f"/profile/phone?said=phone_{met or 'over'}")
    if proved.is_over:
        again = visit.form()
        again.fail("phone", visit.words.gettext("This code works no more. Ask for a new one."))
        return await _phone_page(visit, again, phone=proved.phone, status=proved.status)
    return _code_page(visit, form, form.value("token"), proved.phone, status=proved.status)


@get(f"{PATH}/profile/cards/{{offer_id:uuid}}")
async def show_offer(visit: NamedDependency[Visit], offer_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Show what becomes of both cards, before anything does."""
    async with visit.reading() as tx:
        outlook = await find_outlook(tx, offer_id, member_id=visit.member.member_id)
    if outlook is None:
        return await _phone_page(visit, _over(visit), status=HTTP_409_CONFLICT)
    told = offer_told(outlook)
    return visit.page("cards.html", offer_id=offer_id, name=told.name, sums=_sums(told, visit))


@post(f"{PATH}/profile/cards/{{offer_id:uuid}}", status_code=HTTP_303_SEE_OTHER)
async def take_offer(
    visit: NamedDependency[Visit], offer_id: FromPath[UUID], request: AppRequest
) -> Response[str] | Redirect:
    """Join both cards, or leave them as they are."""
    form = await visit.typed(request)
    async with visit.writing() as tx:
        answer = await answer_offer(
            tx, offer_id, member_id=visit.member.member_id, is_yes=form.value("do") == "join"
        )
    if answer == "over":
        return await _phone_page(visit, _over(visit), status=HTTP_409_CONFLICT)
    return _sent_on(visit, "?said=cards_merged" if answer == "merged" else "/profile?said=cards_left")


HANDLERS = [show_phones, ask_for_code, take_phone, show_offer, take_offer]


async def _meet(visit: Visit, proof: Proof) -> PhoneMet | MergeOffer | None:
    """Use the proof up for what comes of it; None: somebody did before."""
    async with visit.writing() as tx:
        if not await use_proof(tx, proof):
            return None
        return await meet_phone(tx, visit.member.member_id, proof.phone)


def _is_fresh(visit: Visit) -> bool:
    """Tell whether they have proved lately whose card this is: a phone left open on a table must not take a card."""
    return visit.at - visit.member.created_at <= PROOF_TTL


async def _phone_page(visit: Visit, form: Form, *, phone: str = "", status: int = 200) -> Response[str]:
    async with visit.reading() as tx:
        member = await get_member(tx, visit.member.member_id)
    return visit.page(
        "phone.html",
        status=status,
        form=form,
        phone=phone,
        phones=[identity.value for identity in member.identities if identity.kind == "phone"],
        has_sms=visit.has_sms,
        is_fresh=_is_fresh(visit),
        is_in_browser=visit.member.host == "browser",
    )


def _code_page(visit: Visit, form: Form, token: str, phone: str, *, status: int = 200) -> Response[str]:
    return visit.page(
        "code.html",
        status=status,
        form=form,
        start="",
        token=token,
        phone=phone,
        asked_at=f"{visit.home}/profile/phone",
        button=visit.words.gettext("Go on"),
    )


def _over(visit: Visit) -> Form:
    form = visit.form()
    form.fail("phone", visit.words.gettext("This offer does not hold any more. Prove the phone again."))
    return form


def _sums(told: CardsFound, visit: Visit) -> list[Sum]:
    sums = []
    for part in told.parts:
        figures = visit.figures(part.scale)
        sums.append(
            Sum(
                program=part.program,
                own=figures.points(part.own),
                other=figures.points(part.other),
                repaid=figures.points(part.repaid) if part.repaid else "",
                together=figures.points(part.together),
                waiting=figures.points(part.waiting) if part.waiting else "",
                debt=figures.points(part.debt) if part.debt else "",
            )
        )
    return sums


def _sent_on(visit: Visit, path: str) -> Redirect:
    return Redirect(f"{visit.home}{path}", status_code=HTTP_303_SEE_OTHER)
