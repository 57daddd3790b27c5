"""The promotions of a compiled version: what their conditions come to, worked out once and not at each receipt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from plushka.engine.conditions import All, Any, Condition, Coupon
from plushka.engine.experiments.groups import group_of
from plushka.engine.line_masks import LineMasks
from plushka.engine.price_effects import Combo, RaisedShare
from plushka.engine.program import REFERRAL, Budget, EarningRule, Program, Promotion, StampCard
from plushka.engine.purchase import Member, Note
from plushka.engine.reasons import note
from plushka.engine.receipt_tests import Test, receipt_test
from plushka.engine.stamp_parts import Gift


@dataclass(frozen=True, slots=True)
class PromotionPlan:
    """A promotion that is not paused. ``bits`` mark the lines it is for, one for each part of a combo.

    One that asks for a coupon, any of ``coupons``, applies after those that ask for none (S11, phase 4).
    """

    promotion: Promotion
    first_on: date
    last_on: date
    when: Test | None
    bits: tuple[int, ...]
    any_bit: int
    coupons: frozenset[str]
    no_lines: Note
    outbid: Note
    shut_out: Note
    no_benefit: Note
    no_set: Note
    budget_unknown: Note
    control: Note

    def holds_out(self, member: Member | None) -> bool:
        """Tell whether the member is in the promotion's control group; without an id nobody is."""
        control_bp = self.promotion.control_bp
        if not control_bp or member is None or member.id is None:
            return False
        return group_of(control_salt(self.promotion.id), member.id, control_bp)

    def budget_note(self, budget: Budget) -> Note:
        """Return the note of a budget that has nothing left."""
        return note(
            "budget_spent",
            rule=self.promotion.id,
            of=budget.of,
            per=budget.per,
            window=budget.window,
            most=budget.most,
        )

    def is_on(self, day: date) -> bool:
        """Tell whether the promotion lives on this business day."""
        return self.first_on <= day <= self.last_on

    def excludes(self, other: "PromotionPlan") -> bool:
        """Tell whether the two may not lower the price of one line together."""
        return excludes(self.promotion, other.promotion)


def control_salt(promotion_id: str) -> str:
    """Return the salt by which a promotion draws its control group: as long as it has its id, the same members."""
    return f"promotion:{promotion_id}"


def excludes(one: Promotion, two: Promotion) -> bool:
    """Tell whether two promotions may not lower the price of one line together; the same both ways round."""
    if "exclusive" in {one.policy, two.policy}:
        return True
    return one.policy == two.policy == "best_in_group" and one.group == two.group


def coupons_of(condition: Condition | None) -> frozenset[str]:
    """Return the coupons one of which a condition cannot hold without; none: it can."""
    match condition:
        case Coupon(ids=ids):
            return frozenset(ids)
        case All(of=parts):
            return frozenset[str]().union(*map(coupons_of, parts))
        case Any(of=parts):
            asked = [coupons_of(part) for part in parts]
            return frozenset[str]().union(*asked) if all(asked) else frozenset()
        case _:
            return frozenset()


def coupons_by_part(program: Program) -> dict[str, frozenset[str]]:
    """Return the coupons that the parts of a programme ask for, by part."""
    parts: Sequence[EarningRule | Promotion | StampCard] = [
        *program.earning,
        *program.promotions,
        *program.cards,
    ]
    asked = {part.id: coupons_of(part.when) for part in parts}
    if program.referral is not None:
        asked[REFERRAL] = coupons_of(program.referral.when)
    return asked


def is_gift(promotion: Promotion) -> bool:
    """Tell whether a promotion gives a gift, and lowers no price."""
    return isinstance(promotion.effect, Gift)


def promotion_plans(promotions: Sequence[Promotion], masks: LineMasks) -> tuple[PromotionPlan, ...]:
    """Return the plans of those that are not paused, in the programme's order."""
    return tuple(_plan(promotion, masks) for promotion in promotions if not promotion.is_paused)


def _plan(promotion: Promotion, masks: LineMasks) -> PromotionPlan:
    match promotion.effect:
        case Combo(parts=parts):
            bits = tuple(masks.bit_of(part.lines) for part in parts)
        case RaisedShare():
            bits = ()
        case _:
            bits = (masks.bit_of(promotion.lines),)
    when, name = promotion.when, promotion.id
    return PromotionPlan(
        promotion=promotion,
        first_on=promotion.first_on or date.min,
        last_on=promotion.last_on or date.max,
        when=receipt_test(when, name, masks) if when is not None else None,
        bits=bits,
        any_bit=sum(bits),
        coupons=coupons_of(when),
        no_lines=note("no_lines", rule=name),
        outbid=note("outbid", rule=name),
        shut_out=note("shut_out", rule=name),
        no_benefit=note("no_benefit", rule=name),
        no_set=note("set_incomplete", rule=name),
        budget_unknown=note("budget_unknown", rule=name),
        control=note("control_group", rule=name),
    )
