"""Phase 8 for those who ask neither which lines points are for nor why a rule gives none: sums of lines will do.

What it gives is what ``earning`` gives, which a property test watches.
"""

from collections.abc import Mapping, Sequence
from itertools import compress

from msgspec.structs import replace

from plushka.engine.pace_plans import Pace
from plushka.engine.phases.caps import NONE_YET, excess_of, under_caps
from plushka.engine.phases.case import Case
from plushka.engine.phases.gain import Earned
from plushka.engine.phases.paces import points_at, special_pace
from plushka.engine.plans import RulePlan, TierPlan
from plushka.engine.purchase import Award, Note
from plushka.engine.receipt_tests import Scene
from plushka.engine.sight import sums_by_mask


def earn_in_sums(case: Case, tier: TierPlan, scene: Scene, nets_minor: Sequence[int]) -> Earned | None:
    """Return what the rules give; None where that takes more than sums: multipliers, coupons, rivals by the receipt."""
    version, sight = case.version, case.sight
    active = version.unconditional_mask | version.holding(scene)
    if active & version.multiplier_mask or (scene.coupons and version.by_coupon):
        return None
    special_mask = scene.bits & active & version.special_mask
    if special_mask & version.special_rivals_mask:
        return None
    is_as_seen = nets_minor is sight.amounts_minor
    net_of = sight.by_mask() if is_as_seen else sums_by_mask(sight.masks, nets_minor)
    bases_minor: dict[int, int] = {}
    winners = version.usual_winners(tier)
    for mask, net_minor in net_of.items():
        for index in winners[mask & active]:
            bases_minor[index] = bases_minor.get(index, 0) + net_minor
    paces: dict[int, Pace] = {}
    if special_mask:
        paces = {
            plan.index: _pace(case, plan, nets_minor, net_of)
            for plan in version.rules_in(special_mask)
            if plan.index in bases_minor
        }
    measured = bases_minor
    for index, pace in paces.items():
        if pace.measure is not nets_minor:
            is_won = [index in winners[mask & active] for mask in sight.masks]
            measured = measured | {index: sum(compress(pace.measure, is_won))}
    return _given(case, tier, bases_minor, paces, measured)


def _given(
    case: Case,
    tier: TierPlan,
    bases_minor: Mapping[int, int],
    paces: Mapping[int, Pace],
    measured: Mapping[int, int],
) -> Earned:
    """Return the points for these bases, by rule, under all caps; ``paces`` of rules that are no plain percent."""
    version, member = case.version, case.member
    notes: list[Note] = []
    awards: list[Award] = []
    total = before_caps = 0
    rules, percents, rates_bp = version.rules, tier.paces, tier.rates_bp
    lift, denominator = version.pace_lift, version.pace_denominator
    for index in sorted(bases_minor):
        base_minor = bases_minor[index]
        if index in paces:
            pace = paces[index]
            uncut, rate_bp = points_at(version, pace, measured[index]), pace.rate_bp
        else:
            uncut, rate_bp = (base_minor * percents[index] + lift) // denominator, rates_bp[index]
        if not uncut:
            continue
        before_caps += uncut
        plan, points = rules[index], uncut
        if plan.caps:
            points = under_caps(uncut, plan.caps, member.rule_points.get(plan.rule.id, NONE_YET), notes)
        if points:
            total += points
            awards.append(Award(plan.rule.id, points, base_minor, uncut, (), rate_bp))
    excess = excess_of(version, member, total, notes) if version.caps else 0
    return Earned(tuple(_less(awards, excess) if excess else awards), (), total - excess, before_caps)


def _pace(case: Case, plan: RulePlan, nets_minor: Sequence[int], net_of: Mapping[int, int]) -> Pace:
    """Return the pace of a rule that is no plain percent; ``net_of`` is the money of lines by their mask."""
    sight, bit = case.sight, plan.bit
    base_minor = sum([net_minor for mask, net_minor in net_of.items() if mask & bit])
    # How many lines there are is asked only where all of them are free.
    line_count = 0 if base_minor else sum([1 for mask in sight.masks if mask & bit])
    return special_pace(
        case.version, plan, case.member, base_minor, line_count, nets_minor, sight.quantities_milli
    )


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
