"""What a promotion does to prices, or gives: plain data; ``phases/cuts.py`` says what each comes to.

A *unit* is one piece of a line whose quantity is whole; a line of any other quantity (weighed) is one unit.
"""

from typing import Annotated, Literal

from msgspec import Meta

from plushka.engine.conditions import Condition
from plushka.engine.parts import Money, Part, RateBp
from plushka.engine.stamp_parts import Gift

PositiveMoney = Annotated[int, Meta(ge=1, le=10**15)]
PositiveRateBp = Annotated[int, Meta(ge=1, le=100_00)]
SetCount = Annotated[int, Meta(ge=1, le=100)]


class PercentOff(Part, frozen=True, tag_field="is", tag="percent_off"):
    """A share off the chosen lines, or off one unit of them: the ``cheapest`` or the ``dearest``."""

    rate_bp: PositiveRateBp
    of: Literal["lines", "cheapest", "dearest"] = "lines"


class AmountOff(Part, frozen=True, tag_field="is", tag="amount_off"):
    """Money off the chosen lines together, or off each of their units."""

    amount_minor: PositiveMoney
    per: Literal["receipt", "unit"] = "receipt"


class UnitPrice(Part, frozen=True, tag_field="is", tag="unit_price"):
    """A fixed price of a piece or a kilogram, where it is lower than the price is."""

    price_minor: Money


class Sets(Part, frozen=True, tag_field="is", tag="sets"):
    """Of every ``units`` units ``cheaper`` have ``rate_bp`` off: 2+1 is 3, 1, 100 %; the second at half 2, 1, 50 %.

    ``which`` are cheaper: the ``cheapest`` of all chosen units, or, with the units sorted from the dearest down
    and laid out set by set, the last ``in_each_set``, which gives the customer more. Each unit of a set carries
    its share, so that a returned one brings back what was paid for it.
    """

    units: Annotated[int, Meta(ge=2, le=100)]
    cheaper: Annotated[int, Meta(ge=1, le=99)] = 1
    rate_bp: PositiveRateBp = 100_00
    which: Literal["cheapest", "in_each_set"] = "cheapest"
    sets_max: SetCount = 100


class ComboPart(Part, frozen=True):
    """What a combo is made of: ``quantity`` units that satisfy ``lines`` (None: any), with ``rate_bp`` off."""

    lines: Condition | None = None
    quantity: Annotated[int, Meta(ge=1, le=100)] = 1
    rate_bp: RateBp = 0


class Combo(Part, frozen=True, tag_field="is", tag="combo"):
    """Units of several kinds bought together: for ``price_minor`` a combo, or some of them cheaper («buy X, get Y»).

    A part that is cheaper takes the cheapest units there are, others the dearest. The part that fewest units fit is
    filled first.
    """

    parts: Annotated[tuple[ComboPart, ...], Meta(min_length=2, max_length=10)]
    price_minor: Money | None = None
    sets_max: SetCount = 100


class RaisedShare(Part, frozen=True, tag_field="is", tag="raised_share"):
    """Points may pay this share of the receipt, where the programme allows less (F209)."""

    receipt_share_bp: PositiveRateBp


LowerPrice = PercentOff | AmountOff | UnitPrice | Sets | Combo | RaisedShare
PriceEffect = LowerPrice | Gift
"""A gift lowers no price: the member may take it at a till later (phase 5)."""
