"""How fast rules give that are no plain percent: compiled once, so that a receipt only fills in its sums."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import assert_never

from msgspec import Struct

from plushka.engine.ladder import sliced
from plushka.engine.program import Effect, Fixed, Ladder, Multiplied, Percent

UNIT_MILLI = 1000


class Pace(Struct, frozen=True):
    """What a rule gives for each unit of ``measure`` of a line: a fraction over ``Version.pace_denominator``.

    ``measure`` runs parallel to the lines: their money, their quantity, or 1 for each.
    ``for_whole_unit`` are points for each whole thousand of the measure, and none for a part of one.
    """

    numerator: int
    denominator: int
    measure: Sequence[int]
    rate_bp: int | None = None
    for_whole_unit: int | None = None


PaceOf = Callable[[int, int, int, Sequence[int], Sequence[int]], Pace]
"""Returns the pace of a rule at a receipt.

It is given what the member has spent before on this business day (0 where the effect does not ask), the money and the
number of the lines that the rule claims, and the money and the quantities of all lines.
"""


def pace_of(effect: Effect, unit: int, denominator: int) -> PaceOf | None:
    """Compile an effect; None: a percent, of money or of points. ``unit``, ``denominator``: as in ``Version``."""
    match effect:
        case Percent() | Multiplied():
            return None
        case Ladder():
            return _ladder(effect, unit)
        case Fixed():
            return _fixed(effect, effect.points * denominator)
        case _:
            assert_never(effect)


def _ladder(ladder: Ladder, unit: int) -> PaceOf:
    bands, is_marginal = ladder.bands, ladder.marginal
    starts_minor, rates_bp = steps_of(ladder)

    def pace(before: int, base: int, _count: int, nets: Sequence[int], _quantities: Sequence[int]) -> Pace:
        if is_marginal and base:
            return Pace(sliced(bands, before, before + base) * unit, base, nets)
        rate_bp = rates_bp[bisect_right(starts_minor, before + base)]
        return Pace(rate_bp * unit, 1, nets, rate_bp)

    return pace


def steps_of(ladder: Ladder) -> tuple[list[int], list[int]]:
    """Return where the bands of a ladder start, and the rates before and from each of them on."""
    starts_minor = [band.from_minor if band.from_included else band.from_minor + 1 for band in ladder.bands]
    return starts_minor, [0, *[band.rate_bp for band in ladder.bands]]


def _fixed(fixed: Fixed, numerator: int) -> PaceOf:
    """A visit's points fall to lines by money, or evenly if all are free."""
    match fixed.per:
        case "receipt":
            return lambda _before, base, count, nets, _quantities: (
                Pace(numerator, base, nets) if base else Pace(numerator, count, [1] * len(nets))
            )
        case "line":
            return lambda _before, _base, _count, nets, _quantities: Pace(numerator, 1, [1] * len(nets))
        case "unit":
            return lambda _before, _base, _count, _nets, quantities: Pace(
                numerator, UNIT_MILLI, quantities, None, fixed.points
            )
        case _:
            assert_never(fixed.per)
