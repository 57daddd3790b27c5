"""Colours of a business, and whether what is written in or on them can be read (WCAG 2.2, 1.4.3)."""

import re
from fractions import Fraction
from typing import NamedTuple

READABLE = Fraction(9, 2)
"""4.5 : 1, for text of ordinary size."""
WHITE = "#ffffff"
INK = "#2b2724"
_HEX = re.compile(r"#[0-9a-f]{6}", re.ASCII)
_STEPS = 100
_DARKEST = 0.04045
"""Below it the scale of sRGB is straight (IEC 61966-2-1)."""


class Readable(NamedTuple):
    """What to write in: ``on_color`` upon the colour, ``on_white`` instead of the colour upon white."""

    on_color: str
    on_white: str


def is_color(text: str) -> bool:
    """Tell whether ``text`` is a colour as browsers send it: ``#b4531d``, in lower case."""
    return _HEX.fullmatch(text) is not None


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    lights = sorted((_luminance(one), _luminance(other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def readable(color: str) -> Readable:
    """Return what can be read on ``color``, and the lightest shade of it that can be read on white."""
    on_color = WHITE if contrast(color, WHITE) >= contrast(color, INK) else INK
    shades = (mixed(color, "#000000", step) for step in range(_STEPS + 1))
    on_white = next(shade for shade in shades if contrast(shade, WHITE) >= READABLE)
    return Readable(on_color, on_white)


def readable_on(color: str, ground: str) -> str:
    """Return ``color``, or the nearest lighter shade of it that can be read on a dark ``ground``."""
    shades = (mixed(color, WHITE, step) for step in range(_STEPS + 1))
    return next(shade for shade in shades if contrast(shade, ground) >= READABLE)


def mixed(color: str, other: str, percent: int) -> str:
    """Return ``color`` with ``percent`` of ``other`` in it."""
    pairs = zip(_channels(color), _channels(other), strict=True)
    return "#" + "".join(f"{(a * (_STEPS - percent) + b * percent) // _STEPS:02x}" for a, b in pairs)


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _luminance(color: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= _DARKEST else ((channel + 0.055) / 1.055) ** 2.4
