"""Values of referrals. Points are in units of the wallet."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.platform.errors import Conflict, NotFound

Way = Literal["app", "bot", "till"]
"""By which door somebody was named as who brought a member."""
NotBound = Literal[
    "unknown_code",
    "self",
    "cycle",
    "same_account",
    "same_device",
    "came_back",
    "blocked",
    "bought",
    "late",
    "bound",
]
"""Why a member is not bound to who was named."""
Shortened = Literal["cap_points", "cap_friends", "blocked", "gone", "same_person"]
"""Why less is paid than a purchase is worth. The last three are for good: such a row is never paid."""


class UnknownReferralCode(NotFound):
    """The code is nobody's."""

    code = "referral_code_not_found"


class ReferralRefused(Conflict):
    """The member cannot be bound; ``reason`` says why."""

    code = "referral_refused"


class Settled(Struct, frozen=True):
    """What a settlement changed for one purchase of a friend: ``change`` points more, or fewer, ``paid`` by now."""

    reward_id: UUID
    member_id: UUID
    friend_id: UUID
    level: int
    change: int
    paid: int
    scale: int
    at: datetime
