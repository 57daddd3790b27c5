"""What a purchase of a friend gives to those above them, and the most that one of them gets: plain data."""

from typing import Annotated

from msgspec import Meta

from plushka.engine.parts import Part

LEVELS_MAX = 3
"""How many members above a friend get something for a purchase."""


class BaseShare(Part, frozen=True, tag_field="is", tag="percent"):
    """Points worth this share of what the friend paid (S2), rounded down."""

    rate_bp: Annotated[int, Meta(ge=1, le=100_00)]


class FixedReward(Part, frozen=True, tag_field="is", tag="fixed"):
    """So many points for each purchase that counts."""

    points: Annotated[int, Meta(ge=1, le=10**12)]


LevelReward = BaseShare | FixedReward


class ReferralCaps(Part, frozen=True):
    """The most that one member gets for friends' purchases of one calendar month: in points, and from how many friends.

    Both count by the business days of the purchases.
    """

    points_per_month: Annotated[int, Meta(ge=1, le=10**15)] | None = None
    friends_per_month: Annotated[int, Meta(ge=1, le=10**6)] | None = None
