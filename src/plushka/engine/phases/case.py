"""One purchase on its way through the phases."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import reduce
from operator import or_

from msgspec import Struct

from plushka.engine.local_time import Moment
from plushka.engine.plans import TierPlan
from plushka.engine.prices import taking_part
from plushka.engine.purchase import Basket, Member, Note
from plushka.engine.receipt_tests import Scene
from plushka.engine.version import Version

Asks = Callable[[int], int]
"""Tells how many points are asked for where so many may be spent; no more than that."""


class Case(Struct, frozen=True):
    """What all phases know; ``tier`` is the member's before the purchase, ``masks`` run parallel to the lines.

    ``notes`` is the one thing that grows: a phase adds why something did not apply. Unless the outcome ``explains``,
    points need not be laid on lines. Who asks for all points that may be spent can be held to less by ``asks``.
    """

    version: Version
    member: Member
    basket: Basket
    at: datetime
    moment: Moment
    tier: TierPlan
    masks: Sequence[int]
    notes: list[Note]
    explains: bool = True
    asks: Asks | None = None


def scene_of(  # noqa: PLR0917 - what conditions look at
    basket: Basket,
    now: Moment,
    masks: Sequence[int],
    prices_minor: Sequence[int],
    member: Member | None,
    tier: str | None,
) -> Scene:
    """Return what receipt conditions look at, at these prices."""
    return Scene(
        member=member,
        tier=tier,
        branch=basket.place.branch,
        channel=basket.channel,
        moment=now,
        masks=masks,
        quantities_milli=[line.quantity_milli for line in basket.lines],
        prices_minor=prices_minor,
        receipt_minor=taking_part(prices_minor, masks),
        bits=reduce(or_, masks, 0),
        coupons=basket.coupons,
    )
