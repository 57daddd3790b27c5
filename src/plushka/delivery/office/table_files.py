"""A table of a page as a workbook: of one that is short enough to be written while somebody waits."""

from collections.abc import Iterable, Sequence
from io import BytesIO

from litestar import Response

from plushka.platform.csv_files import Cell
from plushka.platform.workbooks import Workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def table_file(name: str, heading: Sequence[Cell], rows: Iterable[Sequence[Cell]]) -> Response[bytes]:
    """Return ``name.xlsx``: numbers are numbers, so that they can be counted with."""
    content = BytesIO()
    book = Workbook(content, heading)
    for row in rows:
        book.write(row)
    book.close()
    return Response(
        content.getvalue(),
        media_type=XLSX,
        headers={"content-disposition": f'attachment; filename="{name}.xlsx"'},
    )
