"""The picture of a programme, seen in the office and by whoever is invited into it."""

from uuid import UUID

from plushka.domain.audit.operations import record
from plushka.domain.businesses.pictures import digest_of
from plushka.domain.programs.model import UnknownProgram
from plushka.platform.database import Tx


async def set_picture(tx: Tx, program_id: UUID, picture: bytes) -> None:
    """Give a programme a picture, a ``PROGRAM_PICTURE`` drawn anew, in the place of the one it had.

    :raises UnknownProgram: the business has none of this id
    """
    await _change(tx, program_id, picture, digest_of(picture))
    await record(tx, action="program.set_picture", subject=f"program:{program_id}")


async def remove_picture(tx: Tx, program_id: UUID) -> None:
    """Take the picture away; a programme that has none stays as it is.

    :raises UnknownProgram: the business has none of this id
    """
    await _change(tx, program_id, None, "")
    await record(tx, action="program.remove_picture", subject=f"program:{program_id}")


async def find_picture(tx: Tx, program_id: UUID, digest: str) -> bytes | None:
    """Return a programme's picture if it is the one of this digest."""
    picture: bytes | None = await tx.fetchval(
        """
        -- programs.find_picture
        select picture from programs where tenant_id = $1 and id = $2 and picture_digest = $3
        """,
        tx.tenant_id,
        program_id,
        digest,
    )
    return picture


async def _change(tx: Tx, program_id: UUID, picture: bytes | None, digest: str) -> None:
    changed = await tx.fetchval(
        """
        -- programs.change_picture
        update programs set picture = $3, picture_digest = $4 where tenant_id = $1 and id = $2 returning true
        """,
        tx.tenant_id,
        program_id,
        picture,
        digest,
    )
    if not changed:
        raise UnknownProgram
