"""A workbook for spreadsheets, written row by row in constant memory."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import xlsxwriter
from msgspec import Struct
from xlsxwriter.format import Format

from plushka.platform.csv_files import Cell


class _Formats(Struct, frozen=True):
    plain: Format
    date: Format
    moment: Format


class Workbook:
    """A workbook of one sheet: texts are texts, whatever they begin with; dates and numbers are such."""

    def __init__(self, file: Path | BytesIO, heading: Sequence[Cell]) -> None:
        self._book = xlsxwriter.Workbook(file, {"constant_memory": True})
        self._sheet = self._book.add_worksheet()
        self._row_formats, self._sum_formats = self._formats({}), self._formats({"bold": True, "top": 1})
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(0, len(heading), 18)
        bold = self._book.add_format({"bold": True})
        for place, title in enumerate(heading):
            self._sheet.write_string(0, place, str(title), bold)
        self._row = 0

    def _formats(self, style: dict[str, object]) -> "_Formats":
        return _Formats(
            plain=self._book.add_format(style),
            date=self._book.add_format({**style, "num_format": "dd.mm.yyyy"}),
            moment=self._book.add_format({**style, "num_format": "dd.mm.yyyy hh:mm"}),
        )

    def write(self, cells: Sequence[Cell], *, is_sum: bool = False) -> None:
        """Write a row; one that ``is_sum`` of others is set apart by bold type and a line above it."""
        formats = self._sum_formats if is_sum else self._row_formats
        self._row += 1
        for place, cell in enumerate(cells):
            match cell:
                case None | "":
                    if is_sum:
                        self._sheet.write_blank(self._row, place, None, formats.plain)
                case str():
                    self._sheet.write_string(self._row, place, cell, formats.plain)
                case datetime():
                    self._sheet.write_datetime(self._row, place, cell.replace(tzinfo=None), formats.moment)
                case date():
                    self._sheet.write_datetime(
                        self._row, place, datetime.combine(cell, datetime.min.time()), formats.date
                    )
                case int() | Decimal():
                    self._sheet.write_number(self._row, place, cell, formats.plain)

    def close(self) -> None:
        self._book.close()
