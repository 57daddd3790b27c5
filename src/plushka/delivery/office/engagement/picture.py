"""The picture of a programme: shown, and taken away. It is given on the programme's page, beside its name."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from plushka.delivery.office.visit import Visit
from plushka.delivery.web.notices import sent_on
from plushka.delivery.web.pictures import picture_response
from plushka.domain.businesses.pictures import PROGRAM_PICTURE
from plushka.domain.programs.model import ProgramCard
from plushka.domain.programs.pictures import find_picture, remove_picture


@post("/engagement/programs/{program_id:uuid}/picture/removal", opt={"action": "programs.publish"})
async def take_picture_away(visit: NamedDependency[Visit], program_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        await remove_picture(tx, program_id)
    return sent_on(f"/engagement/programs/{program_id}", visit.words.gettext("The picture is gone."))


@get("/engagement/programs/{program_id:uuid}/picture/{digest:str}", opt={"action": "programs.read"})
async def show_picture(
    visit: NamedDependency[Visit], program_id: FromPath[UUID], digest: FromPath[str]
) -> Response[bytes]:
    """Return the picture.

    :raises NotFound: the programme has none of this digest
    """
    async with visit.reading() as tx:
        picture = await find_picture(tx, program_id, digest)
    return picture_response(picture, PROGRAM_PICTURE)


def picture_url(card: ProgramCard) -> str:
    """Return where the picture of a programme is, nothing where it has none."""
    return f"/engagement/programs/{card.id}/picture/{card.picture_digest}" if card.picture_digest else ""
