"""One coupon: its codes and terms, what it gives, what came of it; stopped, gone on with, taken away as a file."""

from dataclasses import replace
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.engagement.coupons.code_links import code_url
from plushka.delivery.office.engagement.coupons.rows import (
    NONE,
    PATH,
    coupon_line,
    terms_told,
)
from plushka.delivery.office.engagement.coupons.terms import read_terms, typed_terms
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.delivery.web.qr import qr_file
from plushka.domain.campaigns.queries import list_giving
from plushka.domain.coupons.operations import set_stopped
from plushka.domain.coupons.queries import get_coupon, list_codes
from plushka.domain.coupons.terms import change_coupon
from plushka.domain.coupons.work import EXPORT, IMPORT
from plushka.domain.insights.coupons import count_points_given, find_coupon_figures
from plushka.domain.partners.offering import follow_coupon, follow_terms
from plushka.domain.programs.coupon_effects import find_written, list_given
from plushka.domain.programs.queries import find_scales
from plushka.domain.tasks import operations as tasks
from plushka.domain.tasks.model import INPUT_BYTES_MAX, PART_BYTES
from plushka.platform.errors import NotFound, Refusal

ONE = f"{PATH}/{{coupon_id:uuid}}"
CODES_PAGE = 50
BODY_BYTES_MAX = INPUT_BYTES_MAX + PART_BYTES


@get(ONE, opt={"action": "coupons.read"})
async def show_coupon(
    visit: NamedDependency[Visit], coupon_id: FromPath[UUID], request: OfficeRequest
) -> Response[str]:
    return await _page(visit, coupon_id, request)


@post(ONE, opt={"action": "coupons.change"})
async def change_terms(
    visit: NamedDependency[Visit], coupon_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    """Change its name, days and limits; its codes and what it gives stay."""
    form = await visit.typed(request)
    terms = read_terms(form)
    if form.is_sound:
        try:
            async with visit.writing() as tx:
                coupon = await change_coupon(tx, coupon_id, **terms, today=visit.today)
                await follow_terms(tx, coupon)
            return sent_on(f"{PATH}/{coupon_id}", visit.words.gettext("Saved."))
        except Refusal as refusal:
            if refusal.field is None:
                raise
            form.refused(refusal)
    return await _page(visit, coupon_id, request, form)


async def _page(
    visit: Visit, coupon_id: UUID, request: OfficeRequest, form: Form | None = None
) -> Response[str]:
    async with visit.reading() as tx:
        coupon = await get_coupon(tx, coupon_id)
        figures = (await find_coupon_figures(tx, [coupon.id])).get(coupon.id, NONE)
        points, scales = await count_points_given(tx, coupon), await find_scales(tx)
        codes = await list_codes(tx, coupon.id, limit=CODES_PAGE)
        gives = await list_given(tx, coupon.key, visit.look.language)
        written = None if gives else await find_written(tx, coupon.key)
        giving = await list_giving(tx, coupon.id)
    return visit.page(
        "engagement/coupons/one.html",
        section="engagement",
        page="coupons",
        status=HTTP_422_UNPROCESSABLE_ENTITY if form else 200,
        form=form or visit.form().filled(typed_terms(coupon)),
        coupon=coupon_line(coupon, figures, visit),
        points=[
            replace(visit.figures, scale=scales.get(program_id, 0)).points(given)
            for program_id, given in points.items()
        ],
        terms=terms_told(coupon, visit),
        giving=[(f"/campaigns/{campaign_id}", name) for campaign_id, name in giving],
        codes=[(row["code"], visit.figures.number(row["uses"])) for row in codes],
        codes_more=max(0, coupon.codes - len(codes)),
        counts_uses=coupon.limits.uses_per_code is not None,
        url=code_url(request, visit.business.tenant_id, codes[0]["code"]) if len(codes) == 1 else "",
        gives=gives,
        publish_href=f"/engagement/programs/{written}/draft/publish" if written else "",
        may_change=visit.may("coupons.change"),
        may_edit=visit.may("programs.edit"),
    )


@get(f"{ONE}/qr.png", opt={"action": "coupons.read"})
async def download_qr(
    visit: NamedDependency[Visit], coupon_id: FromPath[UUID], request: OfficeRequest
) -> Response[bytes]:
    """Draw the QR of a word that is all of the coupon's codes.

    :raises NotFound: it has several codes: they are printed on sheets
    """
    async with visit.reading() as tx:
        coupon = await get_coupon(tx, coupon_id)
        codes = await list_codes(tx, coupon.id, limit=2)
    if len(codes) != 1:
        raise NotFound
    return qr_file(code_url(request, visit.business.tenant_id, codes[0]["code"]), "coupon", "png")


@post(f"{ONE}/stop", opt={"action": "coupons.change"})
async def stop_coupon(visit: NamedDependency[Visit], coupon_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        await set_stopped(tx, coupon_id, is_stopped=True)
        await follow_coupon(tx, coupon_id, is_stopped=True)
    return sent_on(
        f"{PATH}/{coupon_id}",
        visit.words.gettext("The coupon is stopped: its codes give nothing."),
        undo=f"{PATH}/{coupon_id}/resume",
    )


@post(f"{ONE}/resume", opt={"action": "coupons.change"})
async def resume_coupon(visit: NamedDependency[Visit], coupon_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        await set_stopped(tx, coupon_id, is_stopped=False)
        await follow_coupon(tx, coupon_id, is_stopped=False)
    return sent_on(f"{PATH}/{coupon_id}", visit.words.gettext("The coupon goes on."))


@post(f"{ONE}/import", opt={"action": "coupons.change"}, request_max_body_size=BODY_BYTES_MAX)
async def import_codes(
    visit: NamedDependency[Visit], coupon_id: FromPath[UUID], request: OfficeRequest
) -> Redirect:
    """Take codes that were made elsewhere from a file; none: the page is shown again."""
    file = (await request.form()).get("file")
    content = await file.read() if isinstance(file, UploadFile) else b""
    if not content:
        return sent_on(f"{PATH}/{coupon_id}", visit.words.gettext("Choose a file."))
    async with visit.writing() as tx:
        coupon = await get_coupon(tx, coupon_id)
        task_id = await tasks.leave(
            tx, kind=IMPORT, arguments={"coupon": str(coupon.id), "name": coupon.name}, content=content
        )
    return sent_on(f"/tasks/{task_id}", visit.words.gettext("The codes are being taken in."))


@post(f"{ONE}/export", opt={"action": "coupons.export"})
async def export_codes(visit: NamedDependency[Visit], coupon_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        coupon = await get_coupon(tx, coupon_id)
        arguments = {"coupon": str(coupon.id), "name": coupon.name, "language": visit.look.language}
        task_id = await tasks.leave(
            tx, kind=EXPORT, arguments=arguments, total=coupon.codes, file_name="codes.csv"
        )
    return sent_on(f"/tasks/{task_id}", visit.words.gettext("The file is being written."))
