"""What a scanner reads, as a picture: a QR on the business's colour with the number under it."""

from io import BytesIO

import segno
from msgspec import Struct
from PIL import Image, ImageDraw, ImageFont

from plushka.domain.businesses.colors import mixed, readable
from plushka.domain.messages.model import Photo, Picture

WIDTH, HEIGHT = 1000, 640
_QR_SIDE = 440
_PANEL = 500
_PANEL_TOP = 30
_RADIUS = 40
_NUMBER_SIZE = 56
_NUMBER_TOP = 548
_BORDER = 2


class PictureFile(Struct, frozen=True):
    """A picture as it is uploaded."""

    content: bytes
    name: str
    media_type: str


def file_of(picture: Picture | Photo, color: str) -> PictureFile:
    """Return a message's picture: a card that is drawn now, or what the business has given."""
    if isinstance(picture, Photo):
        return PictureFile(picture.content, "picture.jpg", "image/jpeg")
    return PictureFile(draw(picture, color), "card.png", "image/png")


def draw(picture: Picture, color: str) -> bytes:
    """Return a PNG. It holds digits and letters of codes only: names stand in the message, in any script."""
    image = Image.new("RGB", (WIDTH, HEIGHT), color)
    canvas = ImageDraw.Draw(image)
    shade = mixed(color, "#000000", 14)
    canvas.ellipse((WIDTH - 380, -220, WIDTH + 220, 380), outline=shade, width=70)
    canvas.ellipse((-260, HEIGHT - 260, 260, HEIGHT + 260), outline=shade, width=70)
    left = (WIDTH - _PANEL) // 2
    canvas.rounded_rectangle((left, _PANEL_TOP, left + _PANEL, _PANEL_TOP + _PANEL), _RADIUS, fill="#ffffff")
    inset = (_PANEL - _QR_SIDE) // 2
    image.paste(_qr(picture.code), (left + inset, _PANEL_TOP + inset))
    canvas.text(
        (WIDTH // 2, _NUMBER_TOP),
        picture.number,
        font=ImageFont.load_default(_NUMBER_SIZE),
        fill=readable(color).on_color,
        anchor="mt",
    )
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _qr(code: str) -> Image.Image:
    made = segno.make(code, error="m", micro=False)
    rows = list(made.matrix_iter(border=_BORDER))
    image = Image.new("1", (len(rows), len(rows)), 1)
    image.putdata([0 if is_dark else 1 for row in rows for is_dark in row])
    return image.resize((_QR_SIDE, _QR_SIDE), Image.Resampling.NEAREST).convert("RGB")
