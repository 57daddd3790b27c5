"""Pictures of what the coffee shop gives for points, drawn here: plain shapes on a warm ground."""

from collections.abc import Callable
from io import BytesIO

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 640, 480
_FINE = 2
"""Drawn so many times as large and made smaller, which smooths the edges."""
_CREAM, _BROWN, _DARK, _RED, _GREEN, _GOLD, _WHITE = (
    "#f6e7d3", "#8a5a3b", "#4a2f20", "#c2503f", "#5d7f63", "#d9a441", "#fffaf3",
)  # fmt: skip

Pen = ImageDraw.ImageDraw
_Draws = Callable[[Pen], None]


def _box(*edges: int) -> tuple[int, ...]:
    return tuple(edge * _FINE for edge in edges)


def _draw_bun(pen: Pen) -> None:
    pen.ellipse(_box(130, 370, 510, 420), fill=_WHITE)
    pen.ellipse(_box(170, 150, 470, 400), fill=_GOLD)
    for inset in (0, 38, 76):
        edges = _box(205 + inset, 175 + inset * 3 // 4, 435 - inset, 375 - inset * 3 // 4)
        pen.arc(edges, 20, 330, fill=_BROWN, width=14 * _FINE)


def _draw_cup(pen: Pen) -> None:
    pen.ellipse(_box(120, 370, 520, 425), fill=_WHITE)
    pen.ellipse(_box(400, 220, 510, 330), outline=_WHITE, width=22 * _FINE)
    pen.rounded_rectangle(_box(180, 190, 440, 395), 70 * _FINE, fill=_WHITE)
    pen.ellipse(_box(195, 170, 425, 235), fill=_BROWN)
    pen.ellipse(_box(270, 185, 350, 220), fill=_CREAM)


def _draw_mug(pen: Pen) -> None:
    pen.ellipse(_box(390, 190, 520, 340), outline=_RED, width=26 * _FINE)
    pen.rounded_rectangle(_box(190, 130, 430, 410), 28 * _FINE, fill=_RED)
    pen.ellipse(_box(250, 210, 370, 330), fill=_CREAM)
    pen.arc(_box(280, 240, 340, 300), 20, 330, fill=_BROWN, width=10 * _FINE)


def _draw_bag(pen: Pen) -> None:
    pen.polygon(_box(210, 130, 430, 130, 455, 410, 185, 410), fill=_BROWN)
    pen.rectangle(_box(210, 95, 430, 140), fill=_DARK)
    pen.rounded_rectangle(_box(245, 210, 395, 350), 16 * _FINE, fill=_CREAM)
    pen.ellipse(_box(280, 230, 360, 330), fill=_DARK)
    pen.arc(_box(310, 225, 390, 335), 130, 230, fill=_CREAM, width=8 * _FINE)


def _draw_shopper(pen: Pen) -> None:
    pen.arc(_box(250, 60, 390, 300), 180, 360, fill=_DARK, width=16 * _FINE)
    pen.polygon(_box(180, 175, 460, 175, 490, 420, 150, 420), fill=_GREEN)
    pen.ellipse(_box(260, 235, 380, 355), fill=_CREAM)
    pen.arc(_box(290, 265, 350, 325), 20, 330, fill=_BROWN, width=10 * _FINE)


def _draw_tasting(pen: Pen) -> None:
    for left, coffee in ((90, _GOLD), (255, _BROWN), (420, _DARK)):
        pen.rounded_rectangle(_box(left, 190, left + 130, 390), 30 * _FINE, fill=_WHITE)
        pen.rounded_rectangle(_box(left + 14, 250, left + 116, 376), 22 * _FINE, fill=coffee)
    pen.rectangle(_box(50, 390, 590, 410), fill=_BROWN)


_DRAWN: dict[str, tuple[str, _Draws]] = {
    "bun": ("#f2d3c4", _draw_bun),
    "cup": ("#dcc3a5", _draw_cup),
    "mug": ("#f4dccb", _draw_mug),
    "bag": ("#e9dcc4", _draw_bag),
    "shopper": ("#dfe6d3", _draw_shopper),
    "tasting": ("#d8c7bd", _draw_tasting),
}


def draw(what: str) -> bytes:
    """Return one of the pictures as a PNG."""
    ground, draws = _DRAWN[what]
    picture = Image.new("RGB", (WIDTH * _FINE, HEIGHT * _FINE), ground)
    draws(ImageDraw.Draw(picture))
    written = BytesIO()
    picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(written, "PNG")
    return written.getvalue()
