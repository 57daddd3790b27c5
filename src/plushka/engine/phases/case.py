"""One purchase on its way through the phases."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from plushka.engine.local_time import Moment
from plushka.engine.plans import TierPlan
from plushka.engine.purchase import Basket, Member, Note
from plushka.engine.version import Version


class Case(Struct, frozen=True):
    """What all phases know; ``tier`` is the member's before the purchase, ``masks`` run parallel to the lines.

    ``notes`` is the one thing that grows: a phase adds why something did not apply.
    """

    version: Version
    member: Member
    basket: Basket
    at: datetime
    moment: Moment
    tier: TierPlan
    masks: Sequence[int]
    notes: list[Note]
