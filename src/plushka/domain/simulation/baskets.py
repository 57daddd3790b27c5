"""Stored baskets read by the hundred thousand: lines are columns, and purchases of one place share it.

What a line looks like is known by how it is written, which comes from one encoder, and shared: a shop has some
thousand looks. What is written is let go of with the document, which keeps a past small while it is replayed.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec import Raw, Struct

from plushka.engine.purchase import Basket, Line, Look, Place

REMEMBERED_MAX = 50_000


class Goods(Struct, frozen=True):
    """The lines of a basket by columns, as in ``Line``; equal looks are one object, which remembers its hash."""

    products: Sequence[str] = ()
    quantities_milli: Sequence[int] = ()
    amounts_minor: Sequence[int] = ()
    looks: Sequence[Look] = ()

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(map(Line, self.products, self.quantities_milli, self.amounts_minor, self.looks))


NO_GOODS = Goods()


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


def read_basket(document: str) -> tuple[Basket, Goods]:
    """Return what rules saw of a stored basket, and its goods: the basket itself has no lines."""
    stored = _decode(document).basket
    written = bytes(stored.place)
    place = _places.get(written) or _remember_place(written)
    basket = Basket((), place, stored.channel, stored.redeem, stored.budgets_used, stored.coupons)
    if not stored.lines:
        return basket, NO_GOODS
    products, quantities_milli, amounts_minor, looks = zip(*stored.lines, strict=True)
    return basket, Goods(products, quantities_milli, amounts_minor, _read_looks(looks))


def _read_looks(written: Sequence[Raw]) -> list[Look]:
    keys = list(map(bytes, written))
    try:
        return list(map(_looks.__getitem__, keys))
    except KeyError:
        return [_looks.get(key) or _remember_look(key) for key in keys]


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
