"""What the business owes by certificates: by kind, on a page and as a file."""

from collections.abc import Sequence
from decimal import Decimal

from litestar import Response, get
from litestar.di import NamedDependency
from msgspec import Struct

from plushka.delivery.office.engagement.certificates.rows import PATH
from plushka.delivery.office.visit import Visit
from plushka.domain.certificates.queries import Liability, list_liability
from plushka.platform.csv_files import Cell, csv_bytes
from plushka.platform.i18n import currency_decimals, marked

COLUMNS = (
    marked("Kind of certificate"),
    marked("Sold, pieces"),
    marked("Sold for"),
    marked("Paid with them"),
    marked("Expired or lost"),
    marked("Still owed, pieces"),
    marked("Still owed"),
)


class LiabilityLine(Struct, frozen=True):
    """A kind with its sums, told."""

    name: str
    sold: str
    sold_for: str
    spent: str
    expired: str
    owed: str
    owed_money: str


@get(f"{PATH}/liability", opt={"action": "certificates.read"})
async def show_liability(visit: NamedDependency[Visit]) -> Response[str]:
    async with visit.reading() as tx:
        found = await list_liability(tx)
    return visit.page(
        "engagement/certificates/liability.html",
        section="engagement",
        page="certificates",
        columns=[visit.words.gettext(column) for column in COLUMNS],
        lines=[_line(one, visit) for one in found],
        total=_line(_total(found, visit), visit),
        at=visit.figures.moment(visit.at),
    )


@get(f"{PATH}/liability.csv", opt={"action": "certificates.read"})
async def download_liability(visit: NamedDependency[Visit]) -> Response[bytes]:
    async with visit.reading() as tx:
        found = await list_liability(tx)
    decimals = currency_decimals(visit.business.currency)
    heading: list[Cell] = [visit.words.gettext(column) for column in COLUMNS]
    rows: list[list[Cell]] = [
        [
            one.name,
            one.sold,
            Decimal(one.sold_minor).scaleb(-decimals),
            Decimal(one.spent_minor).scaleb(-decimals),
            Decimal(one.expired_minor).scaleb(-decimals),
            one.owed,
            Decimal(one.owed_minor).scaleb(-decimals),
        ]
        for one in found
    ]
    return Response(
        csv_bytes([heading, *rows], visit.look.language, is_beginning=True),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="certificates-owed.csv"'},
    )


def _total(found: Sequence[Liability], visit: Visit) -> Liability:
    sums = {
        name: sum(getattr(one, name) for one in found)
        for name in ("sold", "sold_minor", "spent_minor", "expired_minor", "owed", "owed_minor")
    }
    return Liability(type_id=visit.business.tenant_id, name=visit.words.gettext("Total"), **sums)


def _line(one: Liability, visit: Visit) -> LiabilityLine:
    figures = visit.figures
    return LiabilityLine(
        name=one.name,
        sold=figures.number(one.sold),
        sold_for=figures.money(one.sold_minor),
        spent=figures.money(one.spent_minor),
        expired=figures.money(one.expired_minor),
        owed=figures.number(one.owed),
        owed_money=figures.money(one.owed_minor),
    )
