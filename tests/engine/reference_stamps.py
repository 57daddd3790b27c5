"""Stamp cards again, slow and by the book: every stamp is put on its card by itself.

Shares no code with the engine but its values.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from plushka.engine import conditions as c
from plushka.engine.program import PointsReward, Program, StampCard
from plushka.engine.purchase import CardState, Line
from plushka.engine.stamp_parts import FromFirst, FromLast, Gift, Lasts, Units, Visits, Within

MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}


@dataclass
class Punched:
    """A card after a purchase; ``gifts`` of its rewards are things, ``weights`` are what its points are spread over."""

    id: str
    stamps: int
    have: int
    rewards: int
    ends_on: date | None
    points: int = 0
    gifts: int = 0
    weights: list[int] = field(default_factory=list)


def punch(
    program: Program,
    sale: Any,
    nets: list[int],
    on_receipt: Callable[[c.Condition, Any], bool],
    on_line: Callable[[c.Condition, Line], bool],
) -> list[Punched]:
    """Return the cards that are not paused, with the purchase on them."""
    out = []
    for card in program.cards:
        if card.is_paused:
            continue
        fits = [
            takes and (card.lines is None or on_line(card.lines, line))
            for line, takes in zip(sale.basket.lines, sale.part, strict=True)
        ]
        weights = [net if fit else 0 for net, fit in zip(nets, fits, strict=True)]
        if not any(weights):
            weights = [1 if fit else 0 for fit in fits]
        stamps = 0
        if any(fits) and (card.when is None or on_receipt(card.when, sale)):
            stamps = worth(card, sale.basket.lines, nets, fits)
        one = put(card, sale.member.cards.get(card.id, CardState()), stamps, sale.day)
        if isinstance(card.reward, PointsReward):
            one.points, one.weights = one.rewards * card.reward.points, weights
        if isinstance(card.reward, Gift):
            one.gifts = one.rewards
        out.append(one)
    return out


def worth(card: StampCard, lines: tuple[Line, ...], nets: list[int], fits: list[bool]) -> int:
    if isinstance(card.counts, Visits):
        return 1
    if isinstance(card.counts, Units):
        whole = [line.quantity_milli // 1000 if line.quantity_milli % 1000 == 0 else 1 for line in lines]
        return sum(count for count, fit in zip(whole, fits, strict=True) if fit)
    return sum(net for net, fit in zip(nets, fits, strict=True) if fit)


def put(card: StampCard, state: CardState, stamps: int, day: date) -> Punched:
    have, first_on, last_on, ends_on = state.have, state.first_on, state.last_on, state.ends_on
    if ends_on is not None and day > ends_on:
        have, first_on, ends_on = 0, None, None
    full = 0
    counts = card.counts
    added = 0 if isinstance(counts, Visits) and counts.once_a_day and state.is_day_stamped else stamps
    for _ in range(added):
        have += 1
        if first_on is None:
            first_on = day
        if have == card.needed:
            have, first_on, full = 0, None, full + 1
    if full and not card.carries_over:
        have, first_on = 0, None
    if added:
        last_on = day if last_on is None else max(last_on, day)
        ends_on = end(card.lasts, first_on, last_on) if first_on else None
    return Punched(card.id, stamps, have, max(0, full + state.due) if stamps else 0, ends_on)


def end(lasts: Lasts, first_on: date, last_on: date) -> date | None:
    match lasts:
        case FromFirst(days=days):
            return first_on + timedelta(days=days)
        case FromLast(days=days):
            return last_on + timedelta(days=days)
        case Within(unit=unit):
            months = MONTHS[unit]
            day = first_on
            while (day + timedelta(days=1)).month == day.month or day.month % months:
                day += timedelta(days=1)
            return day
        case _:
            return None
