"""Pictures in forms and on pages: taken from what a browser sent, and sent to it under names of their content."""

import asyncio
from types import MappingProxyType

from litestar import Request, Response
from litestar.datastructures import State, UploadFile

from plushka.delivery.web.forms import Form
from plushka.domain.businesses.pictures import PictureKind, draw_anew
from plushka.platform.errors import NotFound
from plushka.platform.i18n import Translator

_HEADERS = MappingProxyType(
    {
        "content-security-policy": "default-src 'none'",
        "x-content-type-options": "nosniff",
        # The address has the digest: another picture has another one. Private, as most are behind a sign-in.
        "cache-control": "private, max-age=31536000, immutable",
    }
)
_FIELDS_BYTES_MAX = 64 * 1024


def body_bytes_max(kind: PictureKind) -> int:
    """Return how large a form with such a picture may be.

    That is twice the most, so that whoever is a little above it is told at the field, with the form kept.
    """
    return 2 * kind.bytes_max + _FIELDS_BYTES_MAX


async def sent_picture(
    request: Request[object, object, State], field: str, kind: PictureKind
) -> bytes | None:
    """Return the picture that was sent, drawn anew; None: none was chosen.

    :raises PictureTooLarge: the file or the picture is
    :raises PictureUnreadable: it is none that we can read
    """
    sent = (await request.form()).get(field)
    if not isinstance(sent, UploadFile) or not sent.filename:
        return None
    # Drawing takes a while, and others are served meanwhile.
    return await asyncio.to_thread(draw_anew, await sent.read(), kind, field=field)


def ask_again(form: Form, field: str, words: Translator) -> None:
    """Tell at the field that a picture, sound in itself, was lost with the refusal of the rest of its form."""
    form.fail(field, words.gettext("Choose the picture again: a browser does not keep files."))


def picture_response(picture: bytes | None, kind: PictureKind) -> Response[bytes]:
    """Return the answer to who asks for a picture by its digest.

    :raises NotFound: there is none of this digest
    """
    if picture is None:
        raise NotFound
    return Response(picture, media_type=kind.media_type, headers=dict(_HEADERS))
