"""Tiers (S13): which one a member's totals reach, when it rises and when it may fall.

Totals are tuples that run parallel to ``Version.windows``. The functions take and return tier ids;
None is the only tier of a programme without tiers.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from msgspec import Struct

from plushka.engine.expiry import DAY, MONTHS_OF, add_months, clamped, period_start
from plushka.engine.plans import TOTAL_OF, RequirementPlan, TierPlan
from plushka.engine.program import Program
from plushka.engine.purchase import TierProgress, Totals
from plushka.engine.version import NO_TOTALS, Version


class ReviewDates(Struct, frozen=True):
    """A review: totals are measured through ``measured_on``; a tier that is not earned falls on ``falls_on``."""

    measured_on: date
    falls_on: date


def fitting_tier(version: Version, totals: Sequence[Totals]) -> str | None:
    """Return the highest tier whose own requirements ``totals`` meet; the first has none."""
    return _fitting(version, totals).id


def tier_after(
    version: Version, tier: str | None, totals: Sequence[Totals], more: Totals = NO_TOTALS
) -> str | None:
    """Return the tier after a purchase: ``totals`` count it already, or it is ``more`` than they count in each window.

    The tier may rise, by several steps, and never falls.

    A manual tier is a floor in the same way: what the member earns above it counts.
    """
    return version.tier_plan(tier).rises_to(totals, more)


def tier_after_return(
    version: Version, tier: str | None, totals: Sequence[Totals], *, is_manual: bool = False
) -> str | None:
    """Return the tier after a return that ``totals`` already count: lower only if the programme says so."""
    tiers = version.program.tiers
    if tiers is None or not tiers.returns_downgrade or is_manual:
        return version.tier_plan(tier).id
    return min(version.tier_plan(tier), _fitting(version, totals), key=_rank).id


def review(
    version: Version,
    tier: str | None,
    closed: Sequence[Totals],
    now: Sequence[Totals] | None = None,
    *,
    is_manual: bool = False,
) -> str | None:
    """Return the tier after a review.

    ``closed`` are totals through ``ReviewDates.measured_on``, so that a calendar year is measured
    before it empties; ``now`` are those at the end of the grace period, and either of the two may save
    the tier. A manual tier is not reviewed until it ends; then it is reviewed as any other.
    """
    current = version.tier_plan(tier)
    fitting = max((_fitting(version, totals) for totals in (closed, now) if totals is not None), key=_rank)
    tiers = version.program.tiers
    if tiers is None or (is_manual and fitting.rank < current.rank):
        return current.id
    if fitting.rank >= current.rank or tiers.review.downgrade == "to_fit":
        return fitting.id
    return version.tiers[current.rank - 1].id


def next_review(version: Version, tier_since: date, after: date) -> ReviewDates | None:
    """Return the first review whose tiers fall later than ``after``; None when tiers are never reviewed.

    ``tier_since`` is the day the member got the tier; a tier younger than the cycle that ends is
    reviewed with it, except by ``anniversary``, which counts from that day.
    """
    tiers = version.program.tiers
    if tiers is None or tiers.review.cycle == "never":
        return None
    cycle = tiers.review.cycle
    grace = timedelta(days=tiers.review.grace_days)
    turn = max(_turn_after(cycle, tier_since, tier_since), _turn_after(cycle, after - grace, tier_since))
    return ReviewDates(measured_on=turn - DAY, falls_on=turn + grace)


def expected_tier(
    version: Version, tier: str | None, totals: Sequence[Totals], *, is_manual: bool = False
) -> str | None:
    """Return the tier that publishing ``version`` would bring a member who now has ``tier``, another version's perhaps.

    A rise comes with the member's next purchase, a fall at the next review, and never without reviews.
    """
    current = version.tier_plan(tier)
    rises_to = version.tier_plan(tier_after(version, tier, totals))
    tiers = version.program.tiers
    if rises_to.rank > current.rank or tiers is None or tiers.review.cycle == "never":
        return rises_to.id
    return review(version, tier, totals, is_manual=is_manual)


def next_tier(version: Version, tier: str | None, totals: Sequence[Totals]) -> TierProgress | None:
    """Return how far the tier above is; None at the top.

    Where all requirements must be met it tells the furthest, where any will do the nearest.
    """
    rank = version.tier_plan(tier).rank + 1
    return None if rank == len(version.tiers) else _progress(version.tiers[rank], totals)


def own_tier(version: Version, tier: str | None, totals: Sequence[Totals]) -> TierProgress | None:
    """Return how well the requirements of a tier itself are met, as ``next_tier`` tells them; None: it has none."""
    return _progress(version.tier_plan(tier), totals)


def _progress(plan: TierPlan, totals: Sequence[Totals]) -> TierProgress | None:
    if not plan.requirements or plan.id is None:
        return None
    telling = plan.requirements[0]
    if len(plan.requirements) > 1:
        choose = min if plan.match == "all" else max
        telling = choose(plan.requirements, key=lambda requirement: _share(requirement, totals))
    return TierProgress(
        tier=plan.id, metric=telling.metric, have=_have(telling, totals), need=telling.at_least
    )


def _share(requirement: RequirementPlan, totals: Sequence[Totals]) -> int:
    # Millionths of the way: fine enough to choose which requirement to tell, and nothing is decided by it.
    return _have(requirement, totals) * 1_000_000 // requirement.at_least


def _have(requirement: RequirementPlan, totals: Sequence[Totals]) -> int:
    have: int = getattr(totals[requirement.window], TOTAL_OF[requirement.metric])
    return have


def _rank(plan: TierPlan) -> int:
    return plan.rank


def _fitting(version: Version, totals: Sequence[Totals]) -> TierPlan:
    for plan in reversed(version.tiers):
        if plan.rank == 0 or plan.is_met(totals, NO_TOTALS):
            return plan
    return version.tiers[0]


def _turn_after(cycle: str, day: date, tier_since: date) -> date:
    """Return the first day later than ``day`` on which a cycle begins anew."""
    if cycle == "anniversary":
        turn = clamped(day.year, tier_since.month, tier_since.day)
        return turn if turn > day else clamped(day.year + 1, tier_since.month, tier_since.day)
    return add_months(period_start(cycle, day), MONTHS_OF[cycle])


def discount_gained_bp(program: Program, tier: str) -> int:
    """Return the discount of a tier where it is larger than that of the tier below; 0: reaching it lowers no price."""
    ladder = program.tiers.tiers if program.tiers else ()
    for below, above in pairwise(ladder):
        if above.id == tier and above.discount_bp > below.discount_bp:
            return above.discount_bp
    return 0
