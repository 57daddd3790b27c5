"""One partner: what we give them, what they give us, and what came of both."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.engagement.coupons.code_links import code_url
from plushka.delivery.office.engagement.partners.across import ask_issuer
from plushka.delivery.office.engagement.partners.listing import PATH
from plushka.delivery.office.engagement.partners.rows import offer_line
from plushka.delivery.office.engagement.period import tell_period
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.delivery.web.qr import draw_qr
from plushka.domain.businesses.branding import get_branding
from plushka.domain.coupons.queries import get_coupon, list_coupons
from plushka.domain.insights.partner_offers import count_for_issuer
from plushka.domain.partners.handing import get_printed, print_codes, set_hidden
from plushka.domain.partners.inviting import end
from plushka.domain.partners.model import GIVES_LENGTH_MAX, PRINTED_MAX
from plushka.domain.partners.offering import offer_coupon, set_shows_sums
from plushka.domain.partners.queries import get_offer, get_partnership, list_offers
from plushka.domain.programs.coupon_effects import list_given
from plushka.platform.errors import Refusal

ONE = f"{PATH}/{{partnership_id:uuid}}"
OFFER = f"{PATH}/offers/{{offer_id:uuid}}"


@get(ONE, opt={"action": "partners.read"})
async def show_partner(visit: NamedDependency[Visit], partnership_id: FromPath[UUID]) -> Response[str]:
    return await _page(visit, partnership_id, visit.form())


@post(f"{ONE}/end", opt={"action": "partners.change"})
async def end_partnership(visit: NamedDependency[Visit], partnership_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        await end(tx, partnership_id)
    return sent_on(PATH, visit.words.gettext("It is over: nothing is handed out any more."))


@post(f"{ONE}/offers", opt={"action": "partners.change"})
async def give_coupon(
    visit: NamedDependency[Visit], partnership_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    form = await visit.typed(request)
    coupon_id = form.id("coupon")
    gives = form.text("gives", required=False, length_max=GIVES_LENGTH_MAX)
    if form.is_sound and coupon_id is not None:
        try:
            async with visit.writing() as tx:
                coupon = await get_coupon(tx, coupon_id)
                told = await list_given(tx, coupon.key, visit.business.language)
                await offer_coupon(
                    tx,
                    partnership_id,
                    coupon,
                    gives=gives or " ".join(given.sentence for given in told)[:GIVES_LENGTH_MAX],
                    shows_sums=form.flag("shows_sums"),
                )
        except Refusal as refusal:
            form.refused(refusal, default="coupon")
        else:
            return sent_on(
                f"{PATH}/{partnership_id}", visit.words.gettext("The partner can give this coupon out now.")
            )
    return await _page(visit, partnership_id, form)


@post(f"{OFFER}/sums/{{shown:str}}", opt={"action": "partners.change"})
async def show_sums(
    visit: NamedDependency[Visit], offer_id: FromPath[UUID], shown: FromPath[str]
) -> Redirect:
    """Let the partner see the money, or no more."""
    is_shown = shown == "show"
    async with visit.writing() as tx:
        await set_shows_sums(tx, offer_id, shows_sums=is_shown)
        offer = await get_offer(tx, offer_id)
    gettext = visit.words.gettext
    return sent_on(
        f"{PATH}/{offer.partnership_id}",
        gettext("The partner sees the money now.")
        if is_shown
        else gettext("The partner sees counts alone now."),
    )


@post(f"{OFFER}/hidden/{{hidden:str}}", opt={"action": "partners.hand"})
async def hide_offer(
    visit: NamedDependency[Visit], offer_id: FromPath[UUID], hidden: FromPath[str]
) -> Redirect:
    """Show a partner's offer to our members no more, or again."""
    is_hidden = hidden == "hide"
    async with visit.writing() as tx:
        await set_hidden(tx, offer_id, is_hidden=is_hidden)
        offer = await get_offer(tx, offer_id)
    gettext = visit.words.gettext
    return sent_on(
        f"{PATH}/{offer.partnership_id}",
        gettext("Your members do not see this offer any more.")
        if is_hidden
        else gettext("Your members see this offer in the app."),
    )


@post(f"{OFFER}/print", opt={"action": "partners.hand"})
async def print_cards(
    visit: NamedDependency[Visit], offer_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    """Take codes of a partner to be printed: from now on they count as given out."""
    form = await visit.typed(request)
    count = form.number("count", least=1, most=PRINTED_MAX)
    async with visit.reading() as tx:
        offer = await get_offer(tx, offer_id)
    if count is not None:
        try:
            async with visit.writing() as tx:
                print_id = await print_codes(tx, offer_id, count)
        except Refusal as refusal:
            form.refused(refusal, default="count")
        else:
            return Redirect(f"{PATH}/prints/{print_id}", status_code=303)
    return await _page(visit, offer.partnership_id, form)


@get(f"{PATH}/prints/{{print_id:uuid}}", opt={"action": "partners.hand"})
async def show_print(
    visit: NamedDependency[Visit], print_id: FromPath[UUID], request: OfficeRequest
) -> Response[str]:
    """Show cards of a partner's codes, which lead to the partner's app."""
    async with visit.reading() as tx:
        printed = await get_printed(tx, print_id)
        branding = await get_branding(tx)
    offer, figures = printed.offer, visit.figures
    return visit.fragment(
        "engagement/coupons/sheet.html",
        business=offer.issuer,
        back=f"{PATH}/{offer.partnership_id}",
        form=None,
        first=figures.number(printed.first),
        last=figures.number(printed.first + len(printed.codes) - 1),
        total=figures.number(offer.pool),
        most=figures.number(PRINTED_MAX),
        is_word=offer.word is not None,
        name=offer.title,
        gives=offer.gives,
        days=tell_period(offer.first_on, offer.last_on, visit),
        color=branding.color,
        cards=[(code, draw_qr(code_url(request, offer.issuer_id, code), border=0)) for code in printed.codes],
    )


async def _page(visit: Visit, partnership_id: UUID, form: Form) -> Response[str]:
    mine = visit.business.tenant_id
    async with visit.reading() as tx:
        partnership = await get_partnership(tx, partnership_id)
        offers = await list_offers(tx, partnership_id)
        given = [
            offer_line(offer, await count_for_issuer(tx, offer.coupon_id), visit)
            for offer in offers
            if offer.issuer_id == mine
        ]
        offered = {offer.coupon_id for offer in offers if offer.issuer_id == mine}
        coupons = [
            (str(coupon.id), coupon.name)
            for coupon in await list_coupons(tx)
            if coupon.id not in offered and coupon.stage(visit.today) in {"on", "to_come"} and coupon.codes
        ]
    held = [
        offer_line(offer, await ask_issuer(visit, offer) if partnership.is_active else None, visit)
        for offer in offers
        if offer.holder_id == mine
    ]
    return visit.page(
        "engagement/partners/one.html",
        section="engagement",
        page="partners",
        status=HTTP_200_OK if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        form=form,
        href=f"{PATH}/{partnership_id}",
        partner=partnership.other,
        is_active=partnership.is_active,
        is_invitation=partnership.accepted_at is None,
        since=visit.figures.moment(partnership.accepted_at) if partnership.accepted_at else "",
        given=given,
        held=held,
        coupons=coupons,
        printed_max=PRINTED_MAX,
        may_change=visit.may("partners.change"),
        may_hand=visit.may("partners.hand"),
        may_make=visit.may("coupons.change"),
    )
