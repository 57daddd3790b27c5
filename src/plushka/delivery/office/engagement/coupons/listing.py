"""All coupons, found by name and stage, with what came of each, and of each place where they are given out."""

from typing import cast
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.engagement.coupons.making import make, programs_to_write
from plushka.delivery.office.engagement.coupons.rows import (
    NONE,
    PATH,
    STAGE_WORDS,
    SourceLine,
    cells_of_figures,
    coupon_line,
    figures_line,
    heading_of_figures,
)
from plushka.delivery.office.table_files import table_file
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.address import id_of, text_of
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.coupons.model import STAGES, Stage
from plushka.domain.coupons.queries import LIST_MAX, CouponFilter, find_coupons, has_coupons
from plushka.domain.insights.coupons import find_coupon_figures, list_sources
from plushka.platform.csv_files import Cell
from plushka.platform.i18n import currency_sign

_STEP = 500


@get(PATH, opt={"action": "coupons.read"})
async def show_coupons(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    return await _list(visit, request, visit.form())


@post(PATH, opt={"action": "coupons.change"})
async def make_coupon(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    form = await visit.typed(request)
    made = await make(visit, form)
    if made is None:
        return await _list(visit, request, form)
    if made.task_id is not None:
        return sent_on(f"/tasks/{made.task_id}", visit.words.gettext("The codes are being drawn."))
    return sent_on(
        f"{PATH}/{made.coupon.id}",
        visit.words.gettext("The coupon “{name}” is ready.", name=made.coupon.name),
    )


@get(f"{PATH}.xlsx", opt={"action": "coupons.read"})
async def download_coupons(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[bytes]:
    """Return all coupons that the filters find, with what came of each, as a workbook."""
    where, gettext = _where(request), visit.words.gettext
    heading = [
        gettext("Coupon"), gettext("Given out"), gettext("State"), gettext("From"), gettext("To"), gettext("Codes"),
        *heading_of_figures(visit),
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    async with visit.reading() as tx:
        found = await find_coupons(tx, where, on=visit.today, before=None, limit=_STEP)
        while found:
            figures = await find_coupon_figures(tx, [coupon.id for coupon in found])
            rows += [
                [
                    coupon.name,
                    coupon.source,
                    gettext(STAGE_WORDS[coupon.stage(visit.today)]),
                    coupon.first_on,
                    coupon.last_on,
                    coupon.codes,
                    *cells_of_figures(figures.get(coupon.id, NONE), visit),
                ]
                for coupon in found
            ]
            found = await find_coupons(tx, where, on=visit.today, before=found[-1].id, limit=_STEP)
    return table_file("coupons", heading, rows)


@get(f"{PATH}/sources.xlsx", opt={"action": "coupons.read"})
async def download_sources(visit: NamedDependency[Visit]) -> Response[bytes]:
    """Return what came of coupons by where they are given out as a workbook."""
    gettext = visit.words.gettext
    async with visit.reading() as tx:
        sources = await list_sources(tx)
    return table_file(
        "coupon-sources",
        [gettext("Given out"), gettext("Coupons"), *heading_of_figures(visit)],
        ([each.name, each.coupons, *cells_of_figures(each.came, visit)] for each in sources),
    )


def _where(request: OfficeRequest) -> CouponFilter:
    asked = request.query_params
    return CouponFilter(
        text=text_of(asked, "text"),
        stage=cast(Stage, asked["stage"]) if asked.get("stage") in STAGES else None,
        source=text_of(asked, "source"),
    )


async def _list(visit: Visit, request: OfficeRequest, form: Form) -> Response[str]:
    asked, where = request.query_params, _where(request)
    async with visit.reading() as tx:
        found = await find_coupons(
            tx, where, on=visit.today, before=id_of(asked, "before"), limit=LIST_MAX + 1
        )
        page = found[:LIST_MAX]
        figures = await find_coupon_figures(tx, [coupon.id for coupon in page])
        sources = await list_sources(tx)
        has_any = bool(page) or await has_coupons(tx)
    values = {"text": where.text, "stage": where.stage or "", "source": where.source}
    query = urlencode({name: value for name, value in values.items() if value})
    words = visit.words
    return visit.page(
        "engagement/coupons/list.html",
        section="engagement",
        page="coupons",
        status=HTTP_422_UNPROCESSABLE_ENTITY if form.problems else 200,
        coupons=[coupon_line(coupon, figures.get(coupon.id, NONE), visit) for coupon in page],
        has_any=has_any,
        asked=values,
        query=query,
        next=f"{PATH}?{urlencode({**values, 'before': str(page[-1].id)})}" if len(found) > LIST_MAX else "",
        stages=[("", words.gettext("all")), *((one, words.gettext(STAGE_WORDS[one])) for one in STAGES)],
        sources=[
            SourceLine(
                href=f"{PATH}?{urlencode({'source': source.name})}",
                name=source.name,
                coupons=visit.figures.number(source.coupons),
                came=figures_line(source.came, visit),
            )
            for source in sources
        ],
        form=form,
        programs=programs_to_write(visit),
        sign=currency_sign(visit.business.currency, visit.look.language),
        may_change=visit.may("coupons.change"),
    )
