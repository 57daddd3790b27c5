"""Values of programmes and standings. Money in minor units, points in units of the wallet."""

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from plushka.engine.program import Program
from plushka.engine.purchase import TierProgress
from plushka.platform.errors import Invalid, NotFound


class VersionMark(Struct, frozen=True):
    """A published version without its body: enough to tell which is in force when."""

    id: UUID
    program_id: UUID
    number: int
    valid_from: datetime


class PublishedVersion(Struct, frozen=True):
    """An immutable publication of a programme."""

    id: UUID
    program_id: UUID
    number: int
    valid_from: datetime
    published_at: datetime
    published_by: str
    program: Program


class Sums(Struct, frozen=True):
    """What a receipt or a return adds to a member's standing; a return's are below zero."""

    purchases: int
    spend_minor: int
    points_earned: int


class Standing(Struct, frozen=True):
    """Where a member stands: lifetime sums, the tier and, as of the last purchase, the way to the next."""

    member_id: UUID
    program_id: UUID
    tier: str | None
    tier_since: datetime | None
    tier_is_manual: bool
    tier_until: datetime | None
    sums: Sums
    reviewed_on: date | None = None


class StandingChange(Struct, frozen=True):
    """What a purchase or a return does to a standing on ``business_date``; ``tier`` is the one after it."""

    member_id: UUID
    business_date: date
    sums: Sums
    tier_before: str | None
    tier: str | None
    rule_points: dict[str, int] = {}
    reason: str = "purchase"


class TierStanding(Struct, frozen=True):
    """A member's tier as it is shown, with the next one's requirement that is furthest away."""

    tier: str | None
    tier_name: str | None
    since: datetime | None
    is_manual: bool
    next_tier: TierProgress | None
    next_tier_name: str | None


class UnknownProgram(NotFound):
    code = "program_not_found"


class UnknownVersion(NotFound):
    code = "program_version_not_found"


class UnknownTier(Invalid):
    """The programme in force has no tier of this id."""

    code = "tier_unknown"


class ProgramUnsound(Invalid):
    """The programme contradicts itself; ``problem`` is the first reason, at ``field``."""

    code = "program_unsound"


class CurrencyOfProgram(Invalid):
    """The programme is written in another currency than the business trades in."""

    code = "program_currency_wrong"
