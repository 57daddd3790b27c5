"""Values of programmes and standings. Money in minor units, points in units of the wallet."""

from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import Struct

from plushka.engine.program import EarningRule, Occasion, Program, Promotion, StampCard
from plushka.engine.purchase import TierProgress
from plushka.platform.errors import Conflict, Invalid, NotFound

NAME_LENGTH_MAX = 200
DESCRIPTION_LENGTH_MAX = 2000
PROGRAMS_MAX = 100
"""Programmes of one business."""
VALID_FROM_AHEAD_MAX = timedelta(days=366)
"""How far ahead a version may be planned."""


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


class ProgramCard(Struct, frozen=True):
    """A programme as the office lists it: its name, description and picture change at once, its rules by versions.

    ``picture_digest`` names the picture, empty where there is none.
    """

    id: UUID
    name: str
    description: str
    picture_digest: str
    created_at: datetime


class ProgramChoice(Struct, frozen=True):
    """A programme to choose; ``version_id`` is the version in force, None: nothing is as yet."""

    id: UUID
    name: str
    version_id: UUID | None

    @property
    def is_in_force(self) -> bool:
        return self.version_id is not None


class Serving(Struct, frozen=True):
    """The programme that serves somewhere; ``is_only``: the business has no other."""

    id: UUID
    name: str
    is_only: bool


class RemovedPart(Struct, frozen=True, omit_defaults=True):
    """A part that was taken out of a draft, where it stood as the ``place``-th of its kind from 0."""

    place: int
    rule: EarningRule | None = None
    promotion: Promotion | None = None
    card: StampCard | None = None
    occasion: Occasion | None = None


class Draft(Struct, frozen=True):
    """What is being written of a programme; it need not be sound yet.

    ``began_from`` is the number of the version it began from, None before the first. ``revision`` names the
    last save; None: nothing was saved yet, and ``program`` is what the first save will start from. ``removed`` are
    parts that can be put back, the latest last.
    """

    program_id: UUID
    program: Program
    began_from: int | None
    revision: UUID | None = None
    saved_at: datetime | None = None
    saved_by: str | None = None
    removed: tuple[RemovedPart, ...] = ()

    @property
    def mark(self) -> str:
        """What a writer has seen: it changes with every save, and with every publication while nothing is saved."""
        return f"revision:{self.revision}" if self.revision else f"version:{self.began_from or 0}"


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
    """A member's tier as it is shown, with the next one's requirement that is furthest away.

    ``next_discount_bp`` is the discount that the next tier adds to this one's, 0: none.
    ``own_tier`` is the same of the tier itself, which is reviewed on ``review_on``, None: never. ``until``: when a
    tier set by hand ends.
    """

    tier: str | None
    tier_name: str | None
    since: datetime | None
    is_manual: bool
    next_tier: TierProgress | None
    next_tier_name: str | None
    next_discount_bp: int = 0
    own_tier: TierProgress | None = None
    review_on: date | None = None
    until: datetime | None = None


class UnknownProgram(NotFound):
    code = "program_not_found"


class UnknownVersion(NotFound):
    code = "program_version_not_found"


class UnknownTier(Invalid):
    """The programme in force has no tier of this id."""

    code = "tier_unknown"


class TierNotManual(Conflict):
    """The rules decide on the tier already."""

    code = "tier_not_manual"


class ProgramUnsound(Invalid):
    """The programme contradicts itself; ``problem`` is the first reason, at ``field``."""

    code = "program_unsound"


class CurrencyOfProgram(Invalid):
    """The programme is written in another currency than the business trades in."""

    code = "program_currency_wrong"


class ScaleOfProgram(Conflict):
    """Points of the programme are divided otherwise already; a new scale would change what members have."""

    code = "program_scale_fixed"


class ProgramNameMissing(Invalid):
    """A programme without a name, or with one of blanks."""

    code = "program_name_missing"


class ProgramTextTooLong(Invalid):
    """The name or the description is longer than ``length_max``."""

    code = "program_text_too_long"


class TooManyPrograms(Conflict):
    """The business has ``programs_max`` programmes already."""

    code = "programs_too_many"


class UnknownRule(NotFound):
    """The draft has no rule of this id (any more)."""

    code = "rule_not_found"


class ProgramNotReady(Conflict):
    """The programme has no rules that would be in force at the moment from which it is to serve a branch."""

    code = "program_not_ready"


class BranchesMissing(Invalid):
    """No branch is named, or one that is not open."""

    code = "branches_missing"


class BranchesServed(Conflict):
    """The programme serves these branches at that moment already."""

    code = "branches_served"


class NoDraft(Conflict):
    """The programme has no draft: it was published or discarded meanwhile."""

    code = "draft_missing"


class DraftChanged(Conflict):
    """Somebody else has saved the draft since it was read."""

    code = "draft_changed"


class VersionsChanged(Conflict):
    """Another version was published since the difference to the draft was shown."""

    code = "versions_changed"


class ValidFromPast(Invalid):
    """A version cannot come into force in the past."""

    code = "valid_from_past"


class ValidFromTooFar(Invalid):
    """A version cannot be planned more than ``VALID_FROM_AHEAD_MAX`` ahead."""

    code = "valid_from_too_far"


class ImportExceedsTrial(Conflict):
    """The file would bring in more points than its trial has told."""

    code = "import_exceeds_trial"
