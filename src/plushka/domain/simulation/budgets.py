"""What has been used of promotions' budgets in a course of the past.

What each member has used is counted on. What all together have used is not known while members are replayed one after
another: where the promotion was there with the same budgets it is what it was, else nothing.
"""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from plushka.domain.simulation.course import Course, budgeted_on, same_budgets
from plushka.domain.simulation.past import Sale
from plushka.engine.program import Budget, Promotion
from plushka.engine.spans import since_of, until_of
from plushka.engine.version import Version

Use = tuple[str, date, int, UUID]
"""A promotion, the business day, what it still takes off the receipt, and the receipt."""


def used_by(
    course: Course, version: Version, sale: Sale, own: Iterable[Use] | None
) -> dict[str, tuple[int, ...]]:
    """Return what the engine must know, by promotion; ``own`` None: nobody's receipt."""
    used: dict[str, tuple[int, ...]] = {}
    for promotion in budgeted_on(version, sale.day):
        if own is None and any(budget.per == "member" for budget in promotion.budgets):
            continue
        known: tuple[int, ...] = ()
        if same_budgets(version, course.setting.versions[sale.version_id], promotion.id):
            known = sale.basket.budgets_used.get(promotion.id, ())
        used[promotion.id] = tuple(
            _own(budget, promotion, sale.day, own or ())
            if budget.per == "member"
            else known[place]
            if place < len(known)
            else 0
            for place, budget in enumerate(promotion.budgets)
        )
    return used


def _own(budget: Budget, promotion: Promotion, day: date, own: Iterable[Use]) -> int:
    since = since_of(budget.window, day)
    until = until_of(budget.window, since)
    left = [
        left_minor
        for promotion_id, used_on, left_minor, _ in own
        if promotion_id == promotion.id and left_minor and since <= used_on < until
    ]
    return len(left) if budget.of == "uses" else sum(left)
