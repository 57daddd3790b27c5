"""Gift certificates in the app: ordered here, paid for at a till; and the picture of one to be sent to a friend."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER, HTTP_422_UNPROCESSABLE_ENTITY

from plushka.delivery.app.context import PATH, AppRequest
from plushka.delivery.app.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.qr import draw_qr
from plushka.domain.businesses.branding import get_branding
from plushka.domain.certificates.model import AMOUNT_MAX_MINOR, CertificateType
from plushka.domain.certificates.numbers import shown
from plushka.domain.certificates.ordering import OPEN_MAX, list_open_orders, order
from plushka.domain.certificates.queries import list_of_member
from plushka.domain.certificates.types import list_types
from plushka.domain.messages.model import Picture
from plushka.domain.messages.pictures import draw
from plushka.platform.errors import NotFound, Refusal
from plushka.platform.i18n import currency_sign


@get(f"{PATH}/certificates")
async def show_certificates(visit: NamedDependency[Visit]) -> Response[str]:
    return await _page(visit, visit.form())


@post(f"{PATH}/certificates")
async def order_certificate(visit: NamedDependency[Visit], request: AppRequest) -> Response[str] | Redirect:
    """Make a certificate that waits for its money; the till sells it by its number."""
    form = await visit.typed(request)
    type_id = form.id("type")
    amount = form.money("amount", visit.business.currency, least=1, most=AMOUNT_MAX_MINOR)
    if form.is_sound and type_id is not None and amount is not None:
        try:
            async with visit.writing() as tx:
                await order(tx, visit.member.member_id, type_id=type_id, amount_minor=amount)
        except Refusal as refusal:
            form.refused(refusal, fields={"amount_minor": "amount"}, default="amount")
        else:
            return Redirect(
                f"{visit.home}/certificates?said=certificate_ordered", status_code=HTTP_303_SEE_OTHER
            )
    return await _page(visit, form)


@get(f"{PATH}/certificates/{{certificate_id:uuid}}/picture.png")
async def show_picture(visit: NamedDependency[Visit], certificate_id: FromPath[UUID]) -> Response[bytes]:
    """Draw a certificate of the member's, without its PIN.

    :raises NotFound: they have none of this id that can be used
    """
    async with visit.reading() as tx:
        own = {one.id: one for one in await list_of_member(tx, visit.member.member_id)}
        branding = await get_branding(tx)
    one = own.get(certificate_id)
    if one is None:
        raise NotFound
    return Response(
        draw(Picture(one.number, shown(one.number)), branding.color),
        media_type="image/png",
        headers={
            "content-disposition": f'attachment; filename="certificate-{shown(one.number)}.png"',
            "x-content-type-options": "nosniff",
            "cache-control": "no-store",
        },
    )


HANDLERS = [show_certificates, order_certificate, show_picture]


async def _page(visit: Visit, form: Form) -> Response[str]:
    async with visit.reading() as tx:
        kinds = [kind for kind in await list_types(tx) if kind.retired_at is None]
        orders = await list_open_orders(tx, visit.member.member_id)
    figures = visit.figures()
    return visit.page(
        "buying.html",
        status=200 if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        form=form,
        kinds=[_told(kind, visit) for kind in kinds],
        orders=[
            (shown(one.number), figures.money(one.nominal_minor or 0), draw_qr(one.number)) for one in orders
        ],
        may_order=len(orders) < OPEN_MAX,
        sign=currency_sign(visit.business.currency, visit.look.language),
    )


def _told(kind: CertificateType, visit: Visit) -> dict[str, Any]:
    figures, gettext = visit.figures(), visit.words.gettext
    if kind.nominals_minor:
        amounts = " · ".join(figures.money(nominal) for nominal in kind.nominals_minor)
    else:
        amounts = gettext(
            "from {least} to {most}",
            least=figures.money(kind.amount_min_minor or 0),
            most=figures.money(kind.amount_max_minor or 0),
        )
    return {"id": str(kind.id), "name": kind.name, "amounts": amounts}
