"""Sums of the purchases that followed letters or greetings, and their ratios: sums by sums, never means (S22)."""

from collections.abc import Iterable
from typing import TypeVar

from msgspec import Struct


class Sums(Struct, frozen=True):
    """Money in minor units; ``known_cost`` counts the purchases of which it is known what their goods cost."""

    purchases: int = 0
    known_cost: int = 0
    revenue_minor: int = 0
    cost_minor: int = 0
    messages_minor: int = 0
    discount_minor: int = 0
    positions: int = 0

    @property
    def profit_minor(self) -> int | None:
        """Paid after discounts and points, less goods and messages; None where no receipt knows what goods cost."""
        if self.purchases and not self.known_cost:
            return None
        return self.revenue_minor - self.cost_minor - self.messages_minor

    @property
    def average_minor(self) -> int | None:
        """What a receipt came to; None where there is none."""
        return ratio(self.revenue_minor, self.purchases)

    @property
    def positions_hundredths(self) -> int | None:
        """Positions per receipt, times a hundred."""
        return ratio(self.positions * 100, self.purchases)


Some = TypeVar("Some", bound=Sums)


def summed(kind: type[Some], many: Iterable[Some]) -> Some:
    """Return the sums of all together."""
    rows = list(many)
    return kind(**{field: sum(getattr(one, field) for one in rows) for field in kind.__struct_fields__})


def ratio(numerator: int, denominator: int) -> int | None:
    """Divide, half up; None: by nothing."""
    return (2 * numerator + denominator) // (2 * denominator) if denominator else None
