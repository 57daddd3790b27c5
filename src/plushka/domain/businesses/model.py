"""A business and its places of sale."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from plushka.platform.errors import Conflict, Invalid, NotFound
from plushka.platform.i18n import Language

DAY_STARTS_MINUTES = 240
"""The business day turns at 04:00 local, so that a night's receipts belong to the evening (S15)."""


class Business(Struct, frozen=True):
    """The company whose programme it is. ``country`` (ISO 3166) says how its phone numbers are spelled."""

    tenant_id: UUID
    name: str
    currency: str
    country: str
    language: Language
    time_zone: str
    created_at: datetime


class Branch(Struct, frozen=True):
    """A place of sale; tills and rules name it by ``code``.

    Its business day turns ``day_starts_minutes`` after midnight, local time.
    """

    id: UUID
    code: str
    name: str
    time_zone: str
    day_starts_minutes: int
    created_at: datetime


class UnknownBusiness(NotFound):
    code = "business_not_found"


class CurrencyUnknown(Invalid):
    code = "currency_unknown"


class CountryUnknown(Invalid):
    code = "country_unknown"


class TimeZoneUnknown(Invalid):
    code = "time_zone_unknown"


class BranchCodeTaken(Conflict):
    code = "branch_code_taken"
