"""What becomes of points that are still there: how many of them burn, by what became of earlier ones at the same age.

Lots are taken together by the month in which they were earned. Of all that was there at the beginning of a month of
their age (0: the month in which they were earned), one part is spent in it, one burns, one is taken back; these three
parts are added up over all months of issue that have had that age as a whole, and what is there now is led through the
ages that it has before it. Actuaries call it a run-off triangle, or a life table with competing risks.
"""

from collections.abc import Sequence
from math import sqrt
from typing import Final, Literal

from msgspec import Struct

from plushka.engine.experiments.quantiles import student

COHORTS_MIN: Final = 6
"""So many whole months of issue are needed."""
SEEN_MIN: Final = 3
"""An age is known when so many months of issue have had it as a whole."""
LOTS_MIN: Final = 100
UNSEEN_MAX_BP: Final = 20_00
"""Of more points than this share no lot has shown how they end: then nothing is said."""
UNLIKE: Final = 0.2
"""Months of issue of which so much more, or less, was spent than of the others at their age are unlike them."""
UNLIKE_MAX: Final = 1 / 3
"""If more than this of what is left is of such months, earlier ones tell nothing about it."""
CONFIDENCE: Final = 0.95

Missing = Literal["months", "lots", "unseen", "changed", "nothing"]
"""Why there is no estimate: too few months of issue, too few lots, no lot has lived to its end, points are spent in
another way than before, no points."""


class Gone(Struct, frozen=True):
    """What left the lots of a month of issue within one month, in units; what came back is taken off."""

    spent: int = 0
    burned: int = 0
    other: int = 0


class Cohort(Struct, frozen=True):
    """Lots earned in one month. ``gone`` has every age, and ends with the month that is not over yet."""

    granted: int
    lots: int
    gone: tuple[Gone, ...]

    @property
    def left(self) -> int:
        return self.granted - sum(each.spent + each.burned + each.other for each in self.gone)

    @property
    def age(self) -> int:
        """The age that it is in now."""
        return len(self.gone) - 1


class Breakage(Struct, frozen=True):
    """Which part of what is left will burn, in basis points, and the interval that ought to hold it.

    ``unseen_bp``: the part that outlives all ages that were seen; the interval takes it for spent at one end and for
    burned at the other. ``lots``, ``cohorts``: what the estimate was made of.
    """

    burned_bp: int
    low_bp: int
    high_bp: int
    unseen_bp: int
    lots: int
    cohorts: int


class TooLittle(Struct, frozen=True):
    """Nothing can be said. ``cohorts``, ``lots``, ``unseen_bp``: what there is, for the page to tell."""

    missing: Missing
    cohorts: int
    lots: int
    unseen_bp: int = 0


class _Rates(Struct, frozen=True):
    """Which parts of what is there at the beginning of an age leave it in that month."""

    spent: float
    burned: float
    other: float


def breakage(cohorts: Sequence[Cohort]) -> Breakage | TooLittle:
    """Return how much of what all cohorts have left will burn. The latest month of each is taken to be not over yet."""
    seen = [cohort for cohort in cohorts if cohort.age > 0 and cohort.granted > 0]
    lots = sum(cohort.lots for cohort in seen)
    if len(seen) < COHORTS_MIN:
        return TooLittle("months", len(seen), lots)
    if lots < LOTS_MIN:
        return TooLittle("lots", len(seen), lots)
    if sum(max(cohort.left, 0) for cohort in cohorts) == 0:
        return TooLittle("nothing", len(seen), lots)
    burned, unseen = _led_on(cohorts, rates(seen))
    if unseen * 100_00 > UNSEEN_MAX_BP:
        return TooLittle("unseen", len(seen), lots, _bp(unseen))
    if _unlike(seen) > UNLIKE_MAX:
        return TooLittle("changed", len(seen), lots)
    error = _error(cohorts, seen)
    known = 1 - unseen
    return Breakage(
        burned_bp=_bp(burned / known if known else 0.0),
        low_bp=_bp(max(burned - error, 0.0)),
        high_bp=_bp(min(burned + unseen + error, 1.0)),
        unseen_bp=_bp(unseen),
        lots=lots,
        cohorts=len(seen),
    )


def rates(cohorts: Sequence[Cohort]) -> tuple[_Rates, ...]:
    """Return the rates of each age from 0 on, as far as ``SEEN_MIN`` cohorts have had it as a whole."""
    found: list[_Rates] = []
    there = [cohort.granted for cohort in cohorts]
    for age in range(max((cohort.age for cohort in cohorts), default=0)):
        over = [place for place, cohort in enumerate(cohorts) if cohort.age > age]
        if len(over) < SEEN_MIN:
            break
        exposed = sum(there[place] for place in over)
        gone = [cohorts[place].gone[age] for place in over]
        sums = [
            sum(each.spent for each in gone),
            sum(each.burned for each in gone),
            sum(each.other for each in gone),
        ]
        for place in over:
            each = cohorts[place].gone[age]
            there[place] -= each.spent + each.burned + each.other
        # Of nothing nothing leaves; more than all cannot, but what came back may make a part smaller than 0.
        parts = [min(max(one / exposed, 0.0), 1.0) if exposed > 0 else 0.0 for one in sums]
        whole = max(sum(parts), 1.0)
        found.append(_Rates(*[part / whole for part in parts]))
    return tuple(found)


def _led_on(cohorts: Sequence[Cohort], known: Sequence[_Rates]) -> tuple[float, float]:
    """Return which parts of all that is left burn, and outlive the known ages."""
    burned = unseen = whole = 0.0
    for cohort in cohorts:
        there = float(max(cohort.left, 0))
        whole += there
        for each in known[cohort.age :]:
            burned += there * each.burned
            there *= 1 - each.spent - each.burned - each.other
        unseen += there
    return (burned / whole, unseen / whole) if whole else (0.0, 0.0)


def _unlike(seen: Sequence[Cohort]) -> float:
    """Return which part of what is left, of months that can be compared, is of those spent unlike the others."""
    unlike = whole = 0
    for place, cohort in enumerate(seen):
        known = rates([each for other, each in enumerate(seen) if other != place])
        ages = min(cohort.age, len(known))
        there, expected = float(cohort.granted), 0.0
        for each in known[:ages]:
            expected += there * each.spent
            there *= 1 - each.spent - each.burned - each.other
        spent = sum(each.spent for each in cohort.gone[:ages])
        whole += max(cohort.left, 0)
        if abs(spent - expected) > UNLIKE * cohort.granted:
            unlike += max(cohort.left, 0)
    return unlike / whole if whole else 0.0


def _error(cohorts: Sequence[Cohort], seen: Sequence[Cohort]) -> float:
    """Return half the width of the interval, by Student: of what is not known, and of what is chance.

    The jackknife over months of issue, each left out once, tells how far the rates may be off. Months differ from each
    other so much that ``count`` of them give this error: the months of which something is left will differ as much,
    each as far as it is a part of what is left.
    """
    count = len(seen)
    each_without = []
    for place in range(count):
        without = rates([cohort for other, cohort in enumerate(seen) if other != place])
        burned, unseen = _led_on(cohorts, without)
        each_without.append(burned + unseen / 2)
    mean = sum(each_without) / count
    variance = (count - 1) / count * sum((one - mean) ** 2 for one in each_without)
    left = [max(cohort.left, 0) for cohort in cohorts]
    concentration = sum((each / sum(left)) ** 2 for each in left)
    return student((1 + CONFIDENCE) / 2, max(count - 1, 3)) * sqrt(variance * (1 + count * concentration))


def _bp(share: float) -> int:
    return int(share * 100_00 + 0.5)
