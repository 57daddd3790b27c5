"""Doing what the office has left to the worker, as the worker does it."""

from io import BytesIO
from zipfile import ZipFile

import asyncpg
from python_calamine import CalamineWorkbook

from plushka.delivery.jobs.long_work import do_known_task
from plushka.platform.clock import Clock
from plushka.platform.database import Database


async def do_all_tasks(database: Database, clock: Clock, owner_dsn: str) -> int:
    """Do every task that waits in any business; return how many there were."""
    connection = await asyncpg.connect(owner_dsn)
    try:
        waiting = await connection.fetch(
            "select tenant_id, id from tasks where state = 'waiting' order by id"
        )
    finally:
        await connection.close()
    for row in waiting:
        await do_known_task(database, clock, f"{row['tenant_id']} {row['id']}".encode())
    return len(waiting)


def rows_of(content: bytes) -> list[dict[str, object]]:
    """Return the rows of a workbook, which has no formulas, by their headings."""
    book = ZipFile(BytesIO(content))
    assert b"<f>" not in b"".join(map(book.read, book.namelist()))
    heading, *cells = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    return [dict(zip(map(str, heading), row, strict=True)) for row in cells]
