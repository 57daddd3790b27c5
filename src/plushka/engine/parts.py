"""What all parts of a programme are made of.

Money is in minor units of ``currency``, points in units of the wallet (``10 ** -scale`` of a point),
rates in basis points (5 % = 500).
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

RateBp = Annotated[int, Meta(ge=0, le=100_00)]
Money = Annotated[int, Meta(ge=0, le=10**15)]
Points = Annotated[int, Meta(ge=0, le=10**15)]
Days = Annotated[int, Meta(ge=0, le=36_500)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Colour = Annotated[str, Meta(pattern="^#[0-9a-f]{6}$")]

Rounding = Literal["floor", "half_up", "ceil"]
Policy = Literal["stack", "best_in_group", "exclusive"]


class Part(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A part of a programme: immutable, and unknown fields are refused by name."""
