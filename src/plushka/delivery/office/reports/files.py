"""A block as a file: the same table that the page shows, numbers as numbers."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import xlsxwriter
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.reports.asked import Asked, read_asked
from plushka.delivery.office.reports.blocks import Block, Cell, Column, Kind, cell
from plushka.delivery.office.reports.showing import BlockNotFound, find_maker, make
from plushka.delivery.office.reports.telling import explained
from plushka.delivery.office.reports.words import told_period
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.reports import kinds
from plushka.domain.insights.reports.kinds import PARTS, PERCENT
from plushka.domain.insights.reports.period import Period
from plushka.platform.csv_files import Cell as FileCell
from plushka.platform.csv_files import csv_bytes
from plushka.platform.i18n import currency_decimals

_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
_FORMATS: dict[Kind, str] = {
    "share": "0.00%",
    "change": "+0.00%;-0.00%;0.00%",
    "difference": "+0.00%;-0.00%;0.00%",
    "date": "dd.mm.yyyy",
    "moment": "dd.mm.yyyy hh:mm",
    "month": "mm.yyyy",
    "decimal": "0.00",
}


@get("/reports/files/{file_name:str}", opt={"action": "reports.export"})
async def download_block(
    visit: NamedDependency[Visit], request: OfficeRequest, file_name: FromPath[str]
) -> Response[bytes]:
    """Return a block as ``name.xlsx`` or ``name.csv``.

    :raises BlockNotFound: there is none of this name, or no such kind of file
    :raises BlockForbidden: it is not for this person
    """
    name, _, kind = file_name.rpartition(".")
    maker = find_maker(name, visit)
    async with visit.reporting() as tx:
        asked = await read_asked(tx, visit, request.query_params)
        block = await make(tx, maker, visit, asked)
    return block_file(block, kind, asked.period, _told_asked(asked, visit), visit)


def block_file(
    block: Block, kind: str, period: Period, about: Sequence[tuple[str, str]], visit: Visit
) -> Response[bytes]:
    """Return the file of a block; ``about`` says what it is of, for the second sheet of a workbook.

    :raises BlockNotFound: there is no such ``kind`` of file
    """
    if kind not in _TYPES:
        raise BlockNotFound
    content = _workbook(block, about, visit) if kind == "xlsx" else _csv(block, visit)
    days = f"{period.from_on.isoformat()}-{period.last_on.isoformat()}"
    return Response(
        content,
        media_type=_TYPES[kind],
        headers={"content-disposition": f'attachment; filename="{block.name}-{days}.{kind}"'},
    )


def file_value(shown: Cell, column: Column, visit: Visit) -> FileCell:
    """Return a value as a file holds it: money and points in whole units, shares as parts of one, exactly."""
    return kinds.file_value(
        shown.value,
        shown.kind or column.kind,
        money=currency_decimals(visit.business.currency),
        points=visit.figures.scale,
    )


def _heading(columns: Sequence[Column]) -> list[str]:
    return [f"{column.group}: {column.title}" if column.group else column.title for column in columns]


def _lines(block: Block) -> list[tuple[Cell, ...]]:
    rows = [*block.table.rows, *([block.table.total] if block.table.total else [])]
    return [tuple(cell(each) for each in row) for row in rows]


def _csv(block: Block, visit: Visit) -> bytes:
    """Return the table; shares are per cent, as there is no format in this kind of file to say so."""
    columns = block.table.columns

    def told(shown: Cell, column: Column) -> FileCell:
        value = file_value(shown, column, visit)
        is_part = (shown.kind or column.kind) in PARTS
        return value.scaleb(PERCENT) if is_part and isinstance(value, Decimal) else value

    heading = [
        f"{title}, %" if column.kind in PARTS else title
        for title, column in zip(_heading(columns), columns, strict=True)
    ]
    rows = [
        [_named(line), *[told(*pair) for pair in zip(line[1:], columns[1:], strict=True)]]
        for line in _lines(block)
    ]
    return csv_bytes([heading, *rows], visit.look.language, is_beginning=True)


def _named(line: Sequence[Cell]) -> FileCell:
    """Return the first cell of a line; where the line has a kind of its own, with its unit."""
    name = line[0].value
    is_part = any(each.kind in PARTS for each in line)
    return f"{name}, %" if is_part else name  # type: ignore[return-value]


def _workbook(block: Block, about_it: Sequence[tuple[str, str]], visit: Visit) -> bytes:
    """Return a sheet with the table, and one that says what it is of and what its figures mean."""
    content, columns, gettext = BytesIO(), block.table.columns, visit.words.gettext
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    bold = book.add_format({"bold": True})
    decimals = currency_decimals(visit.business.currency)
    money = "#,##0" + ("." + "0" * decimals if decimals else "")
    formats: dict[Kind, object] = {
        "money": book.add_format({"num_format": money}),
        **{kind: book.add_format({"num_format": form}) for kind, form in _FORMATS.items()},
    }
    sheet = book.add_worksheet(gettext("Figures"))
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, max(len(columns) - 1, 0), 18)
    for place, title in enumerate(_heading(columns)):
        sheet.write_string(0, place, title, bold)
    for row, line in enumerate(_lines(block), start=1):
        for place, (shown, column) in enumerate(zip(line, columns, strict=True)):
            _write(
                sheet, row, place, file_value(shown, column, visit), formats.get(shown.kind or column.kind)
            )
    about = book.add_worksheet(gettext("About"))
    about.set_column(0, 0, 28)
    about.set_column(1, 1, 100)
    for row, (name, text) in enumerate(_about(block, about_it, visit)):
        about.write_string(row, 0, name, bold)
        about.write_string(row, 1, text)
    book.close()
    return content.getvalue()


def _told_asked(asked: Asked, visit: Visit) -> list[tuple[str, str]]:
    gettext = visit.words.gettext
    about = [(gettext("Period"), told_period(asked.period, visit))]
    if asked.before:
        about.append((gettext("Compared with"), told_period(asked.before, visit)))
    branches = ", ".join(branch.name for branch in asked.branches)
    return [*about, (gettext("Branches"), branches or gettext("All branches"))]


def _about(block: Block, about_it: Sequence[tuple[str, str]], visit: Visit) -> list[tuple[str, str]]:
    gettext = visit.words.gettext
    about = [(gettext("Report"), block.title), *about_it]
    if block.as_of:
        about.append((gettext("Added up as of"), visit.figures.moment(block.as_of)))
    about += [("", note) for note in block.notes]
    return about + [
        (
            each.title,
            f"{each.text} {gettext('Denominator: {whole}.', whole=each.of)}" if each.of else each.text,
        )
        for each in explained(block, visit).values()
    ]


def _write(
    sheet: xlsxwriter.worksheet.Worksheet, row: int, place: int, value: FileCell, form: object
) -> None:
    match value:
        case None | "":
            pass
        case str():
            sheet.write_string(row, place, value)
        case datetime():
            sheet.write_datetime(row, place, value.replace(tzinfo=None), form)
        case date():
            sheet.write_datetime(row, place, datetime.combine(value, datetime.min.time()), form)
        case int() | Decimal():
            sheet.write_number(row, place, value, form)
