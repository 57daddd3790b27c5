"""A coupon, its codes, and why a code is not good."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.engine.spans import Span
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
    "member_limit_today",
    "member_limit_this_month",
    "coupon_used_up",
    "coupon_used_up_today",
    "coupon_used_up_this_month",
    "code_gives_nothing",
]
"""Why a code gave nothing; the last: it is good, and no promotion or rule that asks for it applied."""


class Limits(Struct, frozen=True, kw_only=True):
    """How often a coupon may be used; None: any number of times. Months and days are the business's.

    ``uses_max`` is of all its codes and members together.
    """

    uses_per_code: int | None = None
    uses_per_member: int | None = None
    uses_per_member_a_day: int | None = None
    uses_per_member_a_month: int | None = None
    uses_max: int | None = None
    uses_max_a_day: int | None = None
    uses_max_a_month: int | None = None

    @property
    def of_member(self) -> dict[Span, int]:
        """What bounds one member, by window."""
        return _bounds(self.uses_per_member, self.uses_per_member_a_day, self.uses_per_member_a_month)

    @property
    def of_all(self) -> dict[Span, int]:
        """What bounds all members together, by window."""
        return _bounds(self.uses_max, self.uses_max_a_day, self.uses_max_a_month)


NO_LIMITS = Limits()
LIMITS = tuple(Limits.__struct_fields__)


def _bounds(always: int | None, day: int | None, month: int | None) -> dict[Span, int]:
    spans: tuple[tuple[Span, int | None], ...] = (("always", always), ("month", month), ("day", day))
    return {span: most for span, most in spans if most is not None}


class Coupon(Struct, frozen=True):
    """A coupon. Its codes are good from ``first_on`` through ``last_on``, business days, unless it is stopped.

    ``source`` is where the codes are given out: a channel, a partner, a cashier. ``codes`` is how many it has.
    """

    id: UUID
    name: str
    source: str
    first_on: date | None
    last_on: date | None
    limits: Limits
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
