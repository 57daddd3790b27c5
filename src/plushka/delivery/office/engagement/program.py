"""The programme in plain sentences, now and before."""

from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct

from plushka.delivery.office.movement_rows import told_actor
from plushka.delivery.office.names import load_names
from plushka.delivery.office.people import load_actors
from plushka.delivery.office.visit import Visit
from plushka.domain.programs.model import PublishedVersion
from plushka.domain.programs.queries import get_version, list_versions
from plushka.domain.programs.telling.program import describe_program
from plushka.platform.database import Tx


class VersionLine(Struct, frozen=True):
    """A publication in the list; ``state`` says whether it is in force."""

    href: str
    title: str
    since: str
    by: str
    state: str
    is_shown: bool


@get("/program", opt={"action": "program.read"})
async def show_program(visit: NamedDependency[Visit]) -> Response[str]:
    """Show the version in force."""
    async with visit.reading() as tx:
        return await _page(tx, visit.version, visit)


@get("/program/versions/{version_id:uuid}", opt={"action": "program.read"})
async def show_version(visit: NamedDependency[Visit], version_id: FromPath[UUID]) -> Response[str]:
    async with visit.reading() as tx:
        return await _page(tx, await get_version(tx, version_id), visit)


async def _page(tx: Tx, shown: PublishedVersion | None, visit: Visit) -> Response[str]:
    if shown is None:
        return visit.page("engagement/program_none.html", section="engagement")
    names, actors = await load_names(tx), await load_actors(tx)
    versions = await list_versions(tx, shown.program_id)
    return visit.page(
        "engagement/program.html",
        section="engagement",
        name=shown.program.name,
        number=shown.number,
        since=visit.figures.moment(shown.valid_from),
        is_current=visit.version is not None and shown.id == visit.version.id,
        telling=describe_program(shown.program, language=visit.look.language, names=names),
        versions=[
            VersionLine(
                href=f"/program/versions/{version.id}",
                title=visit.words.gettext("Version {number}", number=version.number),
                since=visit.figures.moment(version.valid_from),
                by=told_actor(version.published_by, visit, actors),
                state=_state(version, visit),
                is_shown=version.id == shown.id,
            )
            for version in versions
        ],
    )


def _state(version: PublishedVersion, visit: Visit) -> str:
    if visit.version is not None and version.id == visit.version.id:
        return visit.words.gettext("in force")
    if version.valid_from > visit.at:
        return visit.words.gettext("not yet in force")
    return visit.words.gettext("replaced")
