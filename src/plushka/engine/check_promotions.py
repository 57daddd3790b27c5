"""What is wrong with a programme's promotions that their types cannot say."""

from collections.abc import Iterator
from datetime import date

from plushka.engine.check_conditions import Problem, condition_problems
from plushka.engine.price_effects import Combo, RaisedShare, Sets
from plushka.engine.program import Program, Promotion
from plushka.engine.promotion_plans import coupons_of, is_gift


def promotion_problems(program: Program, tier_ids: frozenset[str]) -> Iterator[Problem]:
    """Find everything nonsensical in the promotions of ``program``, in the order of its file."""
    rule_ids = {rule.id for rule in program.earning}
    for index, promotion in enumerate(program.promotions):
        path = f"promotions[{index}]"
        if promotion.id in rule_ids:
            yield Problem(f"{path}.id", "duplicate_id", {"id": promotion.id})
        rule_ids.add(promotion.id)
        yield from _effect(path, promotion, tier_ids)
        yield from condition_problems(f"{path}.when", promotion.when, tier_ids, of_lines=False)
        yield from condition_problems(f"{path}.lines", promotion.lines, tier_ids, of_lines=True)
        yield from _control(path, promotion)
        match promotion:
            case Promotion(first_on=date() as first_on, last_on=date() as last_on) if first_on > last_on:
                yield Problem(f"{path}.last_on", "period_reversed")
            case Promotion(effect=RaisedShare()) if program.redemption is None:
                yield Problem(f"{path}.effect", "share_without_redemption")
            case _:
                pass


def _control(path: str, promotion: Promotion) -> Iterator[Problem]:
    """A control group is no control where its members can have the promotion all the same, or were promised it."""
    if promotion.control_bp and promotion.for_anonymous:
        yield Problem(f"{path}.control_bp", "control_for_anonymous")
    if promotion.control_bp and coupons_of(promotion.when):
        yield Problem(f"{path}.control_bp", "control_of_coupon")


def _effect(path: str, promotion: Promotion, tier_ids: frozenset[str]) -> Iterator[Problem]:
    effect = promotion.effect
    if isinstance(effect, Combo | RaisedShare) and promotion.lines is not None:
        yield Problem(f"{path}.lines", "lines_without_use")
    if isinstance(effect, RaisedShare) and promotion.budgets:
        yield Problem(f"{path}.budgets", "budget_without_use")
    if is_gift(promotion):
        if promotion.for_anonymous:
            yield Problem(f"{path}.for_anonymous", "gift_for_anonymous")
        if any(budget.of == "amount" for budget in promotion.budgets):
            yield Problem(f"{path}.budgets", "gift_budget_of_money")
    match effect:
        case Sets(units=units, cheaper=cheaper) if cheaper >= units:
            yield Problem(f"{path}.effect.cheaper", "whole_set_cheaper")
        case Combo(parts=parts, price_minor=price_minor):
            is_cheaper = any(part.rate_bp for part in parts)
            if is_cheaper == (price_minor is not None):
                yield Problem(f"{path}.effect.price_minor", "price_or_rates")
            for index, part in enumerate(parts):
                where = f"{path}.effect.parts[{index}].lines"
                yield from condition_problems(where, part.lines, tier_ids, of_lines=True)
        case _:
            pass
