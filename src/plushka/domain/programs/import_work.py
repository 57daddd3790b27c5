"""Files with members: looked into, tried, and brought in, each a task."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

import msgspec
from msgspec import Struct

from plushka.domain.audit import operations as audit
from plushka.domain.businesses.model import Business
from plushka.domain.businesses.queries import get_business
from plushka.domain.members.imports.files import read_table
from plushka.domain.members.imports.model import ImportRow, Plan, Table
from plushka.domain.members.imports.understanding import propose, understand
from plushka.domain.programs.importing import Outcome, facts_of, import_members
from plushka.domain.programs.model import ImportExceedsTrial, PublishedVersion, UnknownProgram
from plushka.domain.programs.queries import find_asked_version
from plushka.domain.programs.telling.imports import row_sentences
from plushka.domain.tasks.queries import read_parts
from plushka.domain.tasks.running import Run
from plushka.platform.csv_files import Cell, csv_bytes
from plushka.platform.database import Tx
from plushka.platform.errors import Fact
from plushka.platform.i18n import Language, translator

READ, TRY, BRING_IN = "members.import.read", "members.import.try", "members.import"
ROWS_A_STEP = 200
SAMPLE_ROWS = 40
_CHANGED = ("created", "updated")


class Fill(Protocol):
    """Gives what a slice above gives for profiles that an import has filled, and returns the points."""

    async def __call__(self, tx: Tx, member_ids: Sequence[UUID], *, program_id: UUID) -> int: ...


class Sample(Struct, frozen=True):
    """The beginning of a file, and how it seems to be meant; ``rows`` counts all it has."""

    head: list[list[str]]
    rows: int
    plan: Plan


class Report(Struct):
    """What came of an import so far; sums in units of the wallet.

    What the file holds is booked now, was booked before, or stands in rows that were left out.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    problems: int = 0
    in_file: int = 0
    booked: int = 0
    known: int = 0
    left_out: int = 0
    given: int = 0
    """Points for profiles that are whole now, besides those of the file."""

    def add(self, row: ImportRow, outcome: Outcome) -> None:
        setattr(self, outcome.status, getattr(self, outcome.status) + 1)
        balance = row.balance or 0
        self.problems += bool(outcome.problems)
        self.in_file += balance
        self.booked += outcome.booked
        if outcome.status == "skipped":
            self.left_out += balance
        elif not outcome.booked:
            self.known += balance


async def look_into(run: Run) -> Mapping[str, Fact]:
    """Find out how the file seems to be meant; the output is a ``Sample``."""
    business, _ = await _situation(run)
    content = await _file(run)
    arguments = run.task.arguments
    table = await asyncio.to_thread(
        read_table, content, encoding=str(arguments["encoding"]), delimiter=str(arguments["delimiter"])
    )
    plan = propose(
        table, country=business.country, today=run.clock.now().date(), source=str(arguments["source"])
    )
    async with run.step() as step:
        step.output += msgspec.json.encode(Sample(table.rows[:SAMPLE_ROWS], len(table.rows), plan))
        step.done = step.total = 1
    return {"rows": len(table.rows)}


async def try_out(run: Run, *, fill: Fill) -> Mapping[str, Fact]:
    """Do all that ``bring_in`` would, and take it back, step by step."""
    return await _go_through(run, fill, is_trial=True)


async def bring_in(run: Run, *, fill: Fill) -> Mapping[str, Fact]:
    """Bring the members of a file in; the output is a table of the rows with problems.

    :raises ImportExceedsTrial: it would book more points than its trial has told, which somebody has agreed to
    """
    return await _go_through(run, fill, is_trial=False)


async def _go_through(run: Run, fill: Fill, *, is_trial: bool) -> Mapping[str, Fact]:
    business, version = await _situation(run)
    plan = msgspec.json.decode(str(run.task.arguments["plan"]), type=Plan)
    facts = facts_of(business, version, run.task.created_at)
    file = await asyncio.to_thread(understand, await _file(run), plan, facts)
    report = msgspec.json.decode(run.task.cursor, type=Report) if run.task.cursor else Report()
    points_max = run.task.arguments.get("points_max")
    telling = Telling(file.table, plan, run.task.arguments["language"], facts.scale)
    while run.task.done < len(file.rows):
        async with run.step() as step:
            rows = file.rows[step.done : step.done + ROWS_A_STEP]
            outcomes, given = await import_part(
                step.tx,
                rows,
                business=business,
                version=version,
                source=plan.source,
                fill=fill,
                is_trial=is_trial,
            )
            report.given += given
            for row, outcome in zip(rows, outcomes, strict=True):
                report.add(row, outcome)
            if points_max is not None and report.booked > int(points_max):
                raise ImportExceedsTrial
            step.output += telling.write(outcomes, is_first=step.done == 0)
            step.done += len(rows)
            step.total = len(file.rows)
            step.cursor = msgspec.json.encode(report).decode()
            if step.done == step.total and not is_trial:
                await note_import(step.tx, f"task:{run.task.id}", plan.source, report)
    return msgspec.to_builtins(report)  # type: ignore[no-any-return]


async def import_part(
    tx: Tx,
    rows: Sequence[ImportRow],
    *,
    business: Business,
    version: PublishedVersion,
    source: str,
    fill: Fill,
    is_trial: bool,
) -> tuple[list[Outcome], int]:
    """Bring some rows in, and return the points given for whole profiles too; a trial does it and takes it back."""
    if is_trial:
        await tx.execute("savepoint trial")
    outcomes = await import_members(tx, rows, business=business, version=version, source=source)
    changed = [each.member_id for each in outcomes if each.status in _CHANGED and each.member_id]
    given = await fill(tx, list(dict.fromkeys(changed)), program_id=version.program_id)
    if is_trial:
        await tx.execute("rollback to savepoint trial")
    return outcomes, given


async def note_import(tx: Tx, subject: str, source: str, report: Report) -> None:
    """Audit an import that has come to its end."""
    await audit.record(
        tx,
        action="members.import",
        subject=subject,
        source=source,
        created=report.created,
        updated=report.updated,
        skipped=report.skipped,
        booked=report.booked,
    )


class Telling:
    """Writes the rows that have problems, each as it came and with what is wrong."""

    def __init__(self, table: Table, plan: Plan, language: Fact, scale: int) -> None:
        self._table = table
        self._plan = plan
        self._language: Language = "ru" if language == "ru" else "en"
        self._scale = scale

    def write(self, outcomes: Sequence[Outcome], *, is_first: bool) -> bytes:
        """Return a piece of CSV with those outcomes; the first one begins with a heading."""
        rows: list[list[Cell]] = []
        if is_first:
            words = translator(self._language)
            heading = self._table.rows[0] if self._plan.has_header else []
            rows.append([words.gettext("Row"), words.gettext("What is wrong"), *heading])
        rows += [
            [outcome.number, self._told(outcome), *self._table.rows[outcome.number - 1]]
            for outcome in outcomes
            if outcome.problems
        ]
        return csv_bytes(rows, self._language, is_beginning=is_first)

    def _told(self, outcome: Outcome) -> str:
        return row_sentences(outcome.problems, self._language, scale=self._scale)


async def _situation(run: Run) -> tuple[Business, PublishedVersion]:
    async with run.database.transaction(
        run.tenant_id, actor=run.task.actor, at=run.clock.now(), read_only=True
    ) as tx:
        business, version = await get_business(tx), await find_asked_version(tx, run.task.arguments)
    if version is None:
        raise UnknownProgram
    return business, version


async def _file(run: Run) -> bytes:
    """Return the file: the task's own input, or that of the task that first looked into it."""
    first = run.task.arguments.get("file")
    if not first:
        return await run.read_input()
    async with run.database.transaction(
        run.tenant_id, actor=run.task.actor, at=run.clock.now(), read_only=True
    ) as tx:
        return b"".join([part async for part in read_parts(tx, UUID(str(first)), is_input=True)])
