"""Phase 8 for those who ask neither which lines points are for nor why a rule gives none: sums of lines will do.

What it gives is what ``earning`` gives, which a property test watches.
"""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from plushka.engine.pace_plans import Pace
from plushka.engine.phases.caps import NONE_YET, excess_of, under_caps
from plushka.engine.phases.gain import Earned
from plushka.engine.phases.paces import points_at, special_pace
from plushka.engine.plans import TierPlan
from plushka.engine.purchase import Award, Member, Note
from plushka.engine.receipt_tests import Scene
from plushka.engine.version import Version

NONE_SPECIAL: Mapping[int, Pace] = {}
NONE_MEASURED: Mapping[int, int] = {}


def earn_in_sums(
    version: Version, tier: TierPlan, member: Member, scene: Scene, nets_minor: Sequence[int]
) -> Earned | None:
    """Return what the rules give; None where that takes more than sums: multipliers, coupons, rivals by the receipt."""
    active = version.unconditional_mask | version.holding(scene)
    if active & version.multiplier_mask or (scene.coupons and version.by_coupon):
        return None
    special_mask = scene.bits & active & version.special_mask
    if special_mask & version.special_rivals_mask:
        return None
    net_of: dict[int, int] = {}
    for mask, net_minor in zip(scene.masks, nets_minor, strict=True):
        claim = mask & active
        net_of[claim] = net_of.get(claim, 0) + net_minor
    bases_minor: dict[int, int] = {}
    winners = version.usual_winners(tier)
    for claim, net_minor in net_of.items():
        for index in winners[claim]:
            bases_minor[index] = bases_minor.get(index, 0) + net_minor
    special, measured = NONE_SPECIAL, NONE_MEASURED
    if special_mask:
        special = _special(version, member, scene, nets_minor, special_mask, net_of, bases_minor)
        measured = {
            index: _measured(pace, [index in winners[mask & active] for mask in scene.masks])
            for index, pace in special.items()
            if pace.measure is not nets_minor
        }
    return _given(version, tier, member, bases_minor, special, measured)


def _special(  # noqa: PLR0917 - called once, above
    version: Version,
    member: Member,
    scene: Scene,
    nets_minor: Sequence[int],
    special_mask: int,
    net_of: Mapping[int, int],
    bases_minor: Mapping[int, int],
) -> Mapping[int, Pace]:
    """Return the paces of rules that are no plain percent and have won lines, by index.

    ``net_of`` is the money of each claim, ``bases_minor`` that of what each rule has won.
    """
    special = {}
    for plan in version.rules_in(special_mask):
        if plan.index not in bases_minor:
            continue
        bit, base_minor = plan.bit, 0
        for claim, net_minor in net_of.items():
            if claim & bit:
                base_minor += net_minor
        # How many lines there are is asked only where all of them are free.
        line_count = 0 if base_minor else sum([1 for mask in scene.masks if mask & bit])
        special[plan.index] = special_pace(
            version, plan, member, base_minor, line_count, nets_minor, scene.quantities_milli
        )
    return special


def _measured(pace: Pace, is_won: Sequence[bool]) -> int:
    """Return what the lines that a rule wins have of what it measures, if that is not their money."""
    return sum([measure for measure, won in zip(pace.measure, is_won, strict=True) if won])


def _given(  # noqa: PLR0917 - called once, above
    version: Version,
    tier: TierPlan,
    member: Member,
    bases_minor: Mapping[int, int],
    special: Mapping[int, Pace],
    measured: Mapping[int, int],
) -> Earned:
    """Return the points for these bases, by rule, under all caps."""
    notes: list[Note] = []
    awards: list[Award] = []
    total = before_caps = 0
    rules, percents, rates_bp = version.rules, tier.paces, tier.rates_bp
    lift, denominator = version.pace_lift, version.pace_denominator
    for index in sorted(bases_minor):
        base_minor = bases_minor[index]
        if index in special:
            pace = special[index]
            points, rate_bp = points_at(version, pace, measured.get(index, base_minor)), pace.rate_bp
        else:
            points, rate_bp = (base_minor * percents[index] + lift) // denominator, rates_bp[index]
        if not points:
            continue
        plan, uncut = rules[index], points
        before_caps += uncut
        if plan.caps:
            points = under_caps(uncut, plan.caps, member.rule_points.get(plan.rule.id, NONE_YET), notes)
        if points:
            total += points
            awards.append(Award(plan.rule.id, points, base_minor, uncut, (), rate_bp))
    excess = excess_of(version, member, total, notes) if version.caps else 0
    return Earned(tuple(_less(awards, excess) if excess else awards), (), total - excess, before_caps)


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
