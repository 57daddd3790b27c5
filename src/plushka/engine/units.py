"""The units of lines, from the dearest down, without laying out each piece: a line of a thousand nails is one run."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import lcm

from msgspec import Struct

UNIT_MILLI = 1000


class Run(Struct):
    """``left`` units of ``line`` that have not been taken yet, each of the price ``price`` (minor units, exact)."""

    price: Fraction
    line: int
    left: int


def units_in(quantity_milli: int) -> int:
    """Return how many units a line has: its pieces, or 1 where its quantity is not whole."""
    pieces, rest = divmod(quantity_milli, UNIT_MILLI)
    return 1 if rest else pieces


def runs_of(lines: Iterable[int], prices_minor: Sequence[int], quantities_milli: Sequence[int]) -> list[Run]:
    """Return the units of ``lines``, the dearest first; equally dear ones in the order of the lines."""
    runs = []
    for line in lines:
        count = units_in(quantities_milli[line])
        runs.append(Run(Fraction(prices_minor[line], count), line, count))
    runs.sort(key=lambda run: (-run.price, run.line))
    return runs


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


def worth(
    taken: Mapping[int, int], prices_minor: Sequence[int], quantities_milli: Sequence[int]
) -> list[Fraction]:
    """Return what the taken units of each line cost, in minor units, exact; 0 for lines that none is taken of."""
    shares = [Fraction(0)] * len(prices_minor)
    for line, count in taken.items():
        shares[line] = Fraction(prices_minor[line] * count, units_in(quantities_milli[line]))
    return shares


def whole(shares: Sequence[Fraction]) -> list[int]:
    """Return whole numbers in the proportion of ``shares``."""
    common = lcm(*(share.denominator for share in shares))
    return [share.numerator * (common // share.denominator) for share in shares]
