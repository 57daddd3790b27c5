"""What all campaigns and promotions have caused as a workbook: a row each, numbers that can be counted with."""

from io import BytesIO
from zoneinfo import ZoneInfo

import xlsxwriter
from litestar import Response, get
from litestar.di import NamedDependency

from plushka.delivery.office.campaigns.proof.telling import MONEY, TITLES, VERDICTS
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.campaigns.keeping import find_caused
from plushka.domain.insights.campaigns.model import FIGURES, Caused
from plushka.domain.insights.campaigns.subjects import list_subjects
from plushka.platform.i18n import currency_decimals

PATH = "/campaigns/proof.xlsx"


@get(PATH, opt={"action": "programs.read"})
async def download_proof(visit: NamedDependency[Visit]) -> Response[bytes]:
    async with visit.reading() as tx:
        names = await list_subjects(tx)
        caused = await find_caused(tx, list(names))
    return Response(
        _workbook([(names[subject], each) for subject, each in caused.items()], visit),
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={"content-disposition": 'attachment; filename="proof.xlsx"'},
    )


def _workbook(rows: list[tuple[str, Caused]], visit: Visit) -> bytes:
    content = BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "remove_timezone": True})
    bold, moment = book.add_format({"bold": True}), book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
    sheet = book.add_worksheet(visit.words.gettext("What it caused"))
    sheet.freeze_panes(1, 1)
    heading = _heading(visit)
    sheet.set_column(0, len(heading) - 1, 20)
    for place, title in enumerate(heading):
        sheet.write_string(0, place, title, bold)
    zone = ZoneInfo(visit.business.time_zone)
    for row, (name, caused) in enumerate(sorted(rows, key=lambda each: each[1].from_at), start=1):
        sheet.write_string(row, 0, name)
        sheet.write_datetime(row, 1, caused.from_at.astimezone(zone), moment)
        sheet.write_datetime(row, 2, caused.until_at.astimezone(zone), moment)
        sheet.write_string(row, 3, visit.words.gettext(VERDICTS[caused.verdict]))
        for place, value in enumerate(_values(caused, visit), start=4):
            if value is not None:
                sheet.write_number(row, place, value)
    book.close()
    return content.getvalue()


def _heading(visit: Visit) -> list[str]:
    gettext = visit.words.gettext
    heading = [gettext("Name"), gettext("From"), gettext("Until"), gettext("Verdict")]
    heading += [gettext("Members who got it"), gettext("Control group")]
    for figure in FIGURES:
        title = gettext(TITLES[figure])
        heading += [
            gettext("{figure}: increase", figure=title),
            gettext("{figure}: not less than", figure=title),
            gettext("{figure}: not more than", figure=title),
        ]
    return [
        *heading,
        gettext("Cost of the goods"),
        gettext("Discounts"),
        gettext("Paid with points"),
        gettext("Messages"),
    ]


def _values(caused: Caused, visit: Visit) -> list[float | None]:
    """Return a row's numbers: money in whole units of the currency."""
    scale = 10 ** currency_decimals(visit.business.currency)
    paid, costs = caused.effects["paid"], caused.costs
    values: list[float | None] = [paid.treated if paid else None, paid.control if paid else None]
    for figure in FIGURES:
        effect = caused.effects[figure]
        if effect is None or (figure == "profit" and not caused.knows_profit):
            values += [None, None, None]
        else:
            unit = scale if figure in MONEY else 1
            values += [each / unit for each in (effect.total, effect.total_low, effect.total_high)]
    goods = costs.goods_minor if caused.knows_profit else None
    money = (goods, costs.discount_minor, costs.redeemed_minor, costs.messages_minor)
    return values + [None if each is None else each / scale for each in money]
