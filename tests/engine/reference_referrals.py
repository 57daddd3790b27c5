"""What a friend's purchase gives, slowly: exact fractions, a level at a time."""

from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

from plushka.engine.program import Program
from plushka.engine.referral_parts import FixedReward


@dataclass
class Brought:
    """``levels`` for those above; None: the purchase does not qualify. ``points`` for the friend, by ``weights``."""

    levels: list[int] | None = None
    counts: bool = False
    points: int = 0
    weights: list[int] = field(default_factory=list)


def bring(program: Program, sale, nets: list[int], on_receipt, on_line) -> Brought:  # type: ignore[no-untyped-def]
    referral, invited = program.referral, sale.member.invited
    if referral is None or invited is None or invited.levels == 0:
        return Brought()
    if referral.when is not None and not on_receipt(referral.when, sale):
        return Brought()
    takes = [
        part and (referral.lines is None or on_line(referral.lines, line))
        for part, line in zip(sale.part, sale.basket.lines, strict=True)
    ]
    base = sum(net for net, counted in zip(nets, takes, strict=True) if counted)
    if base == 0 or base < referral.paid_min_minor:
        return Brought()
    levels = []
    for depth in range(min(len(referral.levels), invited.levels)):
        level = referral.levels[depth]
        if isinstance(level, FixedReward):
            levels.append(level.points)
        else:
            worth = Fraction(base, program.point.value_minor) * Fraction(level.rate_bp, 10_000)
            levels.append(floor(worth * 10**program.point.scale))
    most = referral.purchases_max
    weights = [net if counted else 0 for net, counted in zip(nets, takes, strict=True)]
    return Brought(
        levels=levels,
        counts=most is None or invited.purchases < most,
        points=referral.friend.points if referral.friend and not invited.is_rewarded else 0,
        weights=weights,
    )
