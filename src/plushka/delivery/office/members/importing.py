"""Bringing members in from a file: what it seems to hold, a trial, and the import itself."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.choosing import read_program
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.members.within_limit import keep_within_limit
from plushka.delivery.office.people import load_actors
from plushka.delivery.office.tasks.telling import of_program, task_line
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.delivery.web.security import PAGE_HEADERS
from plushka.domain.members.imports.files import DELIMITERS, ENCODINGS
from plushka.domain.members.imports.model import IDENTITY_COLUMNS, Column, ImportRow, Plan, Table
from plushka.domain.members.imports.rows import Reader
from plushka.domain.programs.import_work import BRING_IN, READ, TRY, Report, Sample
from plushka.domain.programs.importing import facts_of
from plushka.domain.programs.model import PublishedVersion, UnknownProgram
from plushka.domain.programs.queries import find_asked_version, find_version_in_force
from plushka.domain.programs.telling.imports import COLUMN_NAMES, row_sentences
from plushka.domain.tasks import operations as tasks
from plushka.domain.tasks.model import INPUT_BYTES_MAX, PART_BYTES, Task, UnknownTask
from plushka.domain.tasks.queries import get_task, read_parts
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal
from plushka.platform.i18n import marked

PREVIEW_ROWS = 20
SOURCE_LENGTH_MAX = 60
BODY_BYTES_MAX = INPUT_BYTES_MAX + PART_BYTES
"""A file and the fields around it."""
_DELIMITER_NAMES = {
    ";": marked("semicolon"),
    ",": marked("comma"),
    "\t": marked("tab"),
    "|": marked("vertical bar"),
}


class Preview(Struct, frozen=True):
    """A row as it is understood: its number, the cells as they came, and what is wrong with it."""

    number: int
    cells: Sequence[str]
    problems: str
    is_fatal: bool


@get("/members/import", opt={"action": "members.import"})
async def show_upload(visit: NamedDependency[Visit]) -> Response[str]:
    """Ask for a file."""
    return _upload_page(visit, visit.form())


@post("/members/import", opt={"action": "members.import"}, request_max_body_size=BODY_BYTES_MAX)
async def upload(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    """Keep the file and have it looked into."""
    form = await visit.typed(request)
    file = (await request.form()).get("file")
    content = await file.read() if isinstance(file, UploadFile) else b""
    source = form.text("source", length_max=SOURCE_LENGTH_MAX)
    program = read_program(form, visit.choices, default=visit.program)
    if visit.version is None:
        form.fail("", visit.words.gettext("First publish a programme: members join one."))
    if not content:
        form.fail("file", visit.words.gettext("Choose a file."))
    if form.is_sound and program is not None and isinstance(file, UploadFile):
        try:
            async with visit.writing() as tx:
                version = await find_version_in_force(tx, program.id)
                task_id = await tasks.leave(
                    tx,
                    kind=READ,
                    arguments={
                        **of_program(version),
                        "name": file.filename.replace("\0", "")[-SOURCE_LENGTH_MAX:],
                        "source": source,
                        "encoding": "",
                        "delimiter": "",
                        "language": visit.look.language,
                    },
                    content=content,
                )
            return Redirect(f"/members/import/{task_id}", status_code=303)
        except Refusal as refusal:
            form.refused(refusal, default="file")
    return _upload_page(visit, form, status=HTTP_422_UNPROCESSABLE_ENTITY)


@get("/members/import/{task_id:uuid}", opt={"action": "members.import"})
async def show_file(
    visit: NamedDependency[Visit], request: OfficeRequest, task_id: FromPath[UUID]
) -> Response[str]:
    """Show what the file seems to hold, to be put right; until it is read, how far that is."""
    async with visit.reading() as tx:
        task = await _own(tx, visit, task_id, READ)
        if task.state != "done":
            return await _progress(tx, visit, request, task, here=f"/members/import/{task_id}")
        if "hx-request" in request.headers:
            return _arrived(f"/members/import/{task_id}")
        sample, version = await _sample(tx, task), await _version(tx, task)
    return _file_page(visit, task, version, sample, sample.plan, form=visit.form())


@post("/members/import/{task_id:uuid}", opt={"action": "members.import"})
async def understand_file(
    visit: NamedDependency[Visit], request: OfficeRequest, task_id: FromPath[UUID]
) -> Response[str] | Redirect:
    """Read the file in another way, show again how its rows are understood, or leave a trial."""
    form = await visit.typed(request)
    async with visit.writing() as tx:
        task = await _own(tx, visit, task_id, READ)
        sample, version = await _sample(tx, task), await _version(tx, task)
        if form.value("do") == "read":
            again = await tasks.leave(
                tx,
                kind=READ,
                arguments={
                    **task.arguments,
                    "file": _file_of(task),
                    "encoding": form.choice("encoding", ENCODINGS, default="utf-8") or "",
                    "delimiter": form.choice("delimiter", DELIMITERS, default=";") or "",
                },
            )
            return Redirect(f"/members/import/{again}", status_code=303)
        plan = _plan(form, sample, visit)
        if form.value("do") == "show" or not form.is_sound:
            status = 200 if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY
            return _file_page(visit, task, version, sample, plan, form=form, status=status)
        trial = await tasks.leave(
            tx,
            kind=TRY,
            arguments={
                **of_program(version),
                "name": task.arguments["name"],
                "file": _file_of(task),
                "read": str(task_id),
                "plan": msgspec.json.encode(plan).decode(),
                "language": visit.look.language,
            },
        )
    return Redirect(f"/members/import/trials/{trial}", status_code=303)


@get("/members/import/trials/{task_id:uuid}", opt={"action": "members.import"})
async def show_trial(
    visit: NamedDependency[Visit], request: OfficeRequest, task_id: FromPath[UUID]
) -> Response[str]:
    """Show what an import would do; until that is known, how far the trial is."""
    async with visit.reading() as tx:
        task = await _own(tx, visit, task_id, TRY)
        if task.state != "done":
            return await _progress(tx, visit, request, task, here=f"/members/import/trials/{task_id}")
        version = await _version(tx, task)
    if "hx-request" in request.headers:
        return _arrived(f"/members/import/trials/{task_id}")
    return _trial_page(visit, task, version, visit.form())


@get("/members/import/trials/{task_id:uuid}/problems", opt={"action": "members.import"})
async def download_problems(visit: NamedDependency[Visit], task_id: FromPath[UUID]) -> Response[bytes]:
    """Send the rows that have problems."""
    async with visit.reading() as tx:
        task = await _own(tx, visit, task_id, TRY)
        content = b"".join([part async for part in read_parts(tx, task.id, is_input=False)])
    return Response(
        content,
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="problems.csv"', "cache-control": "no-store"},
    )


@post("/members/import/trials/{task_id:uuid}", opt={"action": "members.import"})
async def bring_in(visit: NamedDependency[Visit], task_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Leave the import itself, as it was tried; it books no more points than the trial has told.

    :raises UnknownTask: the trial is not this person's, or has not ended
    """
    form = visit.form()
    async with visit.writing() as tx:
        trial = await _own(tx, visit, task_id, TRY)
        if trial.state != "done":
            raise UnknownTask
        version = await _version(tx, trial)
        points = _report(trial).booked
        await keep_within_limit(tx, visit, form, points, version=version, is_counted=True)
        if not form.is_sound:
            return _trial_page(visit, trial, version, form)
        imported = await tasks.leave(
            tx,
            kind=BRING_IN,
            arguments={**trial.arguments, "points_max": points},
            file_name=visit.words.gettext("import-problems-{date}.csv", date=visit.today.isoformat()),
        )
    return sent_on(f"/tasks/{imported}", visit.words.gettext("Members are being brought in."))


async def _own(tx: Tx, visit: Visit, task_id: UUID, kind: str) -> Task:
    task = await get_task(tx, task_id)
    if task.actor != visit.actor or task.kind != kind:
        raise UnknownTask
    return task


def _trial_page(visit: Visit, task: Task, version: PublishedVersion, form: Form) -> Response[str]:
    report = _report(task)
    figures, words = visit.figures_of(version.program.point.scale), visit.words
    joined = report.created + report.updated
    return visit.page(
        "members/import_trial.html",
        section="members",
        page="import",
        status=200 if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        form=form,
        name=task.arguments["name"],
        program=visit.name_of(version.program_id),
        back=f"/members/import/{task.arguments['read']}",
        task_id=task.id,
        counts=[
            (words.gettext("New members"), figures.number(report.created)),
            (words.gettext("Will be updated"), figures.number(report.updated)),
            (words.gettext("Nothing changes"), figures.number(report.unchanged)),
            (words.gettext("Left out"), figures.number(report.skipped)),
        ],
        sums=[
            (words.gettext("Points in the file"), figures.points_number(report.in_file)),
            (words.gettext("Will be booked"), figures.points_number(report.booked)),
            (words.gettext("Booked before"), figures.points_number(report.known)),
            (words.gettext("In rows left out"), figures.points_number(report.left_out)),
        ],
        problems=figures.number(report.problems) if report.problems else "",
        button=words.ngettext(
            "Import {count} member", "Import {count} members", joined, count=figures.number(joined)
        )
        if joined
        else "",
    )


def _report(trial: Task) -> Report:
    return msgspec.convert(trial.result, Report)


def _file_of(task: Task) -> str:
    return str(task.arguments.get("file") or task.id)


async def _sample(tx: Tx, task: Task) -> Sample:
    """Return what was read of the file.

    :raises UnknownTask: it is not read, or no longer kept
    """
    content = b"".join([part async for part in read_parts(tx, task.id, is_input=False)])
    if not content:
        raise UnknownTask
    return msgspec.json.decode(content, type=Sample)


async def _version(tx: Tx, task: Task) -> PublishedVersion:
    """Return the rules in force in the programme into which the file goes.

    :raises UnknownProgram: nothing is in force in it
    """
    version = await find_asked_version(tx, task.arguments)
    if version is None:
        raise UnknownProgram
    return version


def _plan(form: Form, sample: Sample, visit: Visit) -> Plan:
    """Return how the form wants the file to be understood."""
    words = visit.words
    columns: list[Column | None] = []
    for place in range(_width(sample)):
        name = f"column-{place}"
        chosen = form.choice(name, [*Column, "pass"], default="pass")
        columns.append(None if chosen is None or chosen == "pass" else Column(chosen))
    named = [column for column in columns if column is not None]
    twice = {column for column in named if named.count(column) > 1} - set(IDENTITY_COLUMNS)
    for place, column in enumerate(columns):
        if column in twice:
            form.fail(f"column-{place}", words.gettext("Another column holds this already."))
    if not set(named) & set(IDENTITY_COLUMNS):
        form.fail("", words.gettext("Say which column holds phones, cards, e-mails or external ids."))
    return msgspec.structs.replace(
        sample.plan,
        columns=tuple(columns),
        has_header=form.flag("header"),
        source=form.text("source", length_max=SOURCE_LENGTH_MAX),
        date_order=form.choice("dates", ("dmy", "mdy"), default=sample.plan.date_order) or "dmy",
    )


def _width(sample: Sample) -> int:
    return max(map(len, sample.head))


def _upload_page(visit: Visit, form: Form, *, status: int = 200) -> Response[str]:
    return visit.page(
        "members/import.html",
        section="members",
        page="import",
        status=status,
        form=form,
        megabytes_max=INPUT_BYTES_MAX // PART_BYTES,
        source=visit.words.gettext("Previous programme"),
        **visit.program_options,
    )


def _file_page(
    visit: Visit,
    task: Task,
    version: PublishedVersion,
    sample: Sample,
    plan: Plan,
    *,
    form: Form,
    status: int = 200,
) -> Response[str]:
    words, figures = visit.words, visit.figures
    facts = facts_of(visit.business, version, visit.at)
    rows = list(Reader(plan, facts).read(Table(rows=sample.head)))[:PREVIEW_ROWS]
    width = _width(sample)
    heading = [*sample.head[0], *[""] * width][:width] if plan.has_header else [""] * width
    return visit.page(
        "members/import_file.html",
        section="members",
        page="import",
        status=status,
        form=form,
        task_id=task.id,
        name=task.arguments["name"],
        program=visit.name_of(version.program_id),
        rows_told=words.ngettext(
            "{count} row",
            "{count} rows",
            sample.rows - plan.has_header,
            count=figures.number(sample.rows - plan.has_header),
        ),
        plan=plan,
        columns=[
            (
                f"column-{place}",
                heading[place] or words.gettext("Column {number}", number=place + 1),
                column or "pass",
            )
            for place, column in enumerate([*plan.columns, *[None] * width][:width])
        ],
        meanings=[("pass", words.gettext("— pass over —"))]
        + [(column, words.gettext(title)) for column, title in COLUMN_NAMES.items()],
        preview=[_preview(row, sample, width, facts.scale, visit) for row in rows],
        encodings=[(encoding, encoding.upper()) for encoding in ENCODINGS],
        delimiters=[(delimiter, words.gettext(title)) for delimiter, title in _DELIMITER_NAMES.items()],
        has_dates=bool({Column.BIRTHDAY, Column.ENROLLED} & set(plan.columns)),
        has_balance=Column.BALANCE in plan.columns,
    )


def _preview(row: ImportRow, sample: Sample, width: int, scale: int, visit: Visit) -> Preview:
    return Preview(
        number=row.number,
        cells=[*sample.head[row.number - 1], *[""] * width][:width],
        problems=row_sentences(row.problems, visit.look.language, scale=scale),
        is_fatal=row.is_fatal,
    )


def _arrived(here: str) -> Response[str]:
    """Tell the page that waits to ask for itself anew: there is something to see."""
    return Response("", headers={"hx-redirect": here, **PAGE_HEADERS})


async def _progress(tx: Tx, visit: Visit, request: OfficeRequest, task: Task, *, here: str) -> Response[str]:
    values: dict[str, Any] = {"task": task_line(task, visit, await load_actors(tx)), "here": here}
    if "hx-request" in request.headers:
        return visit.fragment("members/import_progress.html", **values)
    return visit.page("members/import_wait.html", section="members", page="import", **values)
