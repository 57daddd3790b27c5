"""Phase 5: gifts that promotions give for a receipt, weighed on its prices after discounts and before points (S11)."""

from collections.abc import Sequence
from datetime import date, timedelta

from plushka.engine.expiry import midnight_after
from plushka.engine.phases.promotions import BudgetsUsed, fitting_of
from plushka.engine.promotion_plans import PromotionPlan
from plushka.engine.purchase import IssuedGift, Note
from plushka.engine.receipt_tests import Scene
from plushka.engine.stamp_parts import Gift


def win(
    plans: Sequence[PromotionPlan],
    scene: Scene,
    budgets_used: BudgetsUsed,
    notes: list[Note],
    *,
    time_zone: str,
) -> tuple[IssuedGift, ...]:
    """Return the gifts that a receipt wins, one of each of the day's ``plans`` that holds, in the programme's order.

    ``scene`` has the prices that discounts have left.
    """
    day = scene.moment.business_date
    return tuple(
        [
            issued(plan.promotion.effect, day, time_zone, promotion=plan.promotion.id)
            for plan in fitting_of(plans, scene, budgets_used, notes)
            if isinstance(plan.promotion.effect, Gift)
        ]
    )


def still_won(plans: Sequence[PromotionPlan], gifts: Sequence[IssuedGift], scene: Scene) -> dict[str, int]:
    """Return, by promotion, 1 where what is left of a receipt still wins its gift and 0 where it does not (S9).

    Budgets are not asked again: the gift was within them.
    """
    won = {gift.promotion for gift in gifts}
    return {
        plan.promotion.id: int(
            (plan.when is None or plan.when(scene) is None)
            and any(mask & plan.any_bit for mask in scene.masks)
        )
        for plan in plans
        if plan.promotion.id in won
    }


def issued(
    gift: Gift,
    day: date,
    time_zone: str,
    *,
    count: int = 1,
    card: str | None = None,
    promotion: str | None = None,
) -> IssuedGift:
    """Return gifts of ``day`` with the moment at which they can no longer be taken."""
    expires_at = midnight_after(day + timedelta(days=gift.days), time_zone) if gift.days else None
    return IssuedGift(card=card, name=gift.name, count=count, expires_at=expires_at, promotion=promotion)
