"""A workbook for spreadsheets, written row by row in constant memory."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import xlsxwriter

from plushka.platform.csv_files import Cell


class Workbook:
    """A workbook of one sheet: texts are texts, whatever they begin with; dates and numbers are such."""

    def __init__(self, file: Path | BytesIO, heading: Sequence[Cell]) -> None:
        self._book = xlsxwriter.Workbook(file, {"constant_memory": True})
        self._sheet = self._book.add_worksheet()
        self._date = self._book.add_format({"num_format": "dd.mm.yyyy"})
        self._moment = self._book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
        self._bold = self._book.add_format({"bold": True})
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(0, len(heading), 18)
        for place, title in enumerate(heading):
            self._sheet.write_string(0, place, str(title), self._bold)
        self._row = 0

    def write(self, cells: Sequence[Cell]) -> None:
        self._row += 1
        for place, cell in enumerate(cells):
            match cell:
                case None | "":
                    pass
                case str():
                    self._sheet.write_string(self._row, place, cell)
                case datetime():
                    self._sheet.write_datetime(self._row, place, cell.replace(tzinfo=None), self._moment)
                case date():
                    self._sheet.write_datetime(
                        self._row, place, datetime.combine(cell, datetime.min.time()), self._date
                    )
                case int() | Decimal():
                    self._sheet.write_number(self._row, place, cell)

    def close(self) -> None:
        self._book.close()
