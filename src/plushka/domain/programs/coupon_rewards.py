"""Whether the coupons that full cards give are there: the one thing of a programme that it cannot tell by itself."""

from collections.abc import Iterator, Sequence

from plushka.domain.coupons.model import Coupon
from plushka.engine.check_conditions import Problem
from plushka.engine.program import Program
from plushka.engine.stamp_parts import OwnCoupon


def gives_coupons(program: Program) -> bool:
    """Tell whether any card gives one."""
    return any(isinstance(card.reward, OwnCoupon) for card in program.cards)


def coupon_problems(program: Program, coupons: Sequence[Coupon]) -> Iterator[Problem]:
    """Find the cards that give a coupon which the business does not have, or (unless paused) one that is stopped."""
    known = {coupon.key: coupon for coupon in coupons}
    for index, card in enumerate(program.cards):
        if not isinstance(card.reward, OwnCoupon):
            continue
        coupon = known.get(card.reward.coupon)
        if coupon is None:
            yield Problem(f"cards[{index}].reward.coupon", "coupon_missing", {})
        elif coupon.is_stopped and not card.is_paused:
            yield Problem(f"cards[{index}].reward.coupon", "coupon_is_stopped", {"name": coupon.name})
