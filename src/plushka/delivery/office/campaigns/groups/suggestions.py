"""What is bought together, and categories of which nothing is suggested."""

from decimal import Decimal

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.table_files import table_file
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.catalog.queries import list_categories
from plushka.domain.segments.suggestions.model import Pair
from plushka.domain.segments.suggestions.suggesting import block_categories, get_settings, list_pairs
from plushka.platform.errors import Refusal

PATH = "/campaigns/suggestions"
_PAIRS_SHOWN, _PAIRS_MAX = 50, 5000
_TEXT_LENGTH_MAX = 4000


class PairRow(Struct, frozen=True):
    """Two products that are bought together; their codes, if they are called the same."""

    name: str
    code: str
    other: str
    other_code: str
    receipts: str
    lift: str


@get(PATH, opt={"action": "groups.read"})
async def show_suggestions(visit: NamedDependency[Visit]) -> Response[str]:
    return await _page(visit, None)


@get(f"{PATH}.xlsx", opt={"action": "groups.read"})
async def download_pairs(visit: NamedDependency[Visit]) -> Response[bytes]:
    """Return what goes together as a workbook, those pairs too that the page has no room for."""
    gettext = visit.words.gettext
    heading = [
        gettext("Who buys"), gettext("Code"), gettext("buys as well"), gettext("Code"), gettext("Receipts"),
        gettext("Oftener than by chance"),
    ]  # fmt: skip
    async with visit.reading() as tx:
        pairs = await list_pairs(tx, limit=_PAIRS_MAX)
    return table_file(
        "pairs",
        heading,
        (
            [
                each.name,
                each.sku,
                each.other,
                each.other_sku,
                each.receipts,
                Decimal(each.lift_hundredths).scaleb(-2),
            ]
            for each in pairs
        ),
    )


@post(PATH, opt={"action": "groups.change"})
async def keep_blocked(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    """Keep the categories that were typed, one a line: a name or a code."""
    form = await visit.typed(request)
    text = form.text("blocked", required=False, length_max=_TEXT_LENGTH_MAX)
    if form.is_sound:
        try:
            async with visit.writing() as tx:
                by_name = {each.name.casefold(): each.code for each in await list_categories(tx)}
                wanted = [line.strip() for line in text.splitlines() if line.strip()]
                await block_categories(tx, [by_name.get(each.casefold(), each) for each in wanted])
            return sent_on(PATH, visit.words.gettext("Saved: nothing of these categories is suggested."))
        except Refusal as refusal:
            form.refused(refusal)
    return await _page(visit, form)


async def _page(visit: Visit, form: Form | None) -> Response[str]:
    async with visit.reading() as tx:
        settings, pairs = await get_settings(tx), await list_pairs(tx, limit=_PAIRS_SHOWN)
        names = {each.code: each.name for each in await list_categories(tx)}
    blocked = "\n".join(names.get(code, code) for code in settings.blocked_categories)
    shown = form or visit.form().filled({"blocked": blocked})
    return visit.page(
        "campaigns/groups/suggestions.html",
        section="campaigns",
        page="suggestions",
        status=200 if shown.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        form=shown,
        may_change=visit.may("groups.change"),
        refreshed=visit.figures.moment(settings.refreshed_at) if settings.refreshed_at else "",
        pairs=[_row(pair, visit) for pair in pairs],
    )


def _row(pair: Pair, visit: Visit) -> PairRow:
    # Two products of one name are told apart by their codes.
    is_same = pair.name == pair.other
    return PairRow(
        name=pair.name,
        code=pair.sku if is_same else "",
        other=pair.other,
        other_code=pair.other_sku if is_same else "",
        receipts=visit.figures.number(pair.receipts),
        lift=visit.figures.hundredths(pair.lift_hundredths),
    )
