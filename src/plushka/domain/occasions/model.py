"""What an occasion gave, and what it did not."""

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from plushka.engine.occasion_plans import OccasionPlan
from plushka.engine.occasions import Happening
from plushka.engine.purchase import Note
from plushka.engine.version import Version


class Chance(Struct, frozen=True):
    """An occasion that something which happened to a member may be for.

    ``key`` names the happening: an occasion gives a member points for it once for ever.
    """

    program_id: UUID
    version: Version
    plan: OccasionPlan
    member_id: UUID
    happening: Happening
    key: str
    event_id: UUID | None = None


class Gift(Struct, frozen=True, omit_defaults=True):
    """Points that were given, in units of the programme's ``scale``."""

    id: UUID
    program_id: UUID
    occasion_id: str
    name: str
    points: int
    scale: int
    activates_at: datetime
    expires_at: datetime | None = None


class Withheld(Struct, frozen=True, omit_defaults=True):
    """Why an occasion gave nothing: ``note`` is one of the engine's reasons."""

    program_id: UUID
    occasion_id: str
    name: str
    note: Note


class Results(Struct, frozen=True, omit_defaults=True):
    """What came of something that happened to one member."""

    given: tuple[Gift, ...] = ()
    withheld: tuple[Withheld, ...] = ()


class KeptGift(Struct, frozen=True):
    """A gift of the books, as a member's page shows it."""

    id: UUID
    program_id: UUID
    occasion_id: str
    name: str
    points: int
    given_on: date
    expires_at: datetime | None
    at: datetime
    event_id: UUID | None
    cancelled_at: datetime | None
    taken: int
    owed: int
    burned: int
