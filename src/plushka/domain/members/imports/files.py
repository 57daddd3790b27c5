"""From the bytes of a CSV or XLSX file to a table of texts."""

import csv
import io

from plushka.domain.members.imports.model import (
    CELL_LENGTH_MAX,
    COLUMNS_MAX,
    ROWS_MAX,
    FileEmpty,
    FileTooLong,
    FileUnreadable,
    Table,
)
from plushka.domain.members.imports.spreadsheets import read_spreadsheet

ENCODINGS = ("utf-8", "cp1251", "utf-16")
DELIMITERS = (";", ",", "\t", "|")
_SAMPLE_LINES = 50
_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_FORMULA_STARTS = ("=", "+", "-", "@", "\t")


def read_table(content: bytes, *, encoding: str = "", delimiter: str = "") -> Table:
    """Return the table that a file holds; of a spreadsheet the first sheet. Blank rows keep their place.

    Encoding and delimiter are found out when they are not given.

    :raises FileUnreadable: when it is no such file, or not in this encoding
    :raises FileEmpty: when it has no row
    :raises FileTooLong: when it has more rows or columns than we take
    """
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        table = Table(rows=[[_cell(cell) for cell in row] for row in read_spreadsheet(content)])
    else:
        encoding = encoding or _encoding_of(content)
        try:
            text = content.decode("utf-8-sig" if encoding == "utf-8" else encoding)
        except (UnicodeDecodeError, LookupError) as error:
            raise FileUnreadable(field="file") from error
        if "\0" in text:
            raise FileUnreadable(field="file")
        delimiter = delimiter or _delimiter_of(text)
        table = Table(rows=_texts(text, delimiter), encoding=encoding, delimiter=delimiter)
    if not any(cell for row in table.rows for cell in row):
        raise FileEmpty(field="file")
    if max(map(len, table.rows)) > COLUMNS_MAX:
        raise FileTooLong(field="file", rows_max=ROWS_MAX, columns_max=COLUMNS_MAX)
    return table


def _texts(text: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if len(rows) > ROWS_MAX:
                raise FileTooLong(field="file", rows_max=ROWS_MAX, columns_max=COLUMNS_MAX)
            rows.append([_cell(cell) for cell in row])
    except csv.Error as error:
        raise FileUnreadable(field="file") from error
    return rows


def _cell(text: str) -> str:
    """Return the text of a cell; the apostrophe that keeps spreadsheets from running a text as a formula goes."""
    text = text.replace("\u00a0", " ").replace("\0", "").strip()[:CELL_LENGTH_MAX]
    if text.startswith("'") and text[1:].startswith(_FORMULA_STARTS):
        return text[1:]
    return text


def _encoding_of(content: bytes) -> str:
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            return encoding
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1251"
    return "utf-8"


def _delimiter_of(text: str) -> str:
    """Return the delimiter by which the first lines fall into the most columns, equally many in each."""
    lines = text.splitlines()[:_SAMPLE_LINES]

    def evenness(delimiter: str) -> tuple[int, int]:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        except csv.Error:
            return 0, 0
        usual = max(set(widths), key=widths.count, default=1)
        return (widths.count(usual) if usual > 1 else 0), usual

    return max(DELIMITERS, key=evenness)
