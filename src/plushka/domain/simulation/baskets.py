"""Stored baskets read by the hundred thousand: products that look alike share a look, and purchases a place.

What rules make of a look is remembered by it; one that is the same object is found without being compared.
"""

from typing import Literal

import msgspec
from msgspec import Raw, Struct

from plushka.engine.purchase import Basket, Line, Look, Place

REMEMBERED_MAX = 50_000


class _Basket(Struct):
    lines: list[tuple[str, int, int, Raw]]
    place: Raw
    channel: str = "till"
    redeem: int | Literal["max"] = 0
    budgets_used: dict[str, tuple[int, ...]] = {}
    coupons: tuple[str, ...] = ()


class _Stored(Struct):
    basket: _Basket


_decode = msgspec.json.Decoder(_Stored).decode
_decode_look = msgspec.json.Decoder(Look).decode
_decode_place = msgspec.json.Decoder(Place).decode
_looks: dict[bytes, Look] = {}
_places: dict[bytes, Place] = {}


def read_basket(document: str) -> Basket:
    """Return what rules saw of a stored basket."""
    stored = _decode(document).basket
    # The same look is written the same: it comes from one encoder.
    lines = [
        Line(product, quantity_milli, amount_minor, _looks.get(bytes(look)) or _remember_look(bytes(look)))
        for product, quantity_milli, amount_minor, look in stored.lines
    ]
    written = bytes(stored.place)
    place = _places.get(written) or _remember_place(written)
    return Basket(tuple(lines), place, stored.channel, stored.redeem, stored.budgets_used, stored.coupons)


def _remember_look(written: bytes) -> Look:
    if len(_looks) >= REMEMBERED_MAX:
        _looks.clear()
    look = _looks[written] = _decode_look(written)
    return look


def _remember_place(written: bytes) -> Place:
    if len(_places) >= REMEMBERED_MAX:
        _places.clear()
    place = _places[written] = _decode_place(written)
    return place
