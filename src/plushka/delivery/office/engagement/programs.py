"""The business's programmes: who takes part, what they have given, how far members have come; and a new one."""

from collections.abc import Mapping
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.choosing import with_program
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.engagement.picture import picture_url
from plushka.delivery.office.engagement.tier_rows import TierLine, tier_lines
from plushka.delivery.office.reports.behind import movements_url
from plushka.delivery.office.reports.meanings.program import PROGRAM
from plushka.delivery.office.reports.telling import explain
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.figures import Figures
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.insights.model import ProgramFigures
from plushka.domain.insights.points.ways import Way
from plushka.domain.insights.queries import find_program_figures
from plushka.domain.programs.drafts import get_draft
from plushka.domain.programs.model import DESCRIPTION_LENGTH_MAX, ProgramCard
from plushka.domain.programs.names import load_names
from plushka.domain.programs.operations import create_program
from plushka.domain.programs.queries import find_version_in_force, list_programs
from plushka.domain.programs.standings import count_by_tier
from plushka.domain.programs.telling.program import describe_program
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal


class ProgramLine(Struct, frozen=True):
    """A programme in the list; ``state`` says whether rules are in force, ``draft`` whether some are being written."""

    href: str
    name: str
    description: str
    picture: str
    summary: str
    state: str
    draft: str
    figures: tuple[tuple[str, str, str, str], ...]
    tiers: tuple[TierLine, ...]


@get("/engagement/programs", opt={"action": "programs.read"})
async def show_programs(visit: NamedDependency[Visit]) -> Response[str]:
    async with visit.reading() as tx:
        return await _page(tx, visit, visit.form())


@post("/engagement/programs", opt={"action": "programs.publish"})
async def create(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    """Create a programme and open its draft."""
    form = await visit.typed(request)
    name, description = read_texts(form)
    if form.is_sound:
        try:
            async with visit.writing() as tx:
                program_id = await create_program(tx, name=name, description=description)
        except Refusal as refusal:
            form.refused(refusal)
        else:
            return sent_on(
                f"/engagement/programs/{program_id}/draft",
                visit.words.gettext("“{name}” is there. Write its rules and publish them.", name=name),
            )
    async with visit.reading() as tx:
        return await _page(tx, visit, form)


def read_texts(form: Form) -> tuple[str, str]:
    """Return the name and the description of a programme."""
    name = form.text("name")
    return name, form.text("description", required=False, length_max=DESCRIPTION_LENGTH_MAX)


async def _page(tx: Tx, visit: Visit, form: Form) -> Response[str]:
    figures = await find_program_figures(tx)
    programs = [await _line(tx, card, figures, visit) for card in await list_programs(tx)]
    return visit.page(
        "engagement/programs.html",
        section="engagement",
        page="programs",
        status=HTTP_200_OK if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        programs=programs,
        explained=explain(PROGRAM.definitions, visit),
        form=form,
        may_create=visit.may("programs.publish"),
    )


async def _line(
    tx: Tx, card: ProgramCard, figures: Mapping[UUID, ProgramFigures], visit: Visit
) -> ProgramLine:
    words = visit.words
    version = await find_version_in_force(tx, card.id)
    draft = await get_draft(tx, card.id)
    program = version.program if version else draft.program
    scale = program.point.scale
    reader = visit.figures_of(scale)
    names = await load_names(tx, programs=[program])
    return ProgramLine(
        href=f"/engagement/programs/{card.id}",
        name=card.name,
        description=card.description,
        picture=picture_url(card),
        summary=describe_program(program, language=visit.look.language, names=names).summary
        if version
        else "",
        state=words.gettext("version {number} is in force", number=version.number)
        if version
        else words.gettext("nothing is in force yet"),
        draft=words.gettext("a draft is waiting") if draft.revision else "",
        figures=tuple(
            _figures(
                figures.get(card.id, ProgramFigures()),
                card.id,
                _members_href(card, visit) if version else "",
                reader,
                visit,
            )
        ),
        tiers=tier_lines(program, await count_by_tier(tx, program_id=card.id), visit),
    )


def _members_href(card: ProgramCard, visit: Visit) -> str:
    """Return the list of those who take part, which is everybody where there is one programme."""
    return with_program("/members?part=yes", card.id) if visit.choices else "/members"


def _figures(
    of_program: ProgramFigures, program_id: UUID, members_href: str, reader: Figures, visit: Visit
) -> list[tuple[str, str, str, str]]:
    """Return titles, keys of definitions, where what they are of is listed, and the figures."""
    words, number = visit.words, reader.points_number

    def moved(*ways: Way) -> str:
        return movements_url(visit, ways, program_id=program_id) if visit.may("journal.read") else ""

    return [
        (words.gettext("Take part"), "program_members", members_href, reader.number(of_program.members)),
        (
            words.gettext("Points issued"),
            "program_issued",
            moved("issued", "given", "granted_back", "reversed", "taken"),
            number(of_program.issued),
        ),
        (
            words.gettext("Points spent"),
            "program_spent",
            moved("spent", "restored"),
            number(of_program.spent),
        ),
        (
            words.gettext("Points burned"),
            "program_burned",
            moved("burned", "forfeited"),
            number(of_program.burned),
        ),
        # All that has ever moved: what came less what went is what is there, less debts.
        (words.gettext("On accounts now"), "program_left", moved(), number(of_program.left)),
    ]
