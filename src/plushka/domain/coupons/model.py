"""A coupon, its codes, and why a code is not good."""

from datetime import date, datetime
from typing import Literal, get_args
from uuid import UUID

from msgspec import Struct

from plushka.engine.spans import ShortSpan
from plushka.platform.errors import Conflict, Denied, Invalid, NotFound

CODES_MAX = 1_000_000
"""Codes that one coupon may be made at once."""
CODES_CHANGED_MAX = 20_000
"""Of a coupon whose codes may each be used so often: a change of that is written to each of them at once."""
CODES_SHOWN_MAX = 10
"""Codes that one receipt may show."""
CODE_LENGTH_MAX = 64
SHOWN_LENGTH_MAX = 600
"""Of what a till sends: a scanner reads the address out of a code's QR."""
NAME_LENGTH_MAX = 200

Stage = Literal["on", "to_come", "over", "stopped"]
STAGES: tuple[Stage, ...] = get_args(Stage)

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
    def of_member(self) -> dict[ShortSpan, int]:
        """What bounds one member, by window."""
        return _bounds(self.uses_per_member, self.uses_per_member_a_day, self.uses_per_member_a_month)

    @property
    def of_all(self) -> dict[ShortSpan, int]:
        """What bounds all members together, by window."""
        return _bounds(self.uses_max, self.uses_max_a_day, self.uses_max_a_month)


NO_LIMITS = Limits()
LIMITS = tuple(Limits.__struct_fields__)


def _bounds(always: int | None, day: int | None, month: int | None) -> dict[ShortSpan, int]:
    spans: tuple[tuple[ShortSpan, int | None], ...] = (("always", always), ("month", month), ("day", day))
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

    def stage(self, today: date) -> Stage:
        """Return where it stands on a day."""
        if self.is_stopped:
            return "stopped"
        if self.last_on is not None and self.last_on < today:
            return "over"
        return "to_come" if self.first_on is not None and self.first_on > today else "on"


class ShownCode(Struct, frozen=True):
    """A code as it was typed at a till. ``reason`` says why it gave nothing; None: it did."""

    code: str
    coupon_id: UUID | None
    coupon: str | None
    reason: CodeReason | None


class OwnCode(Struct, frozen=True):
    """A code that waits for one member, who can still use it; ``coupon`` is its coupon's name.

    ``is_kept``: they have put it by, and others may use it as well.
    """

    code: str
    coupon_id: UUID
    coupon: str
    is_kept: bool


class GoodCode(Struct, frozen=True):
    """A code whose coupon is neither stopped nor over, for whoever has found it."""

    code: str
    coupon: Coupon
    member_id: UUID | None


class UnknownCode(NotFound):
    """There is no such code, its coupon is stopped or over, or it is used up or another member's: all told alike."""

    code = "code_not_found"


class TooManyCodeTries(Denied):
    """Too many wrong codes came from a network address within some minutes."""

    code = "too_many_code_tries"


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


class LimitBelowUsed(Invalid):
    """A limit would be less than what is ``used`` already."""

    code = "limit_below_used"


class TooManyCodesToChange(Conflict):
    code = "too_many_codes_to_change"
