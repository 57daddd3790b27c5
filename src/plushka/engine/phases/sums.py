"""Phase 8 for those who ask neither which lines points are for nor why a rule gives none: sums of lines will do.

What it gives is what ``earning`` gives, which a property test watches.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import compress

from msgspec.structs import replace

from plushka.engine.phases.caps import NONE_YET, excess_of, under_caps
from plushka.engine.phases.case import Case
from plushka.engine.phases.gain import Earned
from plushka.engine.phases.paces import points_at, special_pace
from plushka.engine.plans import RulePlan, TierPlan
from plushka.engine.purchase import Award
from plushka.engine.receipt_tests import Scene
from plushka.engine.sight import claims_of


def earn_in_sums(case: Case, tier: TierPlan, scene: Scene, nets_minor: Sequence[int]) -> Earned | None:
    """Return what the rules give; None where that takes more than sums: multipliers, coupons, rivals by the receipt."""
    version, sight = case.version, case.sight
    active = version.unconditional_mask | version.holding(scene)
    if active & version.multiplier_mask or (scene.coupons and version.by_coupon):
        return None
    if scene.bits & active & version.special_rivals_mask:
        return None
    is_as_seen = nets_minor is sight.amounts_minor
    net_of = sight.claims(active) if is_as_seen else claims_of(sight.masks, active, nets_minor)
    awards: list[Award] = []
    total = before_caps = 0
    winners, lift, denominator = version.usual_winners(tier), version.pace_lift, version.pace_denominator
    # By claim, not by the set of a receipt's claims: of those a fifth is new at each receipt of a grocery.
    bases_minor: dict[int, int] = {}
    for claim, net_minor in net_of.items():
        for index in winners[claim]:
            bases_minor[index] = bases_minor.get(index, 0) + net_minor
    for index in sorted(bases_minor):
        plan, base_minor, rate_bp = version.rules[index], bases_minor[index], tier.rates_bp[index]
        rule = plan.rule.id
        uncut = (base_minor * tier.paces[index] + lift) // denominator
        if plan.pace is not None:
            is_won = partial(_wins, winners, index, active)
            uncut, rate_bp = _special(case, plan, nets_minor, net_of, base_minor, is_won)
        points = uncut
        if plan.caps:
            points = under_caps(uncut, plan.caps, case.member.rule_points.get(rule, NONE_YET), [])
        if points:
            total += points
            awards.append(Award(rule, points, base_minor, uncut, (), rate_bp))
        before_caps += uncut
    excess = excess_of(version, case.member, total, []) if version.caps else 0
    return Earned(tuple(_less(awards, excess) if excess else awards), (), total - excess, before_caps)


def _special(  # noqa: PLR0917 - called once, above
    case: Case,
    plan: RulePlan,
    nets_minor: Sequence[int],
    net_of: Mapping[int, int],
    won_minor: int,
    is_won: Callable[[int], bool],
) -> tuple[int, int | None]:
    """Return the points, and the rate, of a rule that is no plain percent; ``is_won`` tells which masks it has won."""
    version, sight, bit = case.version, case.sight, plan.bit
    claimed_minor = 0
    for claim, net_minor in net_of.items():
        if claim & bit:
            claimed_minor += net_minor
    # How many lines there are is asked only where all of them are free.
    line_count = 0 if claimed_minor else sum([1 for mask in sight.masks if mask & bit])
    pace = special_pace(
        version, plan, case.member, claimed_minor, line_count, nets_minor, sight.quantities_milli
    )
    measured = (
        won_minor if pace.measure is nets_minor else sum(compress(pace.measure, map(is_won, sight.masks)))
    )
    return points_at(version, pace, measured), pace.rate_bp


def _wins(winners: Mapping[int, Sequence[int]], index: int, active: int, mask: int) -> bool:
    return index in winners[mask & active]


def _less(awards: Sequence[Award], excess: int) -> list[Award]:
    """Take ``excess`` off the awards, the last first; what is left of nothing is none."""
    left = []
    for award in reversed(awards):
        cut = min(excess, award.points)
        excess -= cut
        if award.points > cut:
            left.append(replace(award, points=award.points - cut) if cut else award)
    left.reverse()
    return left
