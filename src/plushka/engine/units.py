"""The units of lines, from the dearest down, without laying out each piece: a line of a thousand nails is one run.

Prices of units are whole numbers of ``1 / scale`` minor units, where ``scale`` is a multiple of every line's number of
units: exact, and several times faster than fractions.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import lcm

from msgspec import Struct

UNIT_MILLI = 1000


class Run(Struct):
    """``left`` units of ``line`` that have not been taken yet, each of the scaled price ``price``."""

    price: int
    line: int
    left: int


class Shelf(Struct, frozen=True):
    """Units to take from, the dearest first; equally dear ones in the order of the lines."""

    runs: list[Run]
    scale: int
    prices: Mapping[int, int]
    """The scaled price of a unit, by line."""


def units_in(quantity_milli: int) -> int:
    """Return how many units a line has: its pieces, or 1 where its quantity is not whole."""
    pieces, rest = divmod(quantity_milli, UNIT_MILLI)
    return 1 if rest else pieces


def shelf_of(lines: Iterable[int], prices_minor: Sequence[int], quantities_milli: Sequence[int]) -> Shelf:
    """Return the units of ``lines``."""
    counts = {line: units_in(quantities_milli[line]) for line in lines}
    scale = lcm(*counts.values())
    prices = {line: prices_minor[line] * (scale // count) for line, count in counts.items()}
    runs = [Run(prices[line], line, count) for line, count in counts.items()]
    runs.sort(key=lambda run: (-run.price, run.line))
    return Shelf(runs, scale, prices)


def take(runs: Iterable[Run], count: int) -> dict[int, int]:
    """Take ``count`` units in the order given, or as many as there are; return how many of each line."""
    taken: dict[int, int] = {}
    for run in runs:
        if count == 0:
            break
        if run.left:
            some = min(run.left, count)
            run.left -= some
            count -= some
            taken[run.line] = taken.get(run.line, 0) + some
    return taken


def worth(taken: Mapping[int, int], shelf: Shelf) -> int:
    """Return what the taken units cost, scaled."""
    return sum([count * shelf.prices[line] for line, count in taken.items()])
