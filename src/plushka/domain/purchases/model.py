"""What tills ask for and what they get. Money in minor units, quantities in thousandths, points in wallet units."""

from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.domain.certificates.model import Credit, Tender, Tendered
from plushka.domain.coupons.model import ShownCode
from plushka.domain.ledger.model import Balance, HoldState
from plushka.domain.members.model import Identity
from plushka.engine.purchase import Outcome
from plushka.platform.errors import Conflict, Invalid, NotFound, TemporaryFailure

LINES_MAX = 500
"""Lines of one receipt."""
BATCH_MAX = 500
"""Receipts of one request of a till that was offline."""
AMOUNT_MAX_MINOR = 10**15
"""Money of one receipt; also the bound of a quantity in thousandths."""
CLOCK_SKEW_MAX = timedelta(minutes=5)
"""How far a till's clock may run ahead of ours; what it says has not happened yet, happens now."""
HOLD_TTL_MAX_SECONDS = 7 * 24 * 3600


class Caller(Struct, frozen=True):
    """The till that asks: ``branch`` is the code it is bound to, None when each request names its own."""

    tenant_id: UUID
    till_id: UUID
    branch: str | None


class PurchaseLine(Struct, frozen=True, omit_defaults=True):
    """A line as the till knows it. What the catalog knows of ``sku`` goes before ``category`` and ``brand``."""

    sku: str
    quantity_milli: int
    amount_minor: int
    name: str | None = None
    category: str | None = None
    brand: str | None = None
    kind: Literal["goods", "certificate", "delivery"] | None = None


class Purchase(Struct, frozen=True, omit_defaults=True):
    """A purchase to quote or to commit. ``external_id`` is the till's receipt number, unique for ever (S7).

    ``occurred_at`` is the till's moment for a receipt reported late, None for now. The commit is refused when
    it comes to another sum than ``expected_payable_minor``, which the customer was asked for. With ``hold_id``
    the held points are captured instead of ``redeem``, which then may name a part of them. ``permit_id`` says that
    the member agreed to spend. ``tenders``: certificates that pay, in this order; the rest is paid in money. ``cart``:
    the number of the cart on the site that it was, which is over then.
    """

    external_id: str
    lines: tuple[PurchaseLine, ...]
    currency: str
    occurred_at: datetime | None = None
    member: UUID | Identity | None = None
    branch: str | None = None
    channel: str = "till"
    cashier: str | None = None
    redeem: int | Literal["max"] = 0
    hold_id: UUID | None = None
    permit_id: UUID | None = None
    coupon_codes: tuple[str, ...] = ()
    expected_payable_minor: int | None = None
    idempotency_key: str | None = None
    tenders: tuple[Tender, ...] = ()
    cart: str | None = None


class Quote(Struct, frozen=True):
    """What a purchase would give; nothing is booked. ``balance`` is the member's now."""

    outcome: Outcome
    member_id: UUID | None
    balance: Balance | None
    version_id: UUID
    codes: tuple[ShownCode, ...] = ()


class Receipt(Struct, frozen=True):
    """A committed purchase. ``balance`` is the member's right after it.

    ``cost_minor`` is what the goods cost the business, None unless that was known of every line.
    """

    id: UUID
    external_id: str
    till_id: UUID
    branch: str
    branch_name: str
    time_zone: str
    member_id: UUID | None
    version_id: UUID
    cashier: str | None
    occurred_at: datetime
    received_at: datetime
    business_date: date
    lines: tuple[PurchaseLine, ...]
    outcome: Outcome
    balance: Balance | None
    refunded_minor: int
    cost_minor: int | None = None
    codes: tuple[ShownCode, ...] = ()
    tendered: tuple[Tendered, ...] = ()

    @property
    def money_minor(self) -> int:
        """What certificates did not pay."""
        return self.outcome.payable_minor - sum(each.amount_minor for each in self.tendered)


class Committed(Struct, frozen=True):
    """The answer to a commit. ``is_repeat``: it had been committed before and nothing was booked now."""

    receipt: Receipt
    is_repeat: bool


class HoldRequest(Struct, frozen=True):
    """Points to set aside for a receipt to come, in the programme that serves ``branch``."""

    external_id: str
    member: UUID | Identity
    points: int
    ttl_seconds: int = 900
    branch: str | None = None
    permit_id: UUID | None = None
    idempotency_key: str | None = None


class Hold(Struct, frozen=True):
    """Points set aside until ``expires_at``; ``balance`` is the member's after the operation."""

    id: UUID
    external_id: str
    member_id: UUID
    points: int
    state: HoldState
    expires_at: datetime
    balance: Balance


class ReturnLine(Struct, frozen=True):
    """``quantity_milli`` of line ``index`` (from 0) of the receipt comes back now."""

    index: int
    quantity_milli: int


class ReturnRequest(Struct, frozen=True):
    """A return of lines, or (``lines`` None) of all that is left of a receipt, named by id or by till's number."""

    external_id: str
    receipt: UUID | str
    lines: tuple[ReturnLine, ...] | None = None
    idempotency_key: str | None = None


class Return(Struct, frozen=True):
    """A booked (or previewed) return.

    Of ``refund_minor`` only ``money_minor`` is given back in money: the rest went back to the ``certificates`` that had
    paid. ``points_back`` returned to the member's lots. Of the points the receipt no longer earns,
    ``points_clawed_back`` were taken, ``points_owed`` of them as debt; ``points_burned`` had burned before and could
    not be taken. Below zero: the smaller receipt earns more, and the difference went back to where it was taken from.

    ``rewards_withdrawn``: gifts of cards that are no longer full, which nobody had taken. ``rewards_owed``: rewards
    that were taken before; so many full cards to come make up for them. Below zero: fewer are owed than before.
    """

    id: UUID | None
    external_id: str
    receipt_id: UUID
    lines: tuple[ReturnLine, ...]
    refund_minor: int
    points_back: int
    points_clawed_back: int
    points_burned: int
    points_owed: int
    balance: Balance | None
    money_minor: int
    certificates: tuple[Credit, ...] = ()
    rewards_withdrawn: int = 0
    rewards_owed: int = 0
    is_repeat: bool = False


class UnknownReceipt(NotFound):
    code = "receipt_not_found"


class UnknownHold(NotFound):
    code = "hold_not_found"


class BranchClosed(Conflict):
    """The branch was closed when the purchase was made."""

    code = "branch_closed"


class UnknownBranch(Invalid):
    code = "branch_unknown"


class TimeInFuture(Invalid):
    code = "time_in_future"


class NoProgram(Conflict):
    """No version of a programme was in force at the moment of the purchase."""

    code = "program_not_in_force"


class MemberBusy(Conflict):
    """Another purchase of the same member is in the same batch; ``queue`` puts this one into the next."""

    code = "member_busy"


class QueueFull(TemporaryFailure):
    """As many purchases wait to be booked as may; none of what was asked for has been taken."""

    code = "queue_full"


class ReceiptDiffers(Conflict):
    """The same receipt number was committed with other content."""

    code = "receipt_differs"


class KeyReused(Invalid):
    """The same Idempotency-Key came with another request."""

    code = "idempotency_key_reused"


class PayableChanged(Conflict):
    """The purchase comes to another sum than the customer was asked for."""

    code = "payable_changed"


class RedemptionOverMaximum(Conflict):
    """More points than this purchase allows; ``points_max`` is the most."""

    code = "redemption_over_maximum"


class HoldClosed(Conflict):
    """The hold was captured or cancelled before; ``state`` says which."""

    code = "hold_closed"


class HoldOfOtherProgram(Conflict):
    """The points were set aside in another programme than the one that serves the purchase's branch."""

    code = "hold_of_other_program"


class ReturnExceedsReceipt(Conflict):
    """More of a line is returned than is left of it."""

    code = "return_exceeds_receipt"


class LinesMissing(Invalid):
    code = "lines_missing"


class TooManyLines(Invalid):
    code = "lines_too_many"


class AmountOutOfRange(Invalid):
    code = "amount_out_of_range"


class QuantityOutOfRange(Invalid):
    code = "quantity_out_of_range"


class MemberMissing(Invalid):
    """Points can be spent by a member only."""

    code = "member_missing"


class TtlOutOfRange(Invalid):
    code = "ttl_out_of_range"


class PointsOutOfRange(Invalid):
    code = "points_out_of_range"


class NothingToReturn(Conflict):
    """All of the receipt was returned before."""

    code = "nothing_to_return"


class UnknownLine(Invalid):
    """The receipt has no line of this index, or the request names it twice."""

    code = "line_unknown"
