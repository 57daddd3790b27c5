"""A table written to a file piece by piece: the long work of every export."""

import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from plushka.domain.tasks.running import Run
from plushka.platform.csv_files import Cell, csv_bytes
from plushka.platform.database import Tx
from plushka.platform.errors import Fact
from plushka.platform.i18n import Language, language_of, translator
from plushka.platform.workbooks import Workbook


class Piece(NamedTuple):
    """Some rows of a table, and ``cursor``, by which those after them are asked for; no rows: there are no more."""

    rows: Sequence[Sequence[Cell]]
    cursor: str


NO_MORE = Piece((), "")


async def write_table(
    run: Run,
    columns: Sequence[str],
    *,
    count: Callable[[Tx], Awaitable[int]],
    piece: Callable[[Tx, str, Language], Awaitable[Piece]],
) -> Mapping[str, Fact]:
    """Write a table in the ``language`` that the task names, and return how many rows it has.

    ``columns`` are marked messages. ``piece`` gives the rows after a cursor, from the beginning where that is empty.
    """
    language = language_of(str(run.task.arguments["language"]))
    while True:
        async with run.step() as step:
            if not step.cursor:
                step.total = await count(step.tx)
                heading: list[Cell] = [translator(language).gettext(column) for column in columns]
                step.output += csv_bytes([heading], language, is_beginning=True)
            rows, cursor = await piece(step.tx, step.cursor, language)
            if not rows:
                return {"count": step.done}
            step.output += csv_bytes(rows, language, is_beginning=False)
            step.done += len(rows)
            step.cursor = cursor


async def write_workbook(
    run: Run,
    columns: Sequence[str],
    *,
    count: Callable[[Tx], Awaitable[int]],
    piece: Callable[[Tx, str, Language], Awaitable[Piece]],
) -> Mapping[str, Fact]:
    """Write a table as ``write_table`` does, to a workbook: it has no pieces, so who is stopped begins anew.

    ``columns`` may be told already.
    """
    language = language_of(str(run.task.arguments["language"]))
    heading: list[Cell] = [translator(language).gettext(column) for column in columns]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.xlsx"
        book, cursor, done = Workbook(path, heading), "", 0
        while True:
            async with run.step() as step:
                step.total = await count(step.tx) if not done else step.total
                rows, cursor = await piece(step.tx, cursor, language)
                for row in rows:
                    book.write(row)
                done += len(rows)
                step.done = done
                if not rows:
                    book.close()
                    step.output += path.read_bytes()
                    return {"count": done}
