"""A coupon, its codes, and why a code is not good."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.platform.errors import Conflict, Invalid, NotFound

CODES_MAX = 1_000_000
"""Codes that one coupon may be made at once."""
CODES_SHOWN_MAX = 10
"""Codes that one receipt may show."""
CODE_LENGTH_MAX = 64
NAME_LENGTH_MAX = 200

CodeReason = Literal[
    "code_unknown",
    "code_repeated",
    "coupon_stopped",
    "coupon_not_begun",
    "coupon_over",
    "code_of_other_member",
    "code_needs_member",
    "code_used_up",
    "code_reserved",
    "member_limit_reached",
    "code_gives_nothing",
]
"""Why a code gave nothing; the last: it is good, and no promotion or rule that asks for it applied."""


class Coupon(Struct, frozen=True):
    """A coupon. Its codes are good from ``first_on`` through ``last_on``, business days, unless it is stopped.

    ``uses_per_code`` and ``uses_per_member`` None: any number. ``source`` is where the codes are given out: a
    channel, a partner, a cashier. ``codes`` is how many it has.
    """

    id: UUID
    name: str
    source: str
    first_on: date | None
    last_on: date | None
    uses_per_code: int | None
    uses_per_member: int | None
    is_stopped: bool
    codes: int
    created_at: datetime

    @property
    def key(self) -> str:
        """What conditions call it."""
        return str(self.id)


class ShownCode(Struct, frozen=True):
    """A code as it was typed at a till. ``reason`` says why it gave nothing; None: it did."""

    code: str
    coupon_id: UUID | None
    coupon: str | None
    reason: CodeReason | None


class OwnCode(Struct, frozen=True):
    """A code that only one member may use, and still can; ``coupon`` is its coupon's name."""

    code: str
    coupon_id: UUID
    coupon: str


class UnknownCoupon(NotFound):
    code = "coupon_not_found"


class CodeTaken(Conflict):
    """Another coupon of the business has the code."""

    code = "code_taken"


class CodeInvalid(Invalid):
    """A code is empty, too long, or has other characters than letters, digits and dashes."""

    code = "code_invalid"


class PatternTooNarrow(Invalid):
    """A pattern does not have room enough: of its codes at most one in a hundred may be used."""

    code = "pattern_too_narrow"


class PeriodReversed(Invalid):
    code = "period_reversed"
