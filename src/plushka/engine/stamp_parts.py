"""What stamps a card is filled with, how long they last and what a full one gives: plain data."""

from typing import Annotated, Literal

from msgspec import Meta

from plushka.engine.parts import Name, Part

LifeDays = Annotated[int, Meta(ge=1, le=3650)]


class Visits(Part, frozen=True, tag_field="is", tag="visits"):
    """A stamp for each purchase with the chosen goods; ``once_a_day``: for the first one of a business day only."""

    once_a_day: bool = True


class Units(Part, frozen=True, tag_field="is", tag="units"):
    """A stamp for each unit of the chosen goods: a piece, or a line whose quantity is not whole."""


class Spend(Part, frozen=True, tag_field="is", tag="spend"):
    """As many stamps as minor units were paid for the chosen goods, after discounts and points: a goal."""


Counted = Visits | Units | Spend


class Always(Part, frozen=True, tag_field="is", tag="always"):
    """Stamps wait until the card is full."""


class FromFirst(Part, frozen=True, tag_field="is", tag="from_first"):
    """An unfinished card can be filled for ``days`` after the day of its first stamp."""

    days: LifeDays


class FromLast(Part, frozen=True, tag_field="is", tag="from_last"):
    """An unfinished card can be filled for ``days`` after the day of its last stamp."""

    days: LifeDays


class Within(Part, frozen=True, tag_field="is", tag="within"):
    """A card is of the calendar period of its first stamp, and ends with it."""

    unit: Literal["month", "quarter", "half_year", "year"]


Lasts = Always | FromFirst | FromLast | Within


class Gift(Part, frozen=True, tag_field="is", tag="gift"):
    """A thing by its name, to be taken at a till for ``days`` after the day it was won; None: whenever."""

    name: Name
    days: LifeDays | None = None


class OwnCoupon(Part, frozen=True, tag_field="is", tag="coupon"):
    """A code of a coupon, by its id, that the member alone may use, once."""

    coupon: Annotated[str, Meta(min_length=1, max_length=100)]
