"""Rating a purchase: one to five, and words to it."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER, HTTP_422_UNPROCESSABLE_ENTITY

from plushka.delivery.app.context import PATH, AppRequest
from plushka.delivery.app.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.domain.events.model import TEXT_LENGTH_MAX
from plushka.domain.occasions.rating import (
    SCORES,
    WORDS_FOR,
    Rating,
    add_words,
    find_rating,
    is_open,
    own_receipt,
    rate,
)
from plushka.domain.programs.versions import Versions
from plushka.domain.purchases.queries import find_last_receipt_id
from plushka.platform.errors import NotFound, Refusal

_ONE = f"{PATH}/rate/{{receipt_id:uuid}}"
_versions = Versions()


@get(f"{PATH}/rate")
async def rate_last(visit: NamedDependency[Visit]) -> Redirect:
    """Lead to the last purchase.

    :raises NotFound: there is none
    """
    async with visit.reading() as tx:
        receipt_id = await find_last_receipt_id(tx, visit.member.member_id)
    if receipt_id is None:
        raise NotFound
    return Redirect(f"{visit.home}/rate/{receipt_id}", status_code=HTTP_303_SEE_OTHER)


@get(_ONE)
async def show_rating(visit: NamedDependency[Visit], receipt_id: FromPath[UUID]) -> Response[str]:
    """Show what was said of a purchase, or ask.

    :raises UnknownReceipt: the member has bought nothing of this id
    """
    return await _page(visit, receipt_id, visit.form())


@post(_ONE, status_code=HTTP_303_SEE_OTHER)
async def send_rating(
    visit: NamedDependency[Visit], receipt_id: FromPath[UUID], request: AppRequest
) -> Response[str] | Redirect:
    form = await visit.typed(request)
    score = form.choice("score", [str(score) for score in SCORES])
    words = form.text("words", required=False, length_max=TEXT_LENGTH_MAX)
    if score is None or not form.is_sound:
        return await _page(visit, receipt_id, form)
    try:
        async with visit.writing() as tx:
            await rate(
                tx,
                _versions,
                member_id=visit.member.member_id,
                receipt_id=receipt_id,
                score=int(score),
                words=words,
                place="app",
            )
    except NotFound:
        raise
    except Refusal as refusal:
        form.refused(refusal, default="score")
        return await _page(visit, receipt_id, form)
    return Redirect(f"{visit.home}/rate/{receipt_id}?said=rated", status_code=HTTP_303_SEE_OTHER)


@post(f"{_ONE}/words", status_code=HTTP_303_SEE_OTHER)
async def send_words(
    visit: NamedDependency[Visit], receipt_id: FromPath[UUID], request: AppRequest
) -> Response[str] | Redirect:
    """Add words to a rating that has none."""
    form = await visit.typed(request)
    words = form.text("words", length_max=TEXT_LENGTH_MAX)
    if not form.is_sound:
        return await _page(visit, receipt_id, form)
    async with visit.writing() as tx:
        await add_words(tx, member_id=visit.member.member_id, receipt_id=receipt_id, words=words)
    return Redirect(f"{visit.home}/rate/{receipt_id}?said=rated", status_code=HTTP_303_SEE_OTHER)


HANDLERS = [rate_last, show_rating, send_rating, send_words]


async def _page(visit: Visit, receipt_id: UUID, form: Form) -> Response[str]:
    async with visit.reading() as tx:
        receipt = await own_receipt(tx, visit.member.member_id, receipt_id)
        rating = await find_rating(tx, receipt_id)
    figures = visit.figures()
    return visit.page(
        "rate.html",
        status=200 if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        form=form,
        here=f"{visit.home}/rate/{receipt_id}",
        bought=" · ".join(
            (
                figures.moment(receipt.occurred_at, receipt.time_zone),
                receipt.branch_name,
                figures.money(receipt.outcome.payable_minor),
            )
        ),
        scores=SCORES,
        rating=rating,
        is_open=is_open(receipt, visit.at),
        takes_words=_takes_words(rating, visit),
        length_max=TEXT_LENGTH_MAX,
    )


def _takes_words(rating: Rating | None, visit: Visit) -> bool:
    return rating is not None and not rating.words and visit.at <= rating.rated_at + WORDS_FOR
