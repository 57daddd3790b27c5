"""Values of suggestions, and from when on something is one."""

from datetime import date, datetime
from typing import Literal

from msgspec import Struct

WINDOW_DAYS = 365
MEMBER_GOODS_MAX = 60
"""Of one member, the most often bought first."""
PRODUCTS_MAX = 1_000
"""That are looked at for what is bought together, the most often bought first."""
TOGETHER_RECEIPTS_MIN = 10
"""Receipts that have both: fewer are chance."""
LIFT_MIN_HUNDREDTHS = 150
"""So much more often together than if people chose each without the other."""
TOGETHER_MAX = 5
"""Of one product."""
FAVOURITE_VISITS_MIN = 3
LATE_PERCENT = 150
"""A favourite is missed after so many per cent of its usual gap, and a week at least."""
LATE_DAYS_MIN = 7
LOST_PERCENT = 600
"""Then they have stopped buying it."""
RECENT_DAYS = 60
"""What else is suggested beside goods bought within so many days."""
EACH_MAX = 5
BLOCKED_MAX = 200


class Suggestion(Struct, frozen=True):
    """A product for a member, and why.

    A favourite that was bought on ``visits`` days and not since ``since_on``, or what others buy with ``beside``.
    """

    sku: str
    name: str
    why: Literal["missed", "together"]
    price_minor: int | None
    since_on: date | None = None
    visits: int | None = None
    beside: str | None = None
    lift_hundredths: int | None = None


class Pair(Struct, frozen=True):
    """Two products by code and name that ``receipts`` have both, so many hundredths as often as by chance."""

    sku: str
    other_sku: str
    name: str
    other: str
    receipts: int
    lift_hundredths: int


class SuggestionSettings(Struct, frozen=True):
    """Codes of categories of which nothing is suggested, with all below them."""

    blocked_categories: tuple[str, ...] = ()
    refreshed_at: datetime | None = None
