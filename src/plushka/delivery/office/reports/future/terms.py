"""By what money to come is weighed: its discount, and which part of revenue is margin."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.engagement.draft.typist import Typist
from plushka.delivery.office.reports.future.paths import PAGE, TERMS
from plushka.delivery.office.reports.telling import explain
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.segments.lifetime.model import Terms
from plushka.domain.segments.lifetime.terms import get_lifetime_terms, set_lifetime_terms

LEAST_BP = 1
"""A hundredth of a per cent: of nothing nothing can be said."""
MEANINGS = ("future_discount", "future_margin", "future_costed")


@get(TERMS, opt={"action": "payback.costs"})
async def show_terms(visit: NamedDependency[Visit]) -> Response[str]:
    return await _page(visit, visit.form())


@post(TERMS, opt={"action": "payback.costs"})
async def change_terms(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    """Keep the terms; no margin: as goods have it whose cost is known."""
    form = await visit.typed(request)
    discount_bp = form.rate("discount")
    margin_bp = form.rate("margin", least=LEAST_BP, required=False)
    costed_min_bp = form.rate("costed", least=LEAST_BP)
    if discount_bp is None or costed_min_bp is None or not form.is_sound:
        return await _page(visit, form)
    async with visit.writing() as tx:
        await set_lifetime_terms(tx, Terms(discount_bp, margin_bp, costed_min_bp))
    return sent_on(
        PAGE,
        visit.words.gettext(
            "Written down. The discount counts from the next forecast, the margin from now on."
        ),
    )


async def _page(visit: Visit, form: Form) -> Response[str]:
    async with visit.reading() as tx:
        terms = await get_lifetime_terms(tx)
    typist = Typist(visit.look.language, visit.business.currency, visit.figures.scale)
    return visit.page(
        "reports/future_terms.html",
        section="reports",
        page="future",
        status=200 if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        form=form,
        path=TERMS,
        discount=typist.rate(terms.discount_bp),
        margin=typist.rate(terms.margin_bp),
        costed=typist.rate(terms.costed_min_bp),
        meanings=explain(MEANINGS, visit),
    )
