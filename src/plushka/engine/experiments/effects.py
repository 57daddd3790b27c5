"""What treating members changed, against those who were held out: an estimate with an interval, and what it proves.

Within each stratum the two groups' means are compared, each corrected by what its members did before (CUPED): a
control group that happened to be better customers all along is no loss of the campaign. Strata are weighed by their
treated members. Both groups of a stratum are taken to spread alike, for the large one knows the spread far better
than the small one does: a control group that lacks the big receipt would otherwise look poor and certain at once, and
claim an effect. For a verdict Welch's interval, which takes each group's own spread, has to agree: one big receipt in
the control group proves no harm either.
"""

from collections.abc import Iterable
from itertools import groupby
from math import sqrt
from typing import Final, Literal

from msgspec import Struct

from plushka.engine.experiments.moments import Cell, Moments
from plushka.engine.experiments.quantiles import student

CONTROL_MIN: Final = 100
"""Fewer members than this on either side prove nothing: their interval is not to be trusted."""

CONFIDENCE: Final = 0.95
"""How often the interval covers the true effect."""

_NOMINAL = 0.96
"""What Student's quantile is asked for: receipts have heavier tails than it knows, which costs a per cent."""

_EARLY = 1.6
"""How many times as far from 0 an effect must lie while it is measured: who looks every day sees chance more often."""

_STRATUM_MIN = 8
_FREEDOM_MIN = 3.0

Verdict = Literal["proven", "harm_proven", "not_proven", "too_few"]


class Effect(Struct, frozen=True):
    """An effect per treated member, in the figure's unit, with the interval that covers it in 95 cases of 100.

    ``treated_mean`` and ``control_mean`` are per member, the latter weighed as the treated members are.
    ``lowered_by`` is the share of the spread that is explained by what members did before (0: nothing, or no
    history). ``early_verdict`` is the one to tell before the measurement is over.
    """

    treated: int
    control: int
    treated_mean: float
    control_mean: float
    per_member: float
    low: float
    high: float
    lowered_by: float
    verdict: Verdict
    early_verdict: Verdict

    @property
    def total(self) -> int:
        """What all treated members did more, rounded half up; with ``total_low`` and ``total_high`` its interval."""
        return _whole(self.per_member * self.treated)

    @property
    def total_low(self) -> int:
        return _whole(self.low * self.treated)

    @property
    def total_high(self) -> int:
        return _whole(self.high * self.treated)


def effect(cells: Iterable[Cell]) -> Effect | None:
    """Return the effect that the sums of all strata show; None where a group has fewer than two members.

    Where nothing was kept of the time before, every ``x`` is 0.
    """
    strata = _merged(cells)
    treated = sum(one.members for one, _ in strata)
    control = sum(other.members for _, other in strata)
    if min(treated, control) < 2:  # noqa: PLR2004 - a variance needs two
        return None
    slope = _slope(strata)
    per_member = treated_mean = control_mean = 0.0
    alike, apart = _Spread(), _Spread()
    for one, other in strata:
        weight = one.members / treated
        before = slope * (one.x / one.members - other.x / other.members)
        per_member += weight * (one.y / one.members - other.y / other.members - before)
        treated_mean += weight * one.y / one.members
        control_mean += weight * other.y / other.members
        of_one, of_other = _residual(one, slope), _residual(other, slope)
        freedom = one.members + other.members - 2
        shares = 1 / one.members + 1 / other.members
        alike.add(weight * weight * (of_one + of_other) / freedom * shares, freedom)
        for residual, members in ((of_one, one.members), (of_other, other.members)):
            apart.add(weight * weight * residual / (members - 1) / members, members - 1)
    reach = alike.reach()
    certain = min(treated, control) >= CONTROL_MIN
    return Effect(
        treated,
        control,
        treated_mean,
        control_mean,
        per_member,
        per_member - reach,
        per_member + reach,
        _explained(strata, slope),
        _verdict(per_member, max(reach, apart.reach()), is_certain=certain),
        _verdict(per_member, max(reach, apart.reach()) * _EARLY, is_certain=certain),
    )


class _Spread:
    """The variance of a sum of independent parts, each known with some degrees of freedom."""

    def __init__(self) -> None:
        self._variance = self._fourth = 0.0

    def add(self, variance: float, freedom: int) -> None:
        self._variance += variance
        self._fourth += variance * variance / freedom

    def reach(self) -> float:
        """Return how far the interval goes to either side, with Satterthwaite's degrees of freedom."""
        freedom = self._variance * self._variance / self._fourth if self._fourth else _FREEDOM_MIN
        return student((1 + _NOMINAL) / 2, max(_FREEDOM_MIN, freedom)) * sqrt(self._variance)


def _verdict(per_member: float, reach: float, *, is_certain: bool) -> Verdict:
    if not is_certain:
        return "too_few"
    if per_member > reach:
        return "proven"
    return "harm_proven" if per_member < -reach else "not_proven"


def _merged(cells: Iterable[Cell]) -> list[tuple[Moments, Moments]]:
    """Return (treated, control) by stratum, the lowest first; one with too few on a side is joined to the next."""
    nobody = Moments(0)
    done: list[tuple[Moments, Moments]] = []
    one = other = nobody
    for _, group in groupby(sorted(cells, key=lambda cell: cell.stratum), key=lambda cell: cell.stratum):
        for cell in group:
            if cell.is_control:
                other += cell.moments
            else:
                one += cell.moments
        if min(one.members, other.members) >= _STRATUM_MIN:
            done.append((one, other))
            one = other = nobody
    if one.members or other.members:
        last_one, last_other = done.pop() if done else (nobody, nobody)
        done.append((last_one + one, last_other + other))
    return done


def _slope(strata: list[tuple[Moments, Moments]]) -> float:
    """Return how much of a difference before is to be expected after, from members of one stratum and one group."""
    groups = [group for pair in strata for group in pair]
    spread = sum(group.spread_xx for group in groups)
    return sum(group.spread_xy for group in groups) / spread if spread > 0 else 0.0


def _residual(group: Moments, slope: float) -> float:
    """Return the sum of squared distances that what was before does not explain; never below 0."""
    return max(0.0, group.spread_yy - 2 * slope * group.spread_xy + slope * slope * group.spread_xx)


def _explained(strata: list[tuple[Moments, Moments]], slope: float) -> float:
    groups = [group for pair in strata for group in pair]
    whole = sum(group.spread_yy for group in groups)
    return max(0.0, 1 - sum(_residual(group, slope) for group in groups) / whole) if whole > 0 else 0.0


def _whole(value: float) -> int:
    return int(value // 1) + (value % 1 >= 0.5)  # noqa: PLR2004 - half up
