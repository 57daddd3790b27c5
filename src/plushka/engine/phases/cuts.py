"""What a promotion takes off each line, before its floor and its cap, and regardless of other promotions.

Rounded once for a promotion, as the programme says, and spread over its lines by largest remainder (S1).
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import assert_never

from plushka.engine.parts import Rounding
from plushka.engine.price_effects import AmountOff, Combo, PercentOff, RaisedShare, Sets, UnitPrice
from plushka.engine.promotion_plans import PromotionPlan
from plushka.engine.shares import rounded, spread
from plushka.engine.units import UNIT_MILLI, Run, runs_of, take, units_in, whole, worth

BP = 100_00


def cuts_of(
    plan: PromotionPlan,
    bases_minor: Sequence[int],
    quantities_milli: Sequence[int],
    masks: Sequence[int],
    rounding: Rounding,
) -> list[int] | None:
    """Return the cut of each line, or None where the goods make no whole set.

    ``masks`` are 0 where the promotion may not touch a line. No cut is larger than the line's base.
    """
    lines = [line for line, mask in enumerate(masks) if mask & plan.any_bit]
    chosen_minor = _only(lines, bases_minor)
    effect = plan.promotion.effect
    cuts: list[int] | None
    match effect:
        case PercentOff(of="lines"):
            cuts = spread(rounded(sum(chosen_minor) * effect.rate_bp, BP, rounding), chosen_minor)
        case PercentOff(of=end):
            runs = runs_of(lines, bases_minor, quantities_milli)
            one = worth(take(runs if end == "dearest" else reversed(runs), 1), bases_minor, quantities_milli)
            cuts = _over(sum(one) * Fraction(effect.rate_bp, BP), one, rounding)
        case AmountOff(amount_minor=amount, per="receipt"):
            cuts = spread(min(amount, sum(chosen_minor)), chosen_minor)
        case AmountOff(amount_minor=amount):
            units = map(units_in, quantities_milli)
            cuts = [min(amount * count, base) for count, base in zip(units, chosen_minor, strict=True)]
        case UnitPrice(price_minor=price):
            wanted = [rounded(price * quantity, UNIT_MILLI, "half_up") for quantity in quantities_milli]
            cuts = [max(0, base - cost) for cost, base in zip(wanted, chosen_minor, strict=True)]
        case Sets():
            cuts = _sets(effect, lines, bases_minor, quantities_milli, rounding)
        case Combo():
            cuts = _combos(plan.bits, effect, bases_minor, quantities_milli, masks, rounding)
        case RaisedShare():
            cuts = [0] * len(bases_minor)
        case _:
            assert_never(effect)
    return cuts


def _only(lines: Sequence[int], bases_minor: Sequence[int]) -> list[int]:
    kept = [0] * len(bases_minor)
    for line in lines:
        kept[line] = bases_minor[line]
    return kept


def _over(cut: Fraction | int, shares: Sequence[Fraction], rounding: Rounding) -> list[int]:
    """Round ``cut`` and spread it over the lines in proportion to what their units cost."""
    cut = Fraction(cut)
    return spread(rounded(cut.numerator, cut.denominator, rounding), whole(shares))


def _sets(
    effect: Sets,
    lines: Sequence[int],
    bases_minor: Sequence[int],
    quantities_milli: Sequence[int],
    rounding: Rounding,
) -> list[int] | None:
    runs = runs_of(lines, bases_minor, quantities_milli)
    sets = min(sum(run.left for run in runs) // effect.units, effect.sets_max)
    if sets == 0:
        return None
    if effect.which == "cheapest":
        cheaper = take(reversed(runs), sets * effect.cheaper)
        others = take(runs, sets * (effect.units - effect.cheaper))
    else:
        cheaper = _last_of_each(effect, sets, runs)
        others = take(runs, sets * effect.units - sum(cheaper.values()))
    both = {line: cheaper.get(line, 0) + others.get(line, 0) for line in {**cheaper, **others}}
    cut = sum(worth(cheaper, bases_minor, quantities_milli)) * Fraction(effect.rate_bp, BP)
    return _over(cut, worth(both, bases_minor, quantities_milli), rounding)


def _last_of_each(effect: Sets, sets: int, runs: Sequence[Run]) -> dict[int, int]:
    """Take the cheaper units of sets that are laid out one after another from the dearest unit down."""
    dear = effect.units - effect.cheaper

    def cheaper_before(place: int) -> int:
        full, rest = divmod(min(place, sets * effect.units), effect.units)
        return full * effect.cheaper + max(0, rest - dear)

    taken, place = {}, 0
    for run in runs:
        count = cheaper_before(place + run.left) - cheaper_before(place)
        place += run.left
        if count:
            run.left -= count
            taken[run.line] = count
    return taken


def _combos(  # noqa: PLR0917 - called once, above
    bits: Sequence[int],
    effect: Combo,
    bases_minor: Sequence[int],
    quantities_milli: Sequence[int],
    masks: Sequence[int],
    rounding: Rounding,
) -> list[int] | None:
    every = sum(bits)
    runs = runs_of([line for line, mask in enumerate(masks) if mask & every], bases_minor, quantities_milli)
    fitting = [[run for run in runs if masks[run.line] & bit] for bit in bits]
    order = sorted(range(len(bits)), key=lambda part: sum(run.left for run in fitting[part]))
    all_taken: dict[int, int] = {}
    cut = Fraction(0)
    for _ in range(effect.sets_max):
        combo = _one_combo(effect, order, fitting)
        if combo is None:
            break
        prices = [sum(worth(taken, bases_minor, quantities_milli)) for taken in combo]
        off = [price * Fraction(part.rate_bp, BP) for price, part in zip(prices, effect.parts, strict=True)]
        cut += sum(off) if effect.price_minor is None else max(Fraction(0), sum(prices) - effect.price_minor)
        for taken in combo:
            for line, count in taken.items():
                all_taken[line] = all_taken.get(line, 0) + count
    if not all_taken:
        return None
    return _over(cut, worth(all_taken, bases_minor, quantities_milli), rounding)


def _one_combo(
    effect: Combo, order: Sequence[int], fitting: Sequence[Sequence[Run]]
) -> Sequence[Mapping[int, int]] | None:
    """Take the units of one combo, part by part; None, and nothing is taken, where a part cannot be filled."""
    combo: list[Mapping[int, int]] = [{}] * len(order)
    for part in order:
        wanted, runs = effect.parts[part], fitting[part]
        if sum(run.left for run in runs) < wanted.quantity:
            _put_back(combo, fitting)
            return None
        combo[part] = take(reversed(runs) if wanted.rate_bp else runs, wanted.quantity)
    return combo


def _put_back(combo: Sequence[Mapping[int, int]], fitting: Sequence[Sequence[Run]]) -> None:
    for taken, runs in zip(combo, fitting, strict=True):
        for run in runs:
            run.left += taken.get(run.line, 0)
