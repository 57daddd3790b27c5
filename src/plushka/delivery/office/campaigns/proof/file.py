"""What all campaigns and promotions have caused as a workbook: a row each, numbers that can be counted with."""

from decimal import Decimal
from zoneinfo import ZoneInfo

from litestar import Response, get
from litestar.di import NamedDependency

from plushka.delivery.office.campaigns.proof.telling import subject_told
from plushka.delivery.office.permissions import MARGIN
from plushka.delivery.office.table_files import table_file
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.campaigns.columns import cells_of_caused, heading_of_caused
from plushka.domain.insights.campaigns.keeping import find_caused
from plushka.domain.insights.campaigns.model import Caused
from plushka.domain.insights.campaigns.subjects import list_subjects
from plushka.platform.csv_files import Cell
from plushka.platform.errors import Denied
from plushka.platform.i18n import currency_decimals

PATH = "/campaigns/proof.xlsx"


@get(PATH, opt={"action": "reports.export"})
async def download_proof(visit: NamedDependency[Visit]) -> Response[bytes]:
    check_may_read(visit)
    async with visit.reading() as tx:
        names = await list_subjects(tx)
        caused = await find_caused(tx, list(names))
    rows = sorted(caused.items(), key=lambda each: each[1].from_at)
    return table_file(
        "proof",
        _heading(visit),
        ([subject_told(names[subject], visit), *_cells(each, visit)] for subject, each in rows),
    )


def check_may_read(visit: Visit) -> None:
    """Refuse a file of the whole business's figures to who may not read them on their page.

    :raises Denied: this person may not
    """
    if not visit.may("campaigns.read"):
        raise Denied


def _heading(visit: Visit) -> list[Cell]:
    gettext, knows_margin = visit.words.gettext, visit.may(MARGIN)
    return [
        gettext("Name"),
        gettext("From"),
        gettext("Until"),
        *heading_of_caused(visit.words, knows_margin=knows_margin),
        *([gettext("Cost of the goods")] if knows_margin else []),
        gettext("Discounts"),
        gettext("Paid with points"),
        gettext("Messages"),
    ]


def _cells(caused: Caused, visit: Visit) -> list[Cell]:
    zone, costs = ZoneInfo(visit.business.time_zone), caused.costs
    decimals = currency_decimals(visit.business.currency)
    knows_margin = visit.may(MARGIN)
    goods = [costs.goods_minor if caused.knows_profit else None] if knows_margin else []
    money = (*goods, costs.discount_minor, costs.redeemed_minor, costs.messages_minor)
    return [
        caused.from_at.astimezone(zone),
        caused.until_at.astimezone(zone),
        *cells_of_caused(caused, visit.words, decimals=decimals, has_control=True, knows_margin=knows_margin),
        *[None if each is None else Decimal(each).scaleb(-decimals) for each in money],
    ]
