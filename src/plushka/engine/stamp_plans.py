"""The stamp cards of a compiled version: what their conditions come to, worked out once and not at each receipt."""

from collections.abc import Sequence
from dataclasses import dataclass

from plushka.engine.line_masks import LineMasks
from plushka.engine.program import StampCard
from plushka.engine.purchase import Note
from plushka.engine.reasons import note
from plushka.engine.receipt_tests import Test, receipt_test
from plushka.engine.stamp_parts import Visits
from plushka.engine.stamps import Terms


@dataclass(frozen=True, slots=True)
class StampPlan:
    """A card that is not paused. ``bit`` marks the lines that count."""

    card: StampCard
    when: Test | None
    bit: int
    terms: Terms
    no_lines: Note
    nothing_paid: Note
    day_stamped: Note


def stamp_plans(cards: Sequence[StampCard], masks: LineMasks) -> tuple[StampPlan, ...]:
    """Return the plans of those that are not paused, in the programme's order."""
    return tuple(_plan(card, masks) for card in cards if not card.is_paused)


def _plan(card: StampCard, masks: LineMasks) -> StampPlan:
    return StampPlan(
        card=card,
        when=receipt_test(card.when, card.id, masks) if card.when is not None else None,
        bit=masks.bit_of(card.lines),
        terms=Terms(
            needed=card.needed,
            lasts=card.lasts,
            once_a_day=isinstance(card.counts, Visits) and card.counts.once_a_day,
            carries_over=card.carries_over,
        ),
        no_lines=note("no_lines", rule=card.id),
        nothing_paid=note("nothing_paid", rule=card.id),
        day_stamped=note("day_stamped", rule=card.id),
    )
