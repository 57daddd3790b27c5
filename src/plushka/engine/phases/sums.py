"""Phase 8 for those who ask neither which lines points are for nor why a rule gives none: sums of lines will do.

What it gives is what ``earning`` gives, which a property test watches.
"""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from plushka.engine.phases.caps import NONE_YET, excess_of, under_caps
from plushka.engine.phases.gain import Earned
from plushka.engine.phases.paces import Pace, paces_of, percent_of, points_at
from plushka.engine.plans import TierPlan
from plushka.engine.purchase import Award, Member, Note
from plushka.engine.receipt_tests import Scene
from plushka.engine.version import Version

NONE_SPECIAL: Mapping[int, Pace] = {}


def earn_in_sums(
    version: Version, tier: TierPlan, member: Member, scene: Scene, nets_minor: Sequence[int]
) -> Earned | None:
    """Return what the rules give; None where that takes more than sums: multipliers, coupons, rivals by the receipt."""
    active = version.unconditional_mask | version.holding(scene)
    if active & version.multiplier_mask or (scene.coupons and version.by_coupon):
        return None
    net_of: dict[int, int] = {}
    for mask, net_minor in zip(scene.masks, nets_minor, strict=True):
        claim = mask & active
        if claim:
            net_of[claim] = net_of.get(claim, 0) + net_minor
    claimed = 0
    bases_minor: dict[int, int] = {}
    for claim, net_minor in net_of.items():
        claimed |= claim
        for index in version.usual_winners(tier, claim):
            bases_minor[index] = bases_minor.get(index, 0) + net_minor
    special = NONE_SPECIAL
    if claimed & version.special_mask:
        paces = paces_of(
            version,
            tier,
            member,
            nets_minor,
            quantities_milli=scene.quantities_milli,
            claims=[mask & active for mask in scene.masks],
            special_mask=claimed & version.special_mask,
        )
        if paces.comparable is not tier.paces:
            return None
        special = paces.special
    measured = {
        index: _measured(version, tier, pace, [mask & active for mask in scene.masks], index)
        for index, pace in special.items()
        if index in bases_minor and pace.measure is not nets_minor
    }
    return _given(version, tier, member, bases_minor, special, measured)


def _measured(version: Version, tier: TierPlan, pace: Pace, claims: Sequence[int], index: int) -> int:
    """Return what the lines that a rule wins have of what it measures, if that is not their money."""
    return sum(
        [
            measure
            for claim, measure in zip(claims, pace.measure, strict=True)
            if claim and index in version.usual_winners(tier, claim)
        ]
    )


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
    before_caps = 0
    for index in sorted(bases_minor):
        plan, base_minor, pace = version.rules[index], bases_minor[index], special.get(index)
        if pace is None:
            uncut, rate_bp = percent_of(version, tier, plan, base_minor), tier.rates_bp[index]
        else:
            uncut, rate_bp = points_at(version, pace, measured.get(index, base_minor)), pace.rate_bp
        before_caps += uncut
        points = uncut
        if uncut and plan.caps:
            points = under_caps(uncut, plan.caps, member.rule_points.get(plan.rule.id, NONE_YET), notes)
        if points:
            awards.append(Award(plan.rule.id, points, base_minor, uncut, (), rate_bp))
    total = sum([award.points for award in awards])
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
