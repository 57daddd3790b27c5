"""CSV as the spreadsheets of our readers open it: with a mark of its encoding, and cells that are never formulas."""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO

from plushka.platform.i18n import Language

Cell = str | int | Decimal | date | datetime | None

BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for a code page of its own."""
_SEPARATORS: dict[Language, str] = {"ru": ";", "en": ","}
"""Where a comma divides decimals, a semicolon divides cells."""
_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER_LIKE = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?", re.ASCII)


def csv_bytes(rows: Iterable[Sequence[Cell]], language: Language, *, is_beginning: bool) -> bytes:
    """Return rows as a piece of a file; the pieces put together are the file.

    A text that a spreadsheet would take for a formula gets an apostrophe in front, which the spreadsheet hides:
    a member may not make an accountant's machine compute (CWE-1236).
    """
    text = StringIO()
    if is_beginning:
        text.write(BYTE_ORDER_MARK)
    writer = csv.writer(text, delimiter=_SEPARATORS[language], lineterminator="\r\n")
    writer.writerows([_told(cell, language) for cell in row] for row in rows)
    return text.getvalue().encode()


def _told(cell: Cell, language: Language) -> str:
    match cell:
        case None:
            return ""
        case str():
            is_formula = _FORMULA.match(cell) and not _NUMBER_LIKE.fullmatch(cell)
            return f"'{cell}" if is_formula else cell
        case datetime():
            return cell.strftime("%Y-%m-%d %H:%M:%S")
        case date():
            return cell.isoformat()
        case Decimal():
            return str(cell).replace(".", ",") if language == "ru" else str(cell)
        case int():
            return str(cell)
