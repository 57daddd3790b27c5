"""From the bytes of a spreadsheet to the texts of its first sheet, read in a process of its own.

The reader keeps a place for every cell between the first and the last: one stray cell in the far corner asks for
more memory than there is, and the process that asks is aborted. It must not be the one that serves the tills.
"""

import io
import resource
import subprocess
import sys
from datetime import date, datetime
from zipfile import ZipFile

import msgspec

from plushka.domain.members.imports.model import (
    COLUMNS_MAX,
    ROWS_MAX,
    FileTooLong,
    FileUnreadable,
)

UNPACKED_BYTES_MAX = 1 << 30
"""A small file may unpack to fill the memory."""
MEMORY_BYTES_MAX = 3 << 30
SECONDS_MAX = 300
_TOO_LONG = 3


def read_spreadsheet(content: bytes) -> list[list[str]]:
    """Return the cells of the first sheet as a person would type them. Blank rows keep their place.

    :raises FileUnreadable: when it is no spreadsheet
    :raises FileTooLong: when it has more rows or columns than we take, or reaches further than memory does
    """
    try:
        reader = subprocess.run(
            [sys.executable, "-P", "-m", "plushka.domain.members.imports.spreadsheets"],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS_MAX,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise FileUnreadable(field="file") from error
    # Below zero: ended by a signal, as an allocation that fails ends it.
    if reader.returncode == _TOO_LONG or reader.returncode < 0:
        raise FileTooLong(field="file", rows_max=ROWS_MAX, columns_max=COLUMNS_MAX)
    if reader.returncode != 0:
        raise FileUnreadable(field="file")
    return msgspec.json.decode(reader.stdout, type=list[list[str]])


def _rows(content: bytes) -> list[list[str]] | None:
    """Return the cells, None when there are too many."""
    from python_calamine import CalamineWorkbook

    if content.startswith(b"PK"):
        with ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > UNPACKED_BYTES_MAX:
                return None
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    if sheet.total_height > ROWS_MAX + 1 or sheet.total_width > COLUMNS_MAX:
        return None
    return [[_told(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]


def _told(value: object) -> str:
    """Return a cell as a person would type it: a phone that the sheet holds as a number has no ``.0``."""
    match value:
        case bool():
            return "1" if value else "0"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() == datetime.min.time():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _main() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    rows = _rows(sys.stdin.buffer.read())
    if rows is None:
        sys.exit(_TOO_LONG)
    sys.stdout.buffer.write(msgspec.json.encode(rows))


if __name__ == "__main__":
    _main()
