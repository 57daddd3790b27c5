"""Scenarios, months and costs. Money is in minor units."""

from collections.abc import Sequence
from datetime import date
from typing import Literal, get_args
from uuid import UUID

from msgspec import Struct

from plushka.engine.expiry import add_months
from plushka.engine.shares import spread
from plushka.platform.errors import Conflict, NotFound

Scenario = Literal["birthday", "reactivation", "promotions"]
SCENARIOS: tuple[Scenario, ...] = get_args(Scenario)
"""In this order they claim a receipt: it counts in the first one only."""
Span = Literal[1, 3]
QUARTER: Span = 3
NAME_LENGTH_MAX = 100
COSTS_MAX = 500


class Effect(Struct, frozen=True):
    """Receipts of a scenario in a month; ``unknown_cost`` of them do not know what their goods cost and add nothing."""

    receipts: int = 0
    unknown_cost: int = 0
    revenue_minor: int = 0
    goods_minor: int = 0

    @property
    def effect_minor(self) -> int:
        """What was paid less what the goods cost; discounts and points are off what was paid already."""
        return self.revenue_minor - self.goods_minor


class Cost(Struct, frozen=True):
    """A line of costs: ``amount_minor`` over ``months`` months from the first of a month, ``from_on``.

    ``covers_messages``: it is what messages cost, so what their deliveries say is not counted besides in these months.
    """

    id: UUID
    name: str
    amount_minor: int
    from_on: date
    months: Span
    covers_messages: bool

    def share(self, month: date) -> int:
        """Return what falls on a month: evenly, the remaining minor units on the first ones (largest remainder)."""
        shares = dict(zip(self.each_month, spread(self.amount_minor, [1] * self.months), strict=True))
        return shares.get(month, 0)

    @property
    def each_month(self) -> list[date]:
        return [add_months(self.from_on, place) for place in range(self.months)]


def quarter_of(day: date) -> list[date]:
    """Return the first days of the three months of the quarter that a day is in."""
    first = day.replace(month=day.month - (day.month - 1) % 3, day=1)
    return [add_months(first, place) for place in range(3)]


def is_covered(costs: Sequence[Cost], month: date) -> bool:
    """Tell whether a line of costs says what messages cost in a month."""
    return any(cost.covers_messages and month in cost.each_month for cost in costs)


class UnknownCost(NotFound):
    code = "cost_not_found"


class TooManyCosts(Conflict):
    """There are ``COSTS_MAX``."""

    code = "too_many_costs"
