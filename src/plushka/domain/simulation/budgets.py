"""What is used of promotions' budgets in a course of the past.

What each member has used is counted on. What all together have used is not known while members are replayed one after
another: where the promotion was there with the same budgets it is what it was, else nothing. What comes together that
way is added up, and what it exceeds is told.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from msgspec import Struct

from plushka.domain.simulation.course import Course, budgeted_on, same_budgets
from plushka.domain.simulation.past import Sale
from plushka.engine.program import Budget, Program, Promotion
from plushka.engine.purchase import Outcome, Remainder
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


def note_used(
    used: dict[str, int], version: Version, sale: Sale, outcome: Outcome, rest: Remainder | None
) -> None:
    """Note what a receipt has used of budgets that all members share; what comes back of it counts no more."""
    shared = {
        each.id: each
        for each in budgeted_on(version, sale.day)
        if any(budget.per != "member" for budget in each.budgets)
    }
    if not shared:
        return
    taken = {
        each.id: each.amount_minor for each in outcome.discounts if each.source == "promotion" and each.id
    }
    taken |= {gift.promotion: 1 for gift in outcome.gifts if gift.promotion}
    if rest is not None:
        taken = {promotion: rest.promotions_minor.get(promotion, 0) for promotion in taken}
    for promotion in [shared[each] for each, minor in taken.items() if minor and each in shared]:
        for place, budget in enumerate(promotion.budgets):
            if budget.per != "member":
                key = _key(
                    promotion.id, place, since_of(budget.window, sale.day), budget, sale.basket.place.branch
                )
                used[key] = used.get(key, 0) + (1 if budget.of == "uses" else taken[promotion.id])


class Overrun(Struct, frozen=True):
    """A budget that all members together would have exceeded: in ``windows`` of its windows, or branches in them.

    ``used`` is the most of one window, that from ``since`` on; ``excess`` all that was above ``budget.most``, together.
    """

    promotion: Promotion
    budget: Budget
    windows: int
    since: date
    used: int
    excess: int


def overruns(program: Program, used: Mapping[str, int]) -> list[Overrun]:
    """Return the budgets of a programme that were exceeded: at tills the promotion would have stopped there."""
    found = []
    for promotion in program.promotions:
        for place, budget in enumerate(promotion.budgets):
            prefix = f"{promotion.id}|{place}|"
            over = {
                key.removeprefix(prefix): sum_
                for key, sum_ in used.items()
                if key.startswith(prefix) and sum_ > budget.most
            }
            if over:
                window, most = max(over.items(), key=lambda each: each[1])
                since = date.fromisoformat(window.partition("|")[0])
                excess = sum(over.values()) - budget.most * len(over)
                found.append(Overrun(promotion, budget, len(over), since, most, excess))
    return found


def _key(promotion_id: str, place: int, since: date, budget: Budget, branch: str) -> str:
    return f"{promotion_id}|{place}|{since.isoformat()}|{branch if budget.per == 'branch' else ''}"
