"""Long questions and files as tasks: their statement can only read, and is cancelled with its task."""

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from uuid import UUID

import msgspec
from msgspec import Struct, structs

from plushka.domain.businesses.queries import get_business
from plushka.domain.insights.constructor.answering import TASK_SECONDS, answer_until_stopped, estimate
from plushka.domain.insights.constructor.composing import check
from plushka.domain.insights.constructor.grid import Grid, Head, grid_of
from plushka.domain.insights.constructor.model import (
    Answer,
    Asker,
    Question,
    QuestionDenied,
    ReportRunning,
)
from plushka.domain.insights.constructor.summary import summary_of
from plushka.domain.insights.reports.kinds import PARTS, PERCENT, Value, file_value
from plushka.domain.programs.queries import find_scales
from plushka.domain.tasks import operations as tasks
from plushka.domain.tasks.queries import get_task, read_parts
from plushka.domain.tasks.running import Run, Superseded
from plushka.platform.csv_files import Cell, csv_bytes
from plushka.platform.database import Tx
from plushka.platform.errors import Fact
from plushka.platform.i18n import (
    Language,
    Translator,
    currency_decimals,
    format_date,
    format_month,
    language_of,
    translator,
)
from plushka.platform.workbooks import Workbook

ASK, EXPORT = "reports.ask", "reports.export"
"""Kinds of tasks. The second one is called after the action that its file needs."""
WATCH_SECONDS = 1.0
CHUNK_ROWS = 5000
NAME_LENGTH_MAX = 100

_decode = msgspec.json.Decoder(Answer).decode
_decode_question = msgspec.json.Decoder(Question).decode


class Wish(Struct, frozen=True):
    """What a file is of, and for whom: ``name`` is that of the report, ``kind`` ``xlsx`` or ``csv``."""

    question: Question
    asker: Asker
    name: str
    language: Language
    kind: str = "xlsx"


async def leave_question(tx: Tx, question: Question, asker: Asker, *, name: str) -> UUID:
    """Leave a long question to be answered; return its task.

    :raises QuestionUnsound: it cannot be asked
    :raises QuestionDenied: it is not for this person
    :raises QuestionTooCostly: it would keep the database busy for too long
    :raises ReportRunning: another one is being answered
    """
    await estimate(tx, question, asker)
    await _one_at_a_time(tx)
    return await tasks.leave(tx, kind=ASK, arguments=_arguments(question, asker, name))


async def leave_file(tx: Tx, wish: Wish) -> UUID:
    """Leave a file to be made; return its task.

    :raises QuestionUnsound: it cannot be asked
    :raises QuestionDenied: it is not for this person, or names members whom they may not take away
    :raises QuestionTooCostly: it would keep the database busy for too long
    :raises ReportRunning: another one is being answered
    """
    source = check(wish.question, wish.asker)
    needs = [source.dimensions[name].file_action for name in wish.question.dimensions]
    needs += [source.measures[name].action for name in wish.question.measures]
    if not all(map(wish.asker.may, [EXPORT, *needs])):
        raise QuestionDenied
    await estimate(tx, wish.question, wish.asker)
    await _one_at_a_time(tx)
    return await tasks.leave(
        tx,
        kind=EXPORT,
        arguments={
            **_arguments(wish.question, wish.asker, wish.name),
            "language": wish.language,
            "needs": " ".join(sorted(set(filter(None, needs)))),
        },
        file_name=f"{file_stem(wish.name)}-{tx.at.date().isoformat()}.{wish.kind}",
    )


def file_stem(name: str) -> str:
    """Return a name that every file system takes."""
    kept = "".join(sign if sign.isalnum() else "-" for sign in name[:NAME_LENGTH_MAX])
    return "-".join(filter(None, kept.split("-"))) or "report"


def _arguments(question: Question, asker: Asker, name: str) -> dict[str, Fact]:
    return {
        "question": msgspec.json.encode(question).decode(),
        "actions": " ".join(sorted(asker.actions)),
        "name": name[:NAME_LENGTH_MAX],
    }


async def is_busy(tx: Tx) -> bool:
    """Tell whether a long question of the business waits or is being answered."""
    found: bool = await tx.fetchval(
        """
        -- insights.is_report_running
        select exists (
            select from tasks where tenant_id = $1 and kind = any($2::text[]) and state in ('waiting', 'running')
        )
        """,
        tx.tenant_id,
        [ASK, EXPORT],
    )
    return found


async def _one_at_a_time(tx: Tx) -> None:
    # Of two who ask at once the second sees what the first has left.
    await tx.execute(
        """
        -- insights.lock_reports
        select pg_advisory_xact_lock(hashtextextended('reports ' || $1::uuid::text, 0))
        """,
        tx.tenant_id,
    )
    if await is_busy(tx):
        raise ReportRunning


async def answer_long(run: Run) -> Mapping[str, Fact]:
    """Answer the question of the task; its output is the answer."""
    found = await _answered(run)
    async with run.step() as step:
        step.output += msgspec.json.encode(found)
    return {"count": len(found.groups)}


async def find_answer(tx: Tx, task_id: UUID) -> Answer | None:
    """Return the answer of a task that is done; None: it is no longer kept."""
    content = b"".join([part async for part in read_parts(tx, task_id, is_input=False)])
    return _decode(content) if content else None


async def export(run: Run) -> Mapping[str, Fact]:
    """Answer the question of the task and write its table; ``language`` is that of the reader."""
    found = await _answered(run)
    language = language_of(str(run.task.arguments["language"]))
    grid = grid_of(found, translator(language))
    lines = [*grid.lines, *([grid.total] if grid.total else [])]
    async with run.step() as step:
        business, scales = await get_business(step.tx), await find_scales(step.tx)
        step.done, step.total = 0, len(lines)
    writer = _Writer(language, currency_decimals(business.currency), max(scales.values(), default=0))
    rows = [_Row(writer.cells(line.values, grid), is_sum=line.level != "row") for line in lines]
    await _write(run, [writer.heading(head) for head in grid.heads], rows, language)
    return {"count": sum(not row.is_sum for row in rows), **summary_of(found)}


class _Row(Struct, frozen=True):
    """A row of a file; one that ``is_sum`` of others is no row of the report, and is set apart from them."""

    cells: list[Cell]
    is_sum: bool


async def _write(run: Run, heading: list[Cell], rows: Sequence[_Row], language: Language) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.xlsx"
        is_workbook = run.task.file_name.endswith(".xlsx")
        book = Workbook(path, heading) if is_workbook else None
        for start in range(0, max(len(rows), 1), CHUNK_ROWS):
            chunk, is_last = rows[start : start + CHUNK_ROWS], start + CHUNK_ROWS >= len(rows)
            for row in chunk if book else []:
                book.write(row.cells, is_sum=row.is_sum)  # type: ignore[union-attr]
            if book and is_last:
                book.close()
            async with run.step() as step:
                step.done = start + len(chunk)
                if book is None:
                    cells = [row.cells for row in chunk]
                    step.output += csv_bytes(
                        [heading, *cells] if not start else cells, language, is_beginning=not start
                    )
                elif is_last:
                    step.output += path.read_bytes()


class _Writer:
    """Values as cells of a file: numbers as numbers, shares as per cent, which the heading says."""

    def __init__(self, language: Language, money: int, points: int) -> None:
        self._language, self._money, self._points = language, money, points
        self._words: Translator = translator(language)

    def heading(self, head: Head) -> str:
        title = f"{head.title}, %" if head.kind in PARTS else head.title
        group = head.group
        if isinstance(group, date):
            group = self._told_day(group, is_month=head.group_kind == "month")
        return f"{group}: {title}" if group else title

    def cells(self, values: Sequence[Value], grid: Grid) -> list[Cell]:
        return [self._cell(value, head) for value, head in zip(values, grid.heads, strict=True)]

    def _cell(self, value: Value, head: Head) -> Cell:
        told = file_value(value, head.kind, money=self._money, points=self._points)
        if head.kind in PARTS and told is not None and not isinstance(told, str | date):
            return told.scaleb(PERCENT) if not isinstance(told, int) else told * 100
        return told

    def _told_day(self, day: date, *, is_month: bool) -> str:
        return (
            f"{format_month(day.month, self._language)} {day.year}"
            if is_month
            else format_date(day, self._language)
        )


async def _answered(run: Run) -> Answer:
    """Answer the question of the task in a transaction that can only read, of one moment; stop with the task.

    :raises Superseded: it was cancelled meanwhile
    """
    task = run.task
    question = _decode_question(str(task.arguments["question"]))
    asker = Asker(frozenset(str(task.arguments["actions"]).split()), task.branch_ids)
    stopped = asyncio.Event()
    watching = asyncio.create_task(_watch(run, stopped))
    try:
        async with run.database.transaction(
            run.tenant_id,
            actor=task.actor,
            at=run.clock.now(),
            branch_ids=task.branch_ids,
            read_only=True,
            one_moment=True,
        ) as tx:
            found = await answer_until_stopped(tx, question, asker, seconds=TASK_SECONDS, is_stopped=stopped)
            if found is None:
                raise Superseded
            return structs.replace(found, counted_at=tx.at)
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


async def _watch(run: Run, stopped: asyncio.Event) -> None:
    """Look now and then whether the task is still to be done."""
    while not stopped.is_set():
        await asyncio.sleep(WATCH_SECONDS)
        async with run.database.transaction(
            run.tenant_id, actor=run.task.actor, at=run.clock.now(), read_only=True
        ) as tx:
            if not (await get_task(tx, run.task.id)).is_open:
                stopped.set()
