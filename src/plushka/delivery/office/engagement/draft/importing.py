"""Rules taken from a file into the draft: all of them or none, with every problem at its place in the file."""

from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct, structs

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.engagement.draft.desk import Desk, load_desk
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.notices import sent_on
from plushka.domain.programs.drafts import save_draft
from plushka.domain.programs.model import DraftChanged
from plushka.domain.programs.telling.problems import tell_problem
from plushka.domain.programs.telling.refusals import refusal_sentence
from plushka.engine.check import problems
from plushka.engine.program import Program
from plushka.engine.program_files import BYTES_MAX, parse_brought
from plushka.platform.errors import Invalid

PROBLEMS_SHOWN = 50
_FORM_BYTES = 64 * 1024


class FileProblem(Struct, frozen=True):
    """What is wrong with a file; ``path`` says where in it, empty: as a whole."""

    path: str
    text: str


@get("/engagement/programs/{program_id:uuid}/draft/import", opt={"action": "programs.edit"})
async def show_import(visit: NamedDependency[Visit], program_id: FromPath[UUID]) -> Response[str]:
    async with visit.reading() as tx:
        desk = await load_desk(tx, program_id, visit)
    return _page(desk, "", [])


@post(
    "/engagement/programs/{program_id:uuid}/draft/import",
    opt={"action": "programs.edit"},
    request_max_body_size=2 * BYTES_MAX + _FORM_BYTES,
)
async def import_file(
    visit: NamedDependency[Visit], program_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    """Put the rules of a file, or of text in its place, into the draft."""
    sent = await request.form()
    text = str(sent.get("text") or "")
    file = sent.get("file")
    content = await file.read() if isinstance(file, UploadFile) and file.filename else text.encode()
    async with visit.reading() as tx:
        desk = await load_desk(tx, program_id, visit)
    program, found = _read(content, desk)
    if program is not None and not found:
        try:
            async with visit.writing() as tx:
                await save_draft(tx, program_id, program, mark=str(sent.get("mark") or ""), removed=())
        except DraftChanged as refusal:
            found = [FileProblem("", refusal_sentence(refusal.code, refusal.facts, visit.look.language))]
        else:
            return sent_on(
                f"{desk.url}/publish", visit.words.gettext("The rules of the file are in the draft now.")
            )
    shown = text or content.decode(errors="replace")
    return _page(desk, shown, found)


def _read(content: bytes, desk: Desk) -> tuple[Program | None, list[FileProblem]]:
    """Return the programme in ``content`` under the name that ours has, and what is wrong with it."""
    voice = desk.voice(desk.program)
    if not content.strip():
        return None, [FileProblem("", desk.words.gettext("Choose a file, or paste its text."))]
    try:
        program = parse_brought(content, known=desk.program.promotions)
    except Invalid as refusal:
        return None, [FileProblem(refusal.field or "", tell_problem(refusal.code, refusal.facts, voice))]
    found = [
        FileProblem(problem.path, tell_problem(problem.code, problem.facts, voice))
        for problem in problems(program)[:PROBLEMS_SHOWN]
    ]
    currency = desk.visit.business.currency
    if program.currency != currency:
        told = tell_problem("program_currency_wrong", {"currency": currency}, voice)
        found.insert(0, FileProblem("currency", told))
    if desk.latest is not None and program.point.scale != desk.latest.program.point.scale:
        told = desk.words.gettext("Members have points already: how they are divided cannot change.")
        found.append(FileProblem("point.scale", told))
    return structs.replace(program, name=desk.card.name), found


def _page(desk: Desk, text: str, found: list[FileProblem]) -> Response[str]:
    return desk.visit.page(
        "engagement/draft/import.html",
        section="engagement",
        page="programs",
        status=HTTP_422_UNPROCESSABLE_ENTITY if found else HTTP_200_OK,
        desk=desk,
        text=text,
        problems=found,
    )
