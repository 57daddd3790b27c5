"""The algebra of conditions: data that a programme is written in, and that promotions and segments share.

A condition speaks about a line (``product``, ``category``, ``brand``) or about the receipt and its
member (everything else). ``has_lines`` lifts the first kind to the second.
"""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

Id = Annotated[str, Meta(min_length=1, max_length=100)]
Ids = Annotated[tuple[Id, ...], Meta(min_length=1, max_length=1000)]
TimeOfDay = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
"""Local wall-clock time, ``08:30``."""

DEPTH_MAX = 8
NODES_MAX = 200


class Node(Struct, frozen=True, forbid_unknown_fields=True, tag_field="is"):
    """One node of a condition; ``is`` names its kind in a programme file."""


class All(Node, frozen=True, tag="all"):
    """Every part holds."""

    of: Annotated[tuple["Condition", ...], Meta(min_length=1, max_length=50)]


class Any(Node, frozen=True, tag="any"):
    """At least one part holds."""

    of: Annotated[tuple["Condition", ...], Meta(min_length=1, max_length=50)]


class Not(Node, frozen=True, tag="not"):
    """The part does not hold."""

    of: "Condition"


class Product(Node, frozen=True, tag="product"):
    """The line's product is one of ``ids``."""

    ids: Ids


class Category(Node, frozen=True, tag="category"):
    """The line's product is in one of the categories ``ids``, or in a category below one of them."""

    ids: Ids


class Brand(Node, frozen=True, tag="brand"):
    """The line's product is of one of the brands ``ids``."""

    ids: Ids


class HasLines(Node, frozen=True, tag="has_lines"):
    """The lines that satisfy ``where`` come to at least this quantity and this price, after discounts, before points.

    Lines that take no part in the programme do not count.
    """

    where: "Condition"
    quantity_min_milli: Annotated[int, Meta(ge=0)] = 1
    amount_min_minor: Annotated[int, Meta(ge=0)] = 0


class Branch(Node, frozen=True, tag="branch"):
    """The purchase is made at one of the branches ``ids`` (their codes)."""

    ids: Ids


class Channel(Node, frozen=True, tag="channel"):
    """The purchase comes through one of the channels ``ids``: ``till``, ``online`` or another word of the sender."""

    ids: Ids


class Weekday(Node, frozen=True, tag="weekday"):
    """The business day (S15) is one of ``days``, Monday = 1 … Sunday = 7."""

    days: Annotated[tuple[Annotated[int, Meta(ge=1, le=7)], ...], Meta(min_length=1, max_length=7)]


class TimeWindow(Node, frozen=True, tag="time"):
    """The branch's clock is in ``[start, end)``; a window may pass midnight."""

    start: TimeOfDay
    end: TimeOfDay


class Period(Node, frozen=True, tag="period"):
    """The business day is in ``[first_on, last_on]``, both inclusive, as dates stand on screen."""

    first_on: date | None = None
    last_on: date | None = None


class ReceiptAmount(Node, frozen=True, tag="receipt_amount"):
    """The receipt is in ``[min_minor, max_minor]``; which end is open is told.

    It is the sum of the lines that take part in the programme, after discounts and before points: an
    excluded line or a certificate does not help over a threshold.
    """

    min_minor: Annotated[int, Meta(ge=0)] = 0
    max_minor: Annotated[int, Meta(ge=0)] | None = None
    min_included: bool = True
    max_included: bool = True


class Tier(Node, frozen=True, tag="tier"):
    """The member's tier is one of ``ids``."""

    ids: Ids


class Segment(Node, frozen=True, tag="segment"):
    """The member is in one of the segments ``ids``."""

    ids: Ids


class Tag(Node, frozen=True, tag="tag"):
    """The member carries one of the tags ``ids``."""

    ids: Ids


class Coupon(Node, frozen=True, tag="coupon"):
    """The receipt shows a good code of one of the coupons ``ids``."""

    ids: Ids


class FirstPurchase(Node, frozen=True, tag="first_purchase"):
    """The member has bought nothing before that was not returned."""


class RepeatWithin(Node, frozen=True, tag="repeat_within"):
    """The member's previous purchase was at most ``days`` business days before this one (0: the same day)."""

    days: Annotated[int, Meta(ge=1, le=3650)]


class Birthday(Node, frozen=True, tag="birthday"):
    """The business day is from ``days_before`` the member's birthday to ``days_after`` it (29 Feb = 28 Feb, S15)."""

    days_before: Annotated[int, Meta(ge=0, le=180)] = 0
    days_after: Annotated[int, Meta(ge=0, le=180)] = 0


Condition = (
    All
    | Any
    | Not
    | Product
    | Category
    | Brand
    | HasLines
    | Branch
    | Channel
    | Weekday
    | TimeWindow
    | Period
    | ReceiptAmount
    | Tier
    | Segment
    | Tag
    | Coupon
    | FirstPurchase
    | RepeatWithin
    | Birthday
)
