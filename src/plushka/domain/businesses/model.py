"""A business and its places of sale."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from plushka.platform.errors import Conflict, Invalid, NotFound
from plushka.platform.i18n import Language
from plushka.platform.point_words import OURS, PointWords

DAY_MINUTES = 1440
CODE_LENGTH_MAX = 50
NAME_LENGTH_MAX = 100
ADDRESS_LENGTH_MAX = 200
DAY_STARTS_MINUTES = 240
"""The business day turns at 04:00 local, so that a night's receipts belong to the evening (S15)."""


class Business(Struct, frozen=True):
    """The company whose programme it is. ``country`` (ISO 3166) says how its phone numbers are spelled.

    ``sandbox_of`` is the business that this one is a copy of, to rehearse in; None: it is a real one.
    With ``spending_needs_permit`` tills spend a member's points only with the member's code (S19).
    """

    tenant_id: UUID
    name: str
    currency: str
    country: str
    language: Language
    time_zone: str
    created_at: datetime
    point_words: PointWords = OURS
    sandbox_of: UUID | None = None
    spending_needs_permit: bool = False


class Opening(Struct, frozen=True, array_like=True):
    """From when until when a branch is open, in minutes after the midnight that begins the day.

    Who closes after midnight closes at more than 1440.
    """

    opens_minutes: int
    closes_minutes: int


Week = tuple[
    Opening | None,
    Opening | None,
    Opening | None,
    Opening | None,
    Opening | None,
    Opening | None,
    Opening | None,
]
"""Monday first; None: closed all day, or not told."""

HOURS_UNTOLD: Week = (None, None, None, None, None, None, None)


class BranchPlan(Struct, frozen=True):
    """What is decided about a branch, when it opens and later; tills and rules name it by ``code``.

    Its business day turns ``day_starts_minutes`` after midnight, local time.
    """

    code: str
    name: str
    time_zone: str
    day_starts_minutes: int = DAY_STARTS_MINUTES
    address: str = ""
    hours: Week = HOURS_UNTOLD


class Branch(Struct, frozen=True):
    """A place of sale as ``BranchPlan`` says. One that is closed takes no receipts made after ``closed_at``."""

    id: UUID
    code: str
    name: str
    time_zone: str
    day_starts_minutes: int
    created_at: datetime
    address: str = ""
    hours: Week = HOURS_UNTOLD
    closed_at: datetime | None = None


class UnknownBusiness(NotFound):
    code = "business_not_found"


class CurrencyUnknown(Invalid):
    code = "currency_unknown"


class CountryUnknown(Invalid):
    code = "country_unknown"


class TimeZoneUnknown(Invalid):
    code = "time_zone_unknown"


class WrongCurrency(Invalid):
    """A sum is told in another currency than the business's."""

    code = "currency_wrong"


class NameMissing(Invalid):
    code = "name_missing"


class NameTooLong(Invalid):
    code = "name_too_long"


class BranchCodeTaken(Conflict):
    code = "branch_code_taken"


class BranchNotFound(NotFound):
    code = "branch_not_found"


class BranchClosedAlready(Conflict):
    code = "branch_closed_already"


class BranchOpenAlready(Conflict):
    code = "branch_open_already"


class BranchTextInvalid(Invalid):
    """A code or name is empty or too long."""

    code = "branch_text_invalid"


class DayStartOutOfRange(Invalid):
    code = "day_start_out_of_range"


class HoursInvalid(Invalid):
    """A day's hours end before they begin, or last over a day."""

    code = "hours_invalid"
