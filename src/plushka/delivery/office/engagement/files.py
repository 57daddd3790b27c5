"""A programme as a file: taken along as JSON, and the schema that says what may stand in it."""

from urllib.parse import quote
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from plushka.delivery.office.visit import Visit
from plushka.delivery.web.security import PAGE_HEADERS
from plushka.domain.programs.drafts import get_draft
from plushka.domain.programs.model import UnknownVersion
from plushka.domain.programs.queries import find_version_in_force, get_version
from plushka.engine.program import Program
from plushka.engine.program_files import format_program, program_schema


@get("/engagement/programs/{program_id:uuid}/file", opt={"action": "programs.read"})
async def download_program(visit: NamedDependency[Visit], program_id: FromPath[UUID]) -> Response[bytes]:
    """Send the rules in force as a file.

    :raises UnknownVersion: none are
    """
    async with visit.reading() as tx:
        version = await find_version_in_force(tx, program_id)
    if version is None:
        raise UnknownVersion
    return _file(version.program, f"{version.program.name} {version.number}.json")


@get(
    "/engagement/programs/{program_id:uuid}/versions/{version_id:uuid}/file", opt={"action": "programs.read"}
)
async def download_version(
    visit: NamedDependency[Visit], program_id: FromPath[UUID], version_id: FromPath[UUID]
) -> Response[bytes]:
    """Send the rules of a version as a file."""
    async with visit.reading() as tx:
        version = await get_version(tx, version_id)
    if version.program_id != program_id:
        raise UnknownVersion
    return _file(version.program, f"{version.program.name} {version.number}.json")


@get("/engagement/programs/{program_id:uuid}/draft/file", opt={"action": "programs.edit"})
async def download_draft(visit: NamedDependency[Visit], program_id: FromPath[UUID]) -> Response[bytes]:
    """Send the draft as a file."""
    async with visit.reading() as tx:
        draft = await get_draft(tx, program_id)
    return _file(draft.program, f"{draft.program.name}.json")


@get("/engagement/programs/schema", opt={"action": "programs.read"}, sync_to_thread=False)
def download_schema(visit: NamedDependency[Visit]) -> Response[bytes]:  # noqa: ARG001  who may is checked by it
    """Send the JSON Schema of a programme's file."""
    return _download(program_schema(), "plushka-program.schema.json", "application/schema+json")


def _file(program: Program, name: str) -> Response[bytes]:
    return _download(format_program(program), name, "application/json")


def _download(content: bytes, name: str, media_type: str) -> Response[bytes]:
    return Response(
        content,
        media_type=media_type,
        headers={**PAGE_HEADERS, "content-disposition": f"attachment; filename*=UTF-8''{quote(name)}"},
    )
