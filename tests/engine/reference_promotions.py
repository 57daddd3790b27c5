"""Promotions again, slow and by the book: every unit is laid out by itself, every price is an exact fraction.

Shares no code with the engine but its values.
"""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from hashlib import sha256
from math import ceil, floor
from typing import Any

from plushka.engine import conditions as c
from plushka.engine.price_effects import AmountOff, Combo, PercentOff, RaisedShare, Sets, UnitPrice
from plushka.engine.program import Program, Promotion
from plushka.engine.purchase import Line, Member
from plushka.engine.stamp_parts import Gift

Unit = tuple[Fraction, int]
"""A unit's price and its line."""
OnLine = Callable[[c.Condition, Line], bool]


def promote(
    program: Program, sale: Any, on_receipt: Callable[[c.Condition, Any], bool], on_line: OnLine
) -> tuple[list[int], int, dict[str, list[int]]]:
    """Return the prices that promotions leave, the raised share, and what each promotion takes off each line."""
    alive = running(program, sale, on_receipt)
    raised = [each.effect.receipt_share_bp for each in alive if isinstance(each.effect, RaisedShare)]
    lowering = [each for each in alive if not isinstance(each.effect, RaisedShare | Gift)]
    before = list(sale.prices)

    def taken_off(promotion: Promotion, prices: list[int], free: list[bool]) -> list[int]:
        return limited(promotion, sale, prices, free, program.rounding, on_line)

    lowering.sort(
        key=lambda one: (
            asks_for_coupon(one.when),
            -one.priority,
            -sum(taken_off(one, before, sale.part)),
            one.first_on.toordinal() if one.first_on else 0,
            one.id,
        )
    )
    prices, applied = before, list[tuple[Promotion, list[int]]]()
    for promotion in lowering:
        rivals = [cuts for other, cuts in applied if apart(promotion, other)]
        free = [takes and not any(cuts[index] for cuts in rivals) for index, takes in enumerate(sale.part)]
        cuts = taken_off(promotion, prices, free)
        applied.append((promotion, cuts))
        prices = [price - cut for price, cut in zip(prices, cuts, strict=True)]
    return prices, max(raised, default=0), {each.id: cuts for each, cuts in applied if any(cuts)}


def running(program: Program, sale: Any, on_receipt: Callable[[c.Condition, Any], bool]) -> list[Promotion]:
    return [
        promotion
        for promotion in program.promotions
        if not promotion.is_paused
        and (promotion.first_on is None or promotion.first_on <= sale.day)
        and (promotion.last_on is None or sale.day <= promotion.last_on)
        and (promotion.when is None or on_receipt(promotion.when, sale))
        and all(left > 0 for left in budgets_left(promotion, sale))
        and not left_alone(promotion, sale.member)
    ]


def left_alone(promotion: Promotion, member: Member | None) -> bool:
    """Tell whether a member's hash, as a fraction of all there are, lies within the share that is held out."""
    if member is None or member.id is None:
        return False
    digest = sha256(f"promotion:{promotion.id}".encode() + member.id.bytes).hexdigest()
    return Fraction(int(digest[:16], 16), 16**16) < Fraction(promotion.control_bp, 10_000)


def gifts(
    program: Program, sale: Any, on_receipt: Callable[[c.Condition, Any], bool], on_line: OnLine
) -> dict[str, int]:
    """Return the promotions that give a gift for the sale at its prices after discounts."""
    return {
        promotion.id: 1
        for promotion in running(program, sale, on_receipt)
        if isinstance(promotion.effect, Gift)
        and any(
            takes and (promotion.lines is None or on_line(promotion.lines, line))
            for takes, line in zip(sale.part, sale.basket.lines, strict=True)
        )
    }


def budgets_left(promotion: Promotion, sale: Any, of: tuple[str, ...] = ("uses", "amount")) -> list[int]:
    """Return what each budget has left; of a promotion whose budgets are not known, nothing."""
    if promotion.budgets and promotion.id not in sale.basket.budgets_used:
        return [0]
    used = sale.basket.budgets_used.get(promotion.id, ())
    return [
        budget.most - count for budget, count in zip(promotion.budgets, used, strict=True) if budget.of in of
    ]


def asks_for_coupon(condition: c.Condition | None) -> bool:
    if isinstance(condition, c.All):
        return any(asks_for_coupon(part) for part in condition.of)
    if isinstance(condition, c.Any):
        return all(asks_for_coupon(part) for part in condition.of)
    return isinstance(condition, c.Coupon)


def apart(one: Promotion, two: Promotion) -> bool:
    if one.policy == "exclusive" or two.policy == "exclusive":
        return True
    return one.policy == "best_in_group" and two.policy == "best_in_group" and one.group == two.group


def limited(  # noqa: PLR0917 - the whole sale
    promotion: Promotion, sale: Any, prices: list[int], free: list[bool], rounding: str, on_line: OnLine
) -> list[int]:
    lines = sale.basket.lines
    bases = [line.amount_minor for line in lines] if promotion.base == "original" else prices
    cuts = []
    for line, price, cut in zip(
        lines, prices, plain(promotion, lines, bases, free, rounding, on_line), strict=True
    ):
        least = ceil(Fraction(line.amount_minor * promotion.floor_bp, 10_000))
        cuts.append(max(0, min(cut, price - least)))
    if promotion.cap_minor is not None and sum(cuts) > promotion.cap_minor:
        cuts = shares(promotion.cap_minor, cuts)
    left = min(budgets_left(promotion, sale, ("amount",)), default=sum(cuts))
    return shares(left, cuts) if sum(cuts) > left else cuts


def plain(  # noqa: PLR0911, PLR0917 - one case a kind
    promotion: Promotion,
    lines: Sequence[Line],
    bases: list[int],
    free: list[bool],
    rounding: str,
    on_line: OnLine,
) -> list[int]:
    effect = promotion.effect
    chosen = [
        is_free and (promotion.lines is None or on_line(promotion.lines, line))
        for line, is_free in zip(lines, free, strict=True)
    ]
    sums = [base if is_chosen else 0 for base, is_chosen in zip(bases, chosen, strict=True)]
    units = laid_out(lines, bases, chosen)
    match effect:
        case PercentOff(of="lines"):
            return shares(nearest(Fraction(sum(sums) * effect.rate_bp, 10_000), rounding), sums)
        case PercentOff(of=end):
            one = (units[:1] if end == "dearest" else units[-1:]) if units else []
            return over(price_of(one) * Fraction(effect.rate_bp, 10_000), one, len(lines), rounding)
        case AmountOff(per="receipt"):
            return shares(min(effect.amount_minor, sum(sums)), sums)
        case AmountOff():
            return [
                min(base, sum(1 for _, at in units if at == index) * effect.amount_minor)
                for index, base in enumerate(sums)
            ]
        case UnitPrice(price_minor=price):
            return [
                max(0, base - floor(Fraction(price * line.quantity_milli, 1000) + Fraction(1, 2)))
                for line, base in zip(lines, sums, strict=True)
            ]
        case Sets():
            count = min(len(units) // effect.units, effect.sets_max)
            members, cheaper = sets(effect, units, count)
            cut = price_of(cheaper) * Fraction(effect.rate_bp, 10_000)
            return over(cut, members, len(lines), rounding)
        case Combo():
            return combos(effect, lines, bases, free, rounding, on_line)
        case _:
            raise AssertionError(effect)


def laid_out(lines: Sequence[Line], bases: list[int], chosen: list[bool]) -> list[Unit]:
    units = []
    for index, (line, base) in enumerate(zip(lines, bases, strict=True)):
        if chosen[index]:
            count = line.quantity_milli // 1000 if line.quantity_milli % 1000 == 0 else 1
            units += [(Fraction(base, count), index)] * count
    return sorted(units, key=lambda unit: (-unit[0], unit[1]))


def sets(effect: Sets, units: list[Unit], count: int) -> tuple[list[Unit], list[Unit]]:
    if effect.which == "cheapest":
        cheaper = units[len(units) - count * effect.cheaper :]
        return units[: count * (effect.units - effect.cheaper)] + cheaper, cheaper
    members = units[: count * effect.units]
    dear = effect.units - effect.cheaper
    return members, [unit for place, unit in enumerate(members) if place % effect.units >= dear]


def combos(  # noqa: PLR0917 - the whole sale
    effect: Combo, lines: Sequence[Line], bases: list[int], free: list[bool], rounding: str, on_line: OnLine
) -> list[int]:
    fits = [
        [
            is_free and (part.lines is None or on_line(part.lines, line))
            for line, is_free in zip(lines, free, strict=True)
        ]
        for part in effect.parts
    ]
    left = laid_out(lines, bases, [any(each) for each in zip(*fits, strict=True)])
    counts = [sum(1 for _, at in left if fit[at]) for fit in fits]
    used: list[Unit] = []
    cut = Fraction(0)
    for _ in range(effect.sets_max):
        rest, combo, off = list(left), list[Unit](), Fraction(0)
        for part in sorted(range(len(fits)), key=counts.__getitem__):
            wanted = effect.parts[part]
            fitting = [unit for unit in rest if fits[part][unit[1]]]
            if len(fitting) < wanted.quantity:
                return over(cut, used, len(lines), rounding)
            picked = fitting[-wanted.quantity :] if wanted.rate_bp else fitting[: wanted.quantity]
            for unit in picked:
                rest.remove(unit)
            combo += picked
            off += price_of(picked) * Fraction(wanted.rate_bp, 10_000)
        cut += off if effect.price_minor is None else max(Fraction(0), price_of(combo) - effect.price_minor)
        used, left = used + combo, rest
    return over(cut, used, len(lines), rounding)


def price_of(units: Iterable[Unit]) -> Fraction:
    return sum((price for price, _ in units), Fraction(0))


def over(cut: Fraction, units: list[Unit], count: int, rounding: str) -> list[int]:
    by_line = [price_of(unit for unit in units if unit[1] == index) for index in range(count)]
    return shares(nearest(cut, rounding), by_line)


def nearest(amount: Fraction, mode: str) -> int:
    return {"floor": floor(amount), "ceil": ceil(amount), "half_up": floor(amount + Fraction(1, 2))}[mode]


def shares(total: int, weights: Sequence[int] | Sequence[Fraction]) -> list[int]:
    if total == 0:
        return [0] * len(weights)
    exact = [Fraction(total * weight) / Fraction(sum(weights)) for weight in weights]
    given = [floor(share) for share in exact]
    order = sorted(range(len(exact)), key=lambda index: (given[index] - exact[index], index))
    for index in order[: total - sum(given)]:
        given[index] += 1
    return given
