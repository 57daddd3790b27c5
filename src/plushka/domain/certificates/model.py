"""What a certificate is, and why one is refused. Money in minor units of the business's currency."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.platform.errors import Conflict, Denied, Invalid, NotFound, Refusal

NAME_LENGTH_MAX = 60
NOMINALS_MAX = 20
AMOUNT_MAX_MINOR = 10**12
"""Money on one certificate."""
LIFE_DAYS_MAX = 3660
LIFE_MONTHS_MAX = 120
BATCH_MAX = 100_000
"""Certificates that are made at once."""
TYPES_MAX = 200
TENDERS_MAX = 10
"""Certificates that pay for one receipt."""

State = Literal["new", "active", "spent", "expired", "blocked"]
STATES: tuple[State, ...] = ("new", "active", "spent", "expired", "blocked")
MovementKind = Literal[
    "sell", "spend", "forfeit", "refund", "expire", "reinstate", "extend", "block", "unblock", "transfer"
]


class CertificateType(Struct, frozen=True):
    """A kind that is sold: of one of ``nominals_minor``, or where there are none, of any amount within the bounds.

    It lives ``life_months`` or ``life_days`` from the day of its sale, to the end of the last one; neither: for ever.
    One that is not ``is_used_in_parts`` pays once, and what it did not pay is lost.
    """

    id: UUID
    name: str
    nominals_minor: tuple[int, ...]
    amount_min_minor: int | None
    amount_max_minor: int | None
    life_months: int | None
    life_days: int | None
    is_used_in_parts: bool
    needs_pin: bool
    created_at: datetime
    retired_at: datetime | None = None


class Tender(Struct, frozen=True, omit_defaults=True):
    """What a till asks a certificate to pay; ``number`` as it was typed or scanned."""

    number: str
    amount_minor: int
    pin: str | None = None


class Tendered(Struct, frozen=True, omit_defaults=True):
    """What a certificate has paid. ``left_minor`` was on it then; ``forfeited_minor`` of it was lost (used at once)."""

    certificate_id: UUID
    number: str
    amount_minor: int
    left_minor: int
    forfeited_minor: int = 0


class Credit(Struct, frozen=True, omit_defaults=True):
    """What a return gives back to a certificate; ``unforfeited_minor`` is what is lost no more."""

    certificate_id: UUID
    number: str
    amount_minor: int
    unforfeited_minor: int = 0


class UnknownCertificate(NotFound):
    """No certificate has this number, or its PIN is another: which of both is not told."""

    code = "certificate_not_found"


class CertificateMistyped(Invalid):
    """The check character does not fit: a slip of the keys, nobody's number."""

    code = "certificate_mistyped"


class CertificatesLocked(Denied):
    """Too many wrong numbers or PINs were tried here; the next may come after ``retry_after_seconds``."""

    code = "certificates_locked"


class CertificateNotSold(Conflict):
    """It was made, and nobody has bought it yet."""

    code = "certificate_not_sold"


class CertificateSold(Conflict):
    """It was sold before."""

    code = "certificate_sold"


class CertificateBlocked(Conflict):
    code = "certificate_blocked"


class CertificateNotBlocked(Conflict):
    code = "certificate_not_blocked"


class CertificateExpired(Conflict):
    """Its last day is over, since ``expired_at``."""

    code = "certificate_expired"


class CertificateShort(Conflict):
    """It holds less than it is asked to pay: ``balance_minor``."""

    code = "certificate_short"


class CertificateTwice(Invalid):
    """One receipt names the same certificate twice."""

    code = "certificate_twice"


class TenderOverPayable(Conflict):
    """Certificates pay for goods only, and no more than is to be paid: ``amount_max_minor``."""

    code = "tender_over_payable"


class UnknownCertificateType(NotFound):
    code = "certificate_type_not_found"


class CertificateTypeRetired(Conflict):
    """No more certificates of this kind are made; those that were go on."""

    code = "certificate_type_retired"


class TooManyCertificateTypes(Conflict):
    code = "certificate_types_too_many"


class TooManyCertificateOrders(Conflict):
    """The member has ordered so many that wait for a till."""

    code = "certificate_orders_too_many"


class NominalUnknown(Invalid):
    """The kind is not sold for this amount."""

    code = "nominal_unknown"


class NominalOutOfRange(Invalid):
    """The kind is sold for ``amount_min_minor`` to ``amount_max_minor``."""

    code = "nominal_out_of_range"


class NominalMissing(Invalid):
    """Only the sale says what is on it."""

    code = "nominal_missing"


class LifeOutOfRange(Invalid):
    code = "certificate_life_out_of_range"


class BatchOutOfRange(Invalid):
    """From 1 to ``count_max`` certificates are made at once."""

    code = "certificate_count_out_of_range"


class ExtensionNotLater(Conflict):
    """The new last day is not later than the present one, or is over already."""

    code = "extension_not_later"


class SaleDiffers(Conflict):
    """The till sold another certificate under the same number of its own."""

    code = "sale_differs"


TENDER_REFUSALS: tuple[type[Refusal], ...] = (
    UnknownCertificate,
    CertificateMistyped,
    CertificatesLocked,
    CertificateNotSold,
    CertificateBlocked,
    CertificateExpired,
    CertificateShort,
    CertificateTwice,
    TenderOverPayable,
)
"""Why a certificate does not pay for a purchase."""
