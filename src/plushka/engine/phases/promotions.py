"""Phases 3 and 4: promotions lower prices, one after another, then those that a coupon asks for (S11).

Who comes first is told by priority, then by what each would take off by itself, then by its first day and its id.
One that meets, on a line, another it is excluded by leaves that line to whom came first.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import reduce
from operator import or_

from msgspec import Struct

from plushka.engine.parts import Rounding
from plushka.engine.phases.cuts import BP, cuts_of
from plushka.engine.price_effects import RaisedShare
from plushka.engine.program import Promotion
from plushka.engine.promotion_plans import PromotionPlan
from plushka.engine.purchase import Discount, Note
from plushka.engine.reasons import note
from plushka.engine.receipt_tests import Scene
from plushka.engine.shares import spread
from plushka.engine.version import Version

BudgetsUsed = Mapping[str, Sequence[int]]


class Promoted(Struct, frozen=True):
    """What promotions do: ``prices_minor`` are what they leave; ``raised_by`` lets points pay more of the receipt."""

    discounts: tuple[Discount, ...]
    prices_minor: Sequence[int]
    raised_by: PromotionPlan | None = None


class Sale(Struct, frozen=True):
    """What promotions look at: ``scene`` has the prices after phase 2, ``amounts_minor`` are those of the till."""

    scene: Scene
    amounts_minor: Sequence[int]
    budgets_used: BudgetsUsed
    rounding: Rounding


class Cut(Struct, frozen=True):
    """What a promotion takes off each line; ``notes``: what its floor or its cap cut, or why it takes nothing."""

    by_line: Sequence[int]
    amount_minor: int
    notes: Sequence[Note]


def promote(  # noqa: PLR0917 - the whole receipt
    version: Version,
    plans: Sequence[PromotionPlan],
    scene: Scene,
    amounts_minor: Sequence[int],
    budgets_used: BudgetsUsed,
    notes: list[Note],
) -> Promoted:
    """Return the discounts in the order in which they apply; ``plans`` are on, other arguments as those of ``Sale``.

    Promotions that ask for a coupon that was not shown are not weighed, and no note tells of them.
    """
    sale = Sale(scene, amounts_minor, budgets_used, version.program.rounding)
    fitting = fitting_of(plans, scene, budgets_used, notes)
    raising = [plan for plan in fitting if isinstance(plan.promotion.effect, RaisedShare)]
    lowering = [plan for plan in fitting if not isinstance(plan.promotion.effect, RaisedShare)]
    prices_minor: Sequence[int] = scene.prices_minor
    claims: list[tuple[PromotionPlan, Sequence[int]]] = []
    discounts = []
    lowered_bits = 0
    for plan, alone in _in_order(lowering, sale):
        cut = alone
        # Where nothing has touched its lines, a promotion takes off what it would by itself.
        if lowered_bits & plan.any_bit:
            masks = _open(plan, scene.masks, claims)
            if not _any_of(masks) & plan.any_bit:
                is_shut = any(
                    rival.excludes(plan) and "exclusive" in {rival.promotion.policy, plan.promotion.policy}
                    for rival, _ in claims
                )
                notes.append(plan.shut_out if is_shut else plan.outbid)
                continue
            cut = _cut(plan, sale, masks, prices_minor)
        notes.extend(cut.notes)
        if cut.amount_minor == 0:
            continue
        claims.append((plan, cut.by_line))
        lowered_bits |= _any_of([mask for mask, off in zip(scene.masks, cut.by_line, strict=True) if off])
        prices_minor = [price - off for price, off in zip(prices_minor, cut.by_line, strict=True)]
        discounts.append(
            Discount(
                source="promotion",
                rate_bp=0,
                amount_minor=cut.amount_minor,
                by_line=tuple(cut.by_line),
                id=plan.promotion.id,
            )
        )
    return Promoted(tuple(discounts), prices_minor, max(raising, key=_share, default=None))


def fitting_of(
    plans: Sequence[PromotionPlan], scene: Scene, budgets_used: BudgetsUsed, notes: list[Note]
) -> list[PromotionPlan]:
    """Return those of the day's promotions whose conditions hold, that have lines and something left of their budgets.

    Who is in a promotion's control group is told so where all but its budgets would let it apply.
    """
    fitting = []
    for plan in plans:
        if scene.member is None and not plan.promotion.for_anonymous:
            continue
        if plan.coupons and plan.coupons.isdisjoint(scene.coupons):
            continue
        failed = plan.when(scene) if plan.when is not None else None
        if failed is not None:
            notes.append(failed)
        elif plan.bits and not scene.bits & plan.any_bit:
            notes.append(plan.no_lines)
        elif plan.holds_out(scene.member):
            notes.append(plan.control)
        elif (spent := _spent(plan, budgets_used)) is not None:
            notes.append(spent)
        else:
            fitting.append(plan)
    return fitting


def _spent(plan: PromotionPlan, budgets_used: BudgetsUsed) -> Note | None:
    """Return the note that keeps a promotion whose budgets have nothing left, or are not known, from applying."""
    budgets = plan.promotion.budgets
    if not budgets:
        return None
    used = budgets_used.get(plan.promotion.id)
    if used is None:
        return plan.budget_unknown
    return next(
        (
            plan.budget_note(budget)
            for budget, count in zip(budgets, used, strict=True)
            if count >= budget.most
        ),
        None,
    )


def _left_minor(promotion: Promotion, budgets_used: BudgetsUsed) -> int | None:
    """Return the money that the budgets of a promotion have left; None: any."""
    if not promotion.budgets:
        return None
    used = budgets_used[promotion.id]
    left = [
        budget.most - count
        for budget, count in zip(promotion.budgets, used, strict=True)
        if budget.of == "amount"
    ]
    return min(left, default=None)


def _in_order(plans: Sequence[PromotionPlan], sale: Sale) -> list[tuple[PromotionPlan, Cut]]:
    """Return the promotions in the order in which they apply, each with what it would take off by itself."""

    def rank(one: tuple[PromotionPlan, Cut]) -> tuple[bool, int, int, date, str]:
        plan, alone = one
        by_coupon = bool(plan.coupons)
        return by_coupon, -plan.promotion.priority, -alone.amount_minor, plan.first_on, plan.promotion.id

    scene = sale.scene
    return sorted([(plan, _cut(plan, sale, scene.masks, scene.prices_minor)) for plan in plans], key=rank)


def _open(
    plan: PromotionPlan, masks: Sequence[int], claims: Sequence[tuple[PromotionPlan, Sequence[int]]]
) -> Sequence[int]:
    """Return the masks of the lines, 0 for those where a promotion that excludes this one has lowered the price."""
    rivals = [cuts for rival, cuts in claims if rival.excludes(plan)]
    if not rivals:
        return masks
    return [0 if any(taken) else mask for mask, *taken in zip(masks, *rivals, strict=True)]


def _cut(plan: PromotionPlan, sale: Sale, masks: Sequence[int], prices_minor: Sequence[int]) -> Cut:
    amounts_minor = sale.amounts_minor
    promotion = plan.promotion
    notes: list[Note] = []
    bases_minor = amounts_minor if promotion.base == "original" else prices_minor
    wanted = cuts_of(plan, bases_minor, sale.scene.quantities_milli, masks, sale.rounding)
    if wanted is None:
        return Cut((), 0, (plan.no_set,))
    cuts, sought = wanted, sum(wanted)
    if promotion.floor_bp or bases_minor is not prices_minor:
        cuts = [
            min(cut, max(0, price - -(-amount * promotion.floor_bp // BP)))
            for cut, price, amount in zip(wanted, prices_minor, amounts_minor, strict=True)
        ]
    total = sum(cuts)
    if not sought:
        notes.append(plan.no_benefit)
    elif lost := sought - total:
        notes.append(note("promotion_floor", rule=promotion.id, cut_minor=lost))
    cap_minor = promotion.cap_minor
    if cap_minor is not None and total > cap_minor:
        notes.append(
            note("promotion_cap", rule=promotion.id, cap_minor=cap_minor, cut_minor=total - cap_minor)
        )
        cuts, total = spread(cap_minor, cuts), cap_minor
    left_minor = _left_minor(promotion, sale.budgets_used)
    if left_minor is not None and total > left_minor:
        notes.append(
            note("budget_cut", rule=promotion.id, left_minor=left_minor, cut_minor=total - left_minor)
        )
        cuts, total = spread(left_minor, cuts), left_minor
    return Cut(cuts, total, notes)


def _any_of(masks: Sequence[int]) -> int:
    """Return the bits that any line has."""
    return reduce(or_, masks, 0)


def _share(plan: PromotionPlan) -> int:
    effect = plan.promotion.effect
    return effect.receipt_share_bp if isinstance(effect, RaisedShare) else 0
