"""Codes as cards to be cut out, ten on a sheet of A4: as many of a coupon's codes as were asked for."""

from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.engagement.coupons.code_links import code_url
from plushka.delivery.office.engagement.coupons.one import ONE
from plushka.delivery.office.engagement.coupons.rows import PATH
from plushka.delivery.office.engagement.period import tell_period
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.qr import draw_qr
from plushka.domain.businesses.branding import get_branding
from plushka.domain.coupons.model import CODES_MAX
from plushka.domain.coupons.queries import get_coupon, list_codes
from plushka.domain.programs.coupon_effects import list_given

CARDS_A_PAGE = 10
CARDS_MAX = 200
"""What one page of a browser prints at ease; a million codes are printed from the file."""


@get(f"{ONE}/sheet", opt={"action": "coupons.export"})
async def show_sheet(
    visit: NamedDependency[Visit], coupon_id: FromPath[UUID], request: OfficeRequest
) -> Response[str]:
    """Show ``count`` cards, of codes from number ``first`` on; of a coupon of one word as many cards with it."""
    form = visit.form().filled({"first": "1", "count": str(CARDS_A_PAGE), **request.query_params})
    first = form.number("first", least=1, most=CODES_MAX) or 1
    count = form.number("count", least=1, most=CARDS_MAX) or CARDS_A_PAGE
    async with visit.reading() as tx:
        coupon = await get_coupon(tx, coupon_id)
        rows = await list_codes(tx, coupon.id, offset=first - 1 if coupon.codes > 1 else 0, limit=count)
        gives = await list_given(tx, coupon.key, visit.look.language)
        branding = await get_branding(tx)
    codes = [row["code"] for row in rows]
    if coupon.codes == 1:
        codes *= count
    return visit.fragment(
        "engagement/coupons/sheet.html",
        business=visit.business.name,
        back=f"{PATH}/{coupon.id}",
        here=f"{PATH}/{coupon.id}/sheet",
        form=form,
        first=visit.figures.number(first),
        last=visit.figures.number(first + len(codes) - 1),
        total=visit.figures.number(coupon.codes),
        most=visit.figures.number(CARDS_MAX),
        is_word=coupon.codes == 1,
        name=coupon.name,
        gives=gives[0].sentence if gives else "",
        days=tell_period(coupon.first_on, coupon.last_on, visit),
        color=branding.color,
        cards=[
            (code, draw_qr(code_url(request, visit.business.tenant_id, code), border=0)) for code in codes
        ],
    )
