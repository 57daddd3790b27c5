"""The occasions of a compiled version: their conditions, worked out once."""

from collections.abc import Sequence
from dataclasses import dataclass

from plushka.engine.line_masks import LineMasks
from plushka.engine.program import Occasion
from plushka.engine.receipt_tests import Test, receipt_test


@dataclass(frozen=True, slots=True)
class OccasionPlan:
    """An occasion, paused or not, and its condition on the member."""

    occasion: Occasion
    when: Test | None


def occasion_plans(occasions: Sequence[Occasion], masks: LineMasks) -> tuple[OccasionPlan, ...]:
    """Return the plans of all occasions, in the programme's order."""
    return tuple(
        OccasionPlan(each, receipt_test(each.when, each.id, masks) if each.when is not None else None)
        for each in occasions
    )
