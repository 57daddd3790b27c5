"""Where a member is in their life with the business: seven groups and RFM scores (F19, F199, F214).

Pure: days, visits and sums in, a group and scores out. ``domain/segments/lifecycle`` says the same in SQL for a whole
base at once, and a test holds both to one answer. Definitions in prose: docs/decisions/0089-lifecycle.md.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, get_args

from msgspec import Struct

from plushka.platform.errors import Invalid

Group = Literal["potential", "drowsy", "core", "newcomer", "asleep", "lost", "none"]
GROUPS: tuple[Group, ...] = get_args(Group)
"""In the order in which an owner reads them; each member of the base is in exactly one."""
BRING_BACK: tuple[Group, ...] = ("drowsy", "asleep", "lost")
KEEP: tuple[Group, ...] = ("core", "newcomer", "potential")

WINDOW_DAYS = 365
"""Visits and spending are those of so many last days, the day itself included."""
SCORES = 5
SPEND_MINOR_MAX = 10**15
VISITS_MAX = WINDOW_DAYS

Bounds = tuple[int, int, int, int]
"""Four steps upwards between five scores."""


class BoundsNotRising(Invalid):
    """Each bound must be more than the one before it."""

    code = "bounds_not_rising"


class BoundOutOfRange(Invalid):
    code = "bound_out_of_range"


class Rhythm(Struct, frozen=True):
    """Bounds of the groups, in days since the last visit, each inclusive.

    Up to ``active_days`` a member is active: a newcomer by their first visit within ``WINDOW_DAYS``, the core from
    ``core_visits`` on, potential in between. Up to ``drowsy_days`` they are falling asleep, up to ``asleep_days``
    asleep, and lost after that.
    """

    active_days: int = 30
    drowsy_days: int = 60
    asleep_days: int = 90
    core_visits: int = 4

    @classmethod
    def of_gap(cls, gap_days: int, *, core_visits: int = 4) -> "Rhythm":
        """Return what suits a business whose members come at least every ``gap_days`` nine times of ten."""
        active_days = min(max(gap_days, 7), WINDOW_DAYS // 3)
        return cls(active_days, 2 * active_days, 3 * active_days, core_visits)


class ScoreBounds(Struct, frozen=True):
    """A business's own steps between scores, in place of fifths.

    ``recency_days``: up to the first of them 5, more than the last 1. ``visits`` and ``spend_minor``: from each on one
    score more.
    """

    recency_days: Bounds
    visits: Bounds
    spend_minor: Bounds


class Scores(Struct, frozen=True):
    """From 1, the worst, to 5; all 0 of one who has never bought."""

    r: int
    f: int
    m: int


class Facts(Struct, frozen=True):
    """A member on a day: days since their last visit, None before the first one; the rest within ``WINDOW_DAYS``."""

    days: int | None
    visits: int = 0
    spend_minor: int = 0


def group_of(facts: Facts, rhythm: Rhythm) -> Group:
    """Return the one group that the member is in."""
    if facts.days is None:
        return "none"
    if facts.days > rhythm.asleep_days:
        return "lost"
    if facts.days > rhythm.drowsy_days:
        return "asleep"
    if facts.days > rhythm.active_days:
        return "drowsy"
    if facts.visits >= rhythm.core_visits:
        return "core"
    return "newcomer" if facts.visits <= 1 else "potential"


def scores_by_bounds(facts: Facts, bounds: ScoreBounds) -> Scores:
    """Return the member's scores by a business's own steps."""
    if facts.days is None:
        return Scores(0, 0, 0)
    return Scores(
        SCORES - bisect_left(bounds.recency_days, facts.days),
        1 + bisect_right(bounds.visits, facts.visits),
        1 + bisect_right(bounds.spend_minor, facts.spend_minor),
    )


def scores_by_fifths(base: Sequence[Facts]) -> list[Scores]:
    """Return the scores of each of a base, by fifths of those who have ever bought.

    A score is 1 + ⌊5 × (buyers who are strictly worse) / buyers⌋: equals get equal scores, those of the worst place
    among them, and a fifth may stay empty.
    """
    buyers = [(-facts.days, facts.visits, facts.spend_minor) for facts in base if facts.days is not None]
    days, visits, spend = (sorted(values) for values in zip(*buyers, strict=True)) if buyers else ([], [], [])
    return [
        Scores(0, 0, 0)
        if facts.days is None
        else Scores(_fifth(days, -facts.days), _fifth(visits, facts.visits), _fifth(spend, facts.spend_minor))
        for facts in base
    ]


def check_rhythm(rhythm: Rhythm) -> None:
    """Refuse bounds that leave a group without members or go beyond the window.

    :raises BoundsNotRising: days of one group are not more than those before it
    :raises BoundOutOfRange: a bound is less than the smallest or more than the largest that makes sense
    """
    days = (
        ("active_days", rhythm.active_days),
        ("drowsy_days", rhythm.drowsy_days),
        ("asleep_days", rhythm.asleep_days),
    )
    for field, value in days:
        _check_range(field, value, 1, WINDOW_DAYS)
    for (_, before), (field, value) in pairwise(days):
        if value <= before:
            raise BoundsNotRising(field=field)
    _check_range("core_visits", rhythm.core_visits, 3, VISITS_MAX)


def check_score_bounds(bounds: ScoreBounds) -> None:
    """Refuse steps that do not rise.

    :raises BoundsNotRising: a step is not more than the one before it
    :raises BoundOutOfRange: a step is negative or too large
    """
    for field, steps, least, most in (
        ("recency_days", bounds.recency_days, 0, WINDOW_DAYS),
        ("visits", bounds.visits, 1, VISITS_MAX),
        ("spend_minor", bounds.spend_minor, 1, SPEND_MINOR_MAX),
    ):
        for step in steps:
            _check_range(field, step, least, most)
        if any(step <= before for before, step in pairwise(steps)):
            raise BoundsNotRising(field=field)


def _check_range(field: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise BoundOutOfRange(field=field, least=least, most=most)


def _fifth(rising: Sequence[int], value: int) -> int:
    return 1 + SCORES * bisect_left(rising, value) // len(rising)
