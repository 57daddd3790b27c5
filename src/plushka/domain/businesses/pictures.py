"""Pictures that people send: known by their content, drawn anew, kept with a digest that names them."""

from hashlib import sha256
from io import BytesIO
from typing import Literal

from msgspec import Struct
from PIL import Image, ImageOps, UnidentifiedImageError

from plushka.platform.errors import Invalid

PIXELS_MAX = 40_000_000
"""A photograph of the best phones; a picture that unpacks to more is made to exhaust memory."""
_FORMATS = ("PNG", "JPEG", "WEBP")
_MEBIBYTE = 1024 * 1024
_WEBP_QUALITY = 85
_JPEG_QUALITY = 85
_ICON_GROUND = "#ffffff"
_ICON_SHARE = 0.76
"""What launchers leave of a square when they cut a circle out of it."""


class PictureKind(Struct, frozen=True):
    """What a picture may be when it is sent, and what is made of it: at most ``side`` points either way."""

    bytes_max: int
    side: int
    drawn_as: Literal["PNG", "WEBP", "JPEG"]

    @property
    def megabytes_max(self) -> int:
        return self.bytes_max // _MEBIBYTE

    @property
    def media_type(self) -> str:
        return f"image/{self.drawn_as.lower()}"


LOGO = PictureKind(bytes_max=2 * _MEBIBYTE, side=512, drawn_as="PNG")
"""Passes of wallets take no other format."""
ICON_SIDES = (180, 512)
"""What the home screens of iOS and of others ask for."""
PROGRAM_PICTURE = PictureKind(bytes_max=8 * _MEBIBYTE, side=1280, drawn_as="WEBP")
"""Mostly a photograph, straight from a phone: as a PNG it would weigh ten times as much."""


LETTER_PICTURE = PictureKind(bytes_max=8 * _MEBIBYTE, side=1280, drawn_as="JPEG")
"""Under a letter: what every messenger and mail program shows."""


class PictureUnreadable(Invalid):
    """It is no PNG, JPEG or WebP, or it is broken."""

    code = "picture_unreadable"


class PictureTooLarge(Invalid):
    """The file has more than ``megabytes_max``, or more points than anything made for a screen."""

    code = "picture_too_large"


def draw_anew(content: bytes, kind: PictureKind, *, field: str) -> bytes:
    """Return a picture drawn anew and upright, its longest side at most that of ``kind``: what else hid in it is gone.

    It takes a while. ``field`` is where a refusal is told.

    :raises PictureTooLarge: the file or the picture is
    :raises PictureUnreadable: it is none that we can read
    """
    if len(content) > kind.bytes_max:
        raise PictureTooLarge(field=field, megabytes_max=kind.megabytes_max)
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as picture:
            if picture.width * picture.height > PIXELS_MAX:
                raise PictureTooLarge(field=field, megabytes_max=kind.megabytes_max)
            # A phone held sideways notes in the file which side is up, and the note is lost with the rest.
            drawn = ImageOps.exif_transpose(picture).convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise PictureUnreadable(field=field) from error
    drawn.thumbnail((kind.side, kind.side))
    if kind.drawn_as == "JPEG":
        ground = Image.new("RGBA", drawn.size, _ICON_GROUND)
        drawn = Image.alpha_composite(ground, drawn).convert("RGB")
    written = BytesIO()
    drawn.save(written, kind.drawn_as, **_options(kind))
    return written.getvalue()


def size_of(drawn: bytes) -> tuple[int, int]:
    """Return how many points wide and high a picture of ours is, so that a page can keep its place."""
    with Image.open(BytesIO(drawn), formats=_FORMATS) as picture:
        return picture.size


def draw_icon(logo: bytes, side: int) -> bytes:
    """Return a logo as an icon for a home screen: a PNG, square and opaque, as some put black behind what is not.

    It takes a while. Phones round the corners, so the logo keeps clear of them.
    """
    icon = Image.new("RGB", (side, side), _ICON_GROUND)
    with Image.open(BytesIO(logo)) as picture:
        fitted = ImageOps.contain(picture.convert("RGBA"), (round(side * _ICON_SHARE),) * 2)
    icon.paste(fitted, ((side - fitted.width) // 2, (side - fitted.height) // 2), fitted)
    written = BytesIO()
    icon.save(written, "PNG", optimize=True)
    return written.getvalue()


def _options(kind: PictureKind) -> dict[str, int | bool]:
    match kind.drawn_as:
        case "PNG":
            return {"optimize": True}
        case "WEBP":
            return {"quality": _WEBP_QUALITY, "method": 4}
        case "JPEG":
            return {"quality": _JPEG_QUALITY, "optimize": True}


def digest_of(picture: bytes) -> str:
    """Return the name of a picture: another one has another, so that browsers may keep it for ever."""
    return sha256(picture).hexdigest()[:16]
