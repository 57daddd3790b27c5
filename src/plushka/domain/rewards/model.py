"""Gifts of full cards, and how far members have filled theirs."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.domain.coupons.codes import in_halves
from plushka.engine.stamps import Terms
from plushka.platform.errors import Conflict, NotFound

RewardState = Literal["open", "taken", "withdrawn", "cancelled", "expired"]
"""``withdrawn``: what won it was returned before anybody took it. Of those bought in the catalogue: ``cancelled``, the
points went back; ``expired``, it ran out and was booked so."""
Unusable = Literal[
    "taken",
    "withdrawn",
    "cancelled",
    "expired",
    "member_blocked",
    "not_taken",
    "other_till",
    "other_branch",
    "other_reward",
    "not_bought",
]


class Reward(Struct, frozen=True):
    """A gift to be taken at a till, by its ``code`` or by who shows their card; ``expires_at`` None: whenever.

    Its origin is exactly one of ``card``, ``promotion`` and ``offer_id``; one of an offer has a price and no receipt.
    ``returns_points``: they come back when it runs out.
    """

    id: UUID
    member_id: UUID
    program_id: UUID
    card: str | None
    promotion: str | None
    offer_id: UUID | None
    price_points: int
    returns_points: bool
    name: str
    code: str
    state: RewardState
    issued_at: datetime
    expires_at: datetime | None
    taken_at: datetime | None
    taken_till_id: UUID | None
    receipt_id: UUID | None

    @property
    def shown_code(self) -> str:
        """Return the code as people read it: two halves with a dash between."""
        return in_halves(self.code)

    def is_open(self, at: datetime) -> bool:
        """Tell whether it can be taken at this moment."""
        return self.state == "open" and (self.expires_at is None or at < self.expires_at)


class StampRow(Struct, frozen=True):
    """What a receipt is still worth on a card, and the rewards it still gives for cards that it filled."""

    receipt_id: UUID
    member_id: UUID
    card: str
    day: date
    left: int
    rewards_left: int
    terms: Terms


class MemberCard(Struct, frozen=True):
    """A card of the programme in force as a member has filled it: ``have`` of ``needed``, of money in minor units.

    ``gift`` is the name of what a full one gives, or of its coupon; empty where it gives ``points``.
    ``ahead`` rewards were given for cards that returns have emptied: so many full cards will give nothing.
    """

    id: str
    name: str
    counts: Literal["visits", "units", "spend"]
    have: int
    needed: int
    ends_on: date | None
    gift: str
    points: int
    ahead: int


class UnknownReward(NotFound):
    code = "reward_not_found"


class RewardUnusable(Conflict):
    """The gift cannot be given, or taken back, now; ``reason`` is one of ``Unusable``."""

    code = "reward_unusable"
