"""One purchase on its way through the phases."""

from collections.abc import Callable, Sequence
from datetime import datetime

from msgspec import Struct

from plushka.engine.plans import TierPlan
from plushka.engine.prices import taking_part
from plushka.engine.purchase import Basket, Member, Note
from plushka.engine.receipt_tests import Scene
from plushka.engine.sight import Sight
from plushka.engine.version import Version

Asks = Callable[[int], int]
"""Tells how many points are asked for where so many may be spent; no more than that."""


class Case(Struct, frozen=True):
    """What all phases know; ``tier`` is the member's before the purchase, ``sight`` is at the prices of the till.

    ``notes`` is the one thing that grows: a phase adds why something did not apply. Unless the outcome ``explains``,
    points need not be laid on lines. Who asks for all points that may be spent can be held to less by ``asks``.
    """

    version: Version
    member: Member
    basket: Basket
    at: datetime
    sight: Sight
    tier: TierPlan
    notes: list[Note]
    explains: bool = True
    asks: Asks | None = None


def scene_of(
    basket: Basket, sight: Sight, prices_minor: Sequence[int], member: Member | None, tier: str | None
) -> Scene:
    """Return what receipt conditions look at, at these prices."""
    is_as_seen = prices_minor is sight.amounts_minor
    return Scene(
        member,
        tier,
        basket.place.branch,
        basket.channel,
        sight.moment,
        sight.masks,
        sight.quantities_milli,
        prices_minor,
        sight.taking_part_minor if is_as_seen else taking_part(prices_minor, sight.masks),
        sight.bits,
        basket.coupons,
    )
