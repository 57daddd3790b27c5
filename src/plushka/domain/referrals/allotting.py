"""What caps leave of what is due to one member for one month: a function of the rows, in the order of booking. Pure."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from plushka.domain.referrals.model import Shortened
from plushka.engine.referral_parts import ReferralCaps


class Claim(Struct, frozen=True):
    """What is due for a purchase of a friend, by the caps of its rules; of one that is ``barred`` nothing is paid."""

    friend_id: UUID
    due: int
    caps: ReferralCaps
    barred: Shortened | None = None


class Allotted(Struct, frozen=True):
    """What of a claim may be paid, and why not all of it."""

    points: int
    reason: Shortened | None = None


def allot(claims: Sequence[Claim]) -> list[Allotted]:
    """Return what each claim gets; earlier ones come first, so that a later purchase takes nothing from them."""
    used = 0
    friends: set[UUID] = set()
    allotted = []
    for claim in claims:
        one = _allot(claim, used, friends)
        if one.points:
            used += one.points
            friends.add(claim.friend_id)
        allotted.append(one)
    return allotted


def _allot(claim: Claim, used: int, friends: set[UUID]) -> Allotted:
    if claim.barred is not None:
        return Allotted(0, claim.barred)
    most, friends_most = claim.caps.points_per_month, claim.caps.friends_per_month
    is_new = claim.friend_id not in friends
    if claim.due and friends_most is not None and is_new and len(friends) >= friends_most:
        return Allotted(0, "cap_friends")
    if most is not None and claim.due > most - used:
        return Allotted(max(most - used, 0), "cap_points")
    return Allotted(claim.due)
