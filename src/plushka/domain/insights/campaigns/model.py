"""A comparison of those who were treated and those who were left alone, as it was last counted."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct

from plushka.engine.experiments.effects import Effect, Verdict

Figure = Literal["paid", "purchases", "buyers", "profit"]
FIGURES: tuple[Figure, ...] = ("paid", "purchases", "buyers", "profit")
"""What is compared; the verdict is of the first alone, so that none of four is proven by chance."""

BEFORE: Final = timedelta(days=90)
"""So long before the start members' purchases are looked at, to expect what they would do anyway."""
RETURNS_END_AFTER: Final = timedelta(days=30)
"""So long after the end goods may come back; then what was counted stands."""


class Costs(Struct, frozen=True):
    """What was given to treated members from start to end, money in minor units.

    ``unknown_cost`` of all ``receipts``, of both groups, do not know what their goods cost. ``points_given`` are the
    campaign's own; they cost when they are spent, which ``redeemed_minor`` has of all points.
    """

    receipts: int = 0
    unknown_cost: int = 0
    goods_minor: int = 0
    discount_minor: int = 0
    redeemed_minor: int = 0
    messages_minor: int = 0
    points_given: int = 0


class Caused(Struct, frozen=True):
    """What was caused, by figure: money in minor units, purchases and buyers in numbers. None: nobody to compare."""

    from_at: datetime
    until_at: datetime
    counted_at: datetime
    is_final: bool
    costs: Costs
    effects: Mapping[Figure, Effect | None]

    @property
    def is_open(self) -> bool:
        """Tell whether it was still going on when it was counted."""
        return self.until_at >= self.counted_at

    @property
    def verdict(self) -> Verdict:
        paid = self.effects.get("paid")
        if paid is None:
            return "too_few"
        return paid.early_verdict if self.is_open else paid.verdict

    @property
    def knows_profit(self) -> bool:
        """Tell whether some receipt knows what its goods cost; without, profit would be what was paid."""
        return self.costs.unknown_cost < self.costs.receipts or not self.costs.receipts


def subject_of_campaign(campaign_id: UUID) -> str:
    return f"campaign:{campaign_id}"


def subject_in_quarter(subject: str, quarter_on: date) -> str:
    """Return what a comparison is called of the days alone that lie in a quarter, by its first day."""
    return f"{subject}@{quarter_on}"


def is_promotion(subject: str) -> bool:
    return subject.startswith("promotion:")


def subject_of_promotion(program_id: UUID, promotion_id: str) -> str:
    return f"promotion:{program_id}:{promotion_id}"
