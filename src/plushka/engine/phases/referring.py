"""Phase 9: what a friend's purchase gives to those who brought them, and to the friend (S14, F54 to F56)."""

from collections.abc import Sequence

from msgspec import Struct

from plushka.engine.phases.awarding import award_over
from plushka.engine.program import REFERRAL
from plushka.engine.purchase import Award, Member, Note, Referred
from plushka.engine.reasons import note
from plushka.engine.receipt_tests import Scene
from plushka.engine.referral_parts import BaseShare, LevelReward
from plushka.engine.referral_plans import ReferralPlan
from plushka.engine.version import BP, Version

NO_REFERRER = note("no_referrer", rule=REFERRAL)
NOT_COUNTED = note("referral_not_counted", rule=REFERRAL)


class Referring(Struct, frozen=True):
    """What the purchase is worth to those above, the friend's own reward, and why there is none."""

    referred: Referred | None = None
    award: Award | None = None
    notes: tuple[Note, ...] = ()


NOTHING = Referring()


def refer(version: Version, member: Member, scene: Scene, nets_minor: Sequence[int]) -> Referring:
    """Return what the purchase gives for friends; ``nets_minor`` is what is paid for the lines (S2).

    Each level rounds down by itself, whatever the programme does elsewhere.
    """
    plan, invited = version.referral, member.invited
    if plan is None:
        return NOTHING
    if invited is None or not invited.levels:
        return Referring(notes=(NO_REFERRER if invited is None else NOT_COUNTED,))
    lines = [index for index, mask in enumerate(scene.masks) if mask & plan.bit]
    base_minor = sum([nets_minor[line] for line in lines])
    failed = _why_not(plan, scene, lines, base_minor)
    if failed is not None:
        return Referring(notes=(failed,))
    referral = plan.referral
    place = invited.purchases + 1
    counts = referral.purchases_max is None or place <= referral.purchases_max
    levels = tuple([_points(level, base_minor, version) for level in referral.levels[: invited.levels]])
    notes: tuple[Note, ...] = ()
    if not counts:
        notes = (note("referral_used_up", rule=REFERRAL, purchases=referral.purchases_max or 0),)
    elif not any(levels):
        notes = (note("no_points", rule=REFERRAL, base_minor=base_minor),)
    award = None
    if referral.friend is not None and not invited.is_rewarded:
        award = award_over(REFERRAL, referral.friend.points, lines, nets_minor)
    return Referring(Referred(base_minor, levels, place, counts), award, notes)


def _why_not(plan: ReferralPlan, scene: Scene, lines: Sequence[int], base_minor: int) -> Note | None:
    """Return why the purchase does not qualify."""
    failed = plan.when(scene) if plan.when is not None else None
    if failed is not None:
        return failed
    if not lines:
        return plan.no_lines
    if not base_minor:
        return plan.nothing_paid
    return plan.too_small if base_minor < plan.referral.paid_min_minor else None


def _points(level: LevelReward, base_minor: int, version: Version) -> int:
    if isinstance(level, BaseShare):
        return base_minor * level.rate_bp * version.unit // (BP * version.program.point.value_minor)
    return level.points
