"""The catalogue: what there is, what came of it, and a new reward."""

from decimal import Decimal

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.engagement.rewards.rows import PATH, offer_line
from plushka.delivery.office.engagement.rewards.terms import form_options, read_terms
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.delivery.web.pictures import ask_again, body_bytes_max, sent_picture
from plushka.domain.businesses.pictures import PROGRAM_PICTURE
from plushka.domain.businesses.queries import list_branches
from plushka.domain.insights.rewards import OfferFigures, find_offer_figures
from plushka.domain.programs.queries import find_scales
from plushka.domain.rewards.offering import create_offer, set_offer_picture
from plushka.domain.rewards.offers import STOCK_MAX, Offer, list_offers
from plushka.platform.csv_files import Cell, csv_bytes
from plushka.platform.errors import Refusal

_NONE = OfferFigures()
_SEARCH_LENGTH_MAX = 100


@get(PATH, opt={"action": "rewards.read"})
async def show_rewards(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show the catalogue, or what is in its archive; ``q`` is looked for in names and descriptions."""
    query = request.query_params
    return await _list(
        visit, q=query.get("q", "")[:_SEARCH_LENGTH_MAX].strip(), is_archived=query.get("shown") == "archive"
    )


@get(f"{PATH}/new", opt={"action": "rewards.change"})
async def show_new_reward(visit: NamedDependency[Visit]) -> Response[str]:
    form = visit.form().filled({"life": "30", "limit_span": "always", "returns_points": "on"})
    return await _new(visit, form)


@post(f"{PATH}/new", opt={"action": "rewards.change"}, request_max_body_size=body_bytes_max(PROGRAM_PICTURE))
async def make_reward(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    form = await visit.typed(request)
    stock = form.number("stock", least=0, most=STOCK_MAX, required=False)
    picture = None
    try:
        picture = await sent_picture(request, "picture", PROGRAM_PICTURE)
        async with visit.writing() as tx:
            branches = await list_branches(tx)
            terms = read_terms(
                form,
                scale=visit.figures.scale,
                branches=branches,
                program=visit.version.program if visit.version else None,
            )
            if terms is not None and visit.program_id is not None:
                offer = await create_offer(tx, program_id=visit.program_id, terms=terms, stock=stock)
                if picture is not None:
                    await set_offer_picture(tx, offer.id, picture)
                return sent_on(
                    f"{PATH}/{offer.id}",
                    visit.words.gettext("The reward “{name}” is in the catalogue.", name=offer.terms.name),
                )
    except Refusal as refusal:
        form.refused(refusal, default=refusal.field or "")
    if picture is not None:
        ask_again(form, "picture", visit.words)
    return await _new(visit, form)


@get(f"{PATH}/file", opt={"action": "rewards.export"})
async def download_rewards(visit: NamedDependency[Visit]) -> Response[bytes]:
    """Return what came of every reward, those in the archive too, as a table."""
    async with visit.reading() as tx:
        offers = [*await list_offers(tx), *await list_offers(tx, is_archived=True)]
        figures = await find_offer_figures(tx, [offer.id for offer in offers])
        scales = await find_scales(tx)
    gettext = visit.words.gettext
    heading: list[Cell] = [
        gettext("Reward"),
        gettext("Price in points"),
        gettext("Left"),
        gettext("Got"),
        gettext("Waiting"),
        gettext("Taken"),
        gettext("Ran out"),
        gettext("Cancelled"),
        gettext("Points spent"),
    ]
    rows: list[list[Cell]] = []
    for offer in offers:
        came, scale = figures.get(offer.id, _NONE), scales.get(offer.program_id, 0)
        rows.append(
            [
                offer.terms.name,
                Decimal(offer.terms.price_points).scaleb(-scale),
                "" if offer.stock_left is None else offer.stock_left,
                came.issued,
                came.waiting,
                came.taken,
                came.expired,
                came.cancelled,
                Decimal(came.points).scaleb(-scale),
            ]
        )
    return Response(
        csv_bytes([heading, *rows], visit.look.language, is_beginning=True),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="rewards.csv"'},
    )


async def _list(visit: Visit, *, q: str, is_archived: bool) -> Response[str]:
    async with visit.reading() as tx:
        offers = await list_offers(tx, is_archived=is_archived)
        found = [offer for offer in offers if _fits(offer, q)]
        figures = await find_offer_figures(tx, [offer.id for offer in found])
        scales = await find_scales(tx)
    return visit.page(
        "engagement/rewards/list.html",
        section="engagement",
        page="rewards",
        offers=[
            offer_line(offer, figures.get(offer.id, _NONE), visit, scale=scales.get(offer.program_id, 0))
            for offer in found
        ],
        q=q,
        is_archived=is_archived,
        has_any=bool(offers),
        has_program=visit.program_id is not None,
        may_change=visit.may("rewards.change"),
        may_export=visit.may("rewards.export"),
    )


def _fits(offer: Offer, q: str) -> bool:
    text = f"{offer.terms.name} {offer.terms.description}".casefold()
    return all(word in text for word in q.casefold().split())


async def _new(visit: Visit, form: Form) -> Response[str]:
    async with visit.reading() as tx:
        branches = await list_branches(tx)
    return visit.page(
        "engagement/rewards/new.html",
        section="engagement",
        page="rewards",
        status=200 if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        form=form,
        picture="",
        picture_kind=PROGRAM_PICTURE,
        **visit.program_options,
        **form_options(visit, branches=branches, program=visit.version.program if visit.version else None),
    )
