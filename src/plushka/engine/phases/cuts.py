"""What a promotion takes off each line, before its floor and its cap, and regardless of other promotions.

Rounded once for a promotion, as the programme says, and spread over its lines by largest remainder (S1).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import assert_never

from plushka.engine.parts import Rounding
from plushka.engine.price_effects import AmountOff, Combo, PercentOff, RaisedShare, Sets, UnitPrice
from plushka.engine.promotion_plans import PromotionPlan
from plushka.engine.shares import rounded, spread
from plushka.engine.stamp_parts import Gift
from plushka.engine.units import UNIT_MILLI, Run, Shelf, shelf_of, take, units_in, worth

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
    effect = plan.promotion.effect
    cuts: list[int] | None
    match effect:
        case PercentOff(of="lines"):
            chosen_minor = [bases_minor[line] for line in lines]
            off = rounded(sum(chosen_minor) * effect.rate_bp, BP, rounding)
            cuts = _at(lines, spread(off, chosen_minor), len(masks))
        case PercentOff(of=end):
            shelf = shelf_of(lines, bases_minor, quantities_milli)
            one = take(shelf.runs if end == "dearest" else reversed(shelf.runs), 1)
            cuts = _over(worth(one, shelf) * effect.rate_bp, one, shelf, len(masks), rounding)
        case AmountOff(amount_minor=amount, per="receipt"):
            chosen_minor = [bases_minor[line] for line in lines]
            cuts = _at(lines, spread(min(amount, sum(chosen_minor)), chosen_minor), len(masks))
        case AmountOff(amount_minor=amount):
            off_units = [min(amount * units_in(quantities_milli[line]), bases_minor[line]) for line in lines]
            cuts = _at(lines, off_units, len(masks))
        case UnitPrice(price_minor=price):
            cuts = _above(price, lines, bases_minor, quantities_milli)
        case Sets():
            cuts = _sets(effect, lines, bases_minor, quantities_milli, rounding)
        case Combo():
            cuts = _combos(plan.bits, effect, bases_minor, quantities_milli, masks, rounding)
        case RaisedShare() | Gift():
            cuts = [0] * len(bases_minor)
        case _:
            assert_never(effect)
    return cuts


def _at(lines: Sequence[int], cuts_minor: Sequence[int], line_count: int) -> list[int]:
    """Return the cuts of chosen lines at their places, 0 for all others."""
    cuts = [0] * line_count
    for line, cut in zip(lines, cuts_minor, strict=True):
        cuts[line] = cut
    return cuts


def _above(
    price_minor: int, lines: Sequence[int], bases_minor: Sequence[int], quantities_milli: Sequence[int]
) -> list[int]:
    costs_minor = [rounded(price_minor * quantities_milli[line], UNIT_MILLI, "half_up") for line in lines]
    cuts = [max(0, bases_minor[line] - cost) for line, cost in zip(lines, costs_minor, strict=True)]
    return _at(lines, cuts, len(bases_minor))


def _over(
    cut_bp: int, taken: Mapping[int, int], shelf: Shelf, line_count: int, rounding: Rounding
) -> list[int]:
    """Round a cut, scaled and in basis points, and spread it over the lines in proportion to what their units cost."""
    lines = sorted(taken)
    weights = [taken[line] * shelf.prices[line] for line in lines]
    return _at(lines, spread(rounded(cut_bp, BP * shelf.scale, rounding), weights), line_count)


def _sets(
    effect: Sets,
    lines: Sequence[int],
    bases_minor: Sequence[int],
    quantities_milli: Sequence[int],
    rounding: Rounding,
) -> list[int] | None:
    shelf = shelf_of(lines, bases_minor, quantities_milli)
    sets = min(sum([run.left for run in shelf.runs]) // effect.units, effect.sets_max)
    if sets == 0:
        return None
    if effect.which == "cheapest":
        cheaper = take(reversed(shelf.runs), sets * effect.cheaper)
        others = take(shelf.runs, sets * (effect.units - effect.cheaper))
    else:
        cheaper = _last_of_each(effect, sets, shelf.runs)
        others = take(shelf.runs, sets * effect.units - sum(cheaper.values()))
    both = Counter(cheaper)
    both.update(others)
    return _over(worth(cheaper, shelf) * effect.rate_bp, both, shelf, len(bases_minor), rounding)


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
    lines = [line for line, mask in enumerate(masks) if mask & every]
    shelf = shelf_of(lines, bases_minor, quantities_milli)
    fitting = [[run for run in shelf.runs if masks[run.line] & bit] for bit in bits]
    order = sorted(range(len(bits)), key=lambda part: sum([run.left for run in fitting[part]]))
    all_taken: Counter[int] = Counter()
    cut_bp = 0
    for _ in range(effect.sets_max):
        combo = _one_combo(effect, order, fitting)
        if combo is None:
            break
        prices = [worth(taken, shelf) for taken in combo]
        if effect.price_minor is None:
            cut_bp += sum([price * part.rate_bp for price, part in zip(prices, effect.parts, strict=True)])
        else:
            cut_bp += max(0, sum(prices) - effect.price_minor * shelf.scale) * BP
        for taken in combo:
            all_taken.update(taken)
    if not all_taken:
        return None
    return _over(cut_bp, all_taken, shelf, len(bases_minor), rounding)


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
