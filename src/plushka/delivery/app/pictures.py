"""Pictures of the app: the business's logo, also as a phone's icon, and those of its programmes and notifications."""

import asyncio
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from plushka.delivery.app.admission import STRANGER
from plushka.delivery.app.context import PATH
from plushka.delivery.app.visit import Visit
from plushka.delivery.web.pictures import picture_response
from plushka.domain.businesses.branding import find_logo
from plushka.domain.businesses.pictures import ICON_SIDES, LETTER_PICTURE, LOGO, PROGRAM_PICTURE, draw_icon
from plushka.domain.messages.templates.store import find_template_picture
from plushka.domain.programs.pictures import find_picture
from plushka.platform.errors import NotFound

_OPT = {"who": STRANGER}


@get(f"{PATH}/logo/{{digest:str}}", opt=_OPT)
async def show_logo(visit: NamedDependency[Visit], digest: FromPath[str]) -> Response[bytes]:
    """Return the business's logo.

    :raises NotFound: it has none of this digest
    """
    return picture_response(await _logo(visit, digest), LOGO)


@get(f"{PATH}/icon/{{digest:str}}/{{side:int}}", opt=_OPT)
async def show_icon(
    visit: NamedDependency[Visit], digest: FromPath[str], side: FromPath[int]
) -> Response[bytes]:
    """Return the logo as an icon of so many points either way.

    :raises NotFound: the business has no logo of this digest, or icons are not made of this size
    """
    if side not in ICON_SIDES:
        raise NotFound
    logo = await _logo(visit, digest)
    return picture_response(await asyncio.to_thread(draw_icon, logo, side), LOGO)


@get(f"{PATH}/programs/{{program_id:uuid}}/picture/{{digest:str}}", opt=_OPT)
async def show_program_picture(
    visit: NamedDependency[Visit], program_id: FromPath[UUID], digest: FromPath[str]
) -> Response[bytes]:
    """Return the picture of a programme.

    :raises NotFound: it has none of this digest
    """
    async with visit.reading() as tx:
        picture = await find_picture(tx, program_id, digest) if digest else None
    return picture_response(picture, PROGRAM_PICTURE)


@get(f"{PATH}/templates/{{template_id:uuid}}/picture/{{digest:str}}", opt=_OPT)
async def show_template_picture(
    visit: NamedDependency[Visit], template_id: FromPath[UUID], digest: FromPath[str]
) -> Response[bytes]:
    """Return the picture that a notification shows, also on a device where its member has signed out since.

    :raises NotFound: the template has none of this digest
    """
    async with visit.reading() as tx:
        picture = await find_template_picture(tx, template_id, digest) if digest else None
    return picture_response(picture, LETTER_PICTURE)


HANDLERS = [show_icon, show_logo, show_program_picture, show_template_picture]


async def _logo(visit: Visit, digest: str) -> bytes:
    async with visit.reading() as tx:
        logo = await find_logo(tx, digest) if digest else None
    if logo is None:
        raise NotFound
    return logo
