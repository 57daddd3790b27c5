"""What all campaigns and promotions have caused as a workbook: a row each, numbers that can be counted with."""

from decimal import Decimal
from io import BytesIO
from zoneinfo import ZoneInfo

from litestar import Response, get
from litestar.di import NamedDependency

from plushka.delivery.office.visit import Visit
from plushka.domain.insights.campaigns.columns import cells_of_caused, heading_of_caused
from plushka.domain.insights.campaigns.keeping import find_caused
from plushka.domain.insights.campaigns.model import Caused
from plushka.domain.insights.campaigns.subjects import list_subjects
from plushka.platform.csv_files import Cell
from plushka.platform.i18n import currency_decimals
from plushka.platform.workbooks import Workbook

PATH = "/campaigns/proof.xlsx"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@get(PATH, opt={"action": "programs.read"})
async def download_proof(visit: NamedDependency[Visit]) -> Response[bytes]:
    async with visit.reading() as tx:
        names = await list_subjects(tx)
        caused = await find_caused(tx, list(names))
    return Response(
        _workbook([(names[subject], each) for subject, each in caused.items()], visit),
        media_type=XLSX,
        headers={"content-disposition": 'attachment; filename="proof.xlsx"'},
    )


def _workbook(rows: list[tuple[str, Caused]], visit: Visit) -> bytes:
    gettext, content = visit.words.gettext, BytesIO()
    heading = [gettext("Name"), gettext("From"), gettext("Until"), *heading_of_caused(visit.words)]
    heading += [
        gettext("Cost of the goods"),
        gettext("Discounts"),
        gettext("Paid with points"),
        gettext("Messages"),
    ]
    book = Workbook(content, heading)
    for name, caused in sorted(rows, key=lambda each: each[1].from_at):
        book.write([name, *_cells(caused, visit)])
    book.close()
    return content.getvalue()


def _cells(caused: Caused, visit: Visit) -> list[Cell]:
    zone, costs = ZoneInfo(visit.business.time_zone), caused.costs
    decimals = currency_decimals(visit.business.currency)
    goods = costs.goods_minor if caused.knows_profit else None
    money = (goods, costs.discount_minor, costs.redeemed_minor, costs.messages_minor)
    return [
        caused.from_at.astimezone(zone),
        caused.until_at.astimezone(zone),
        *cells_of_caused(caused, visit.words, decimals=decimals, has_control=True),
        *[None if each is None else Decimal(each).scaleb(-decimals) for each in money],
    ]
