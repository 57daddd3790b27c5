"""Values of the ledger. Points are integers in units of the wallet."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.engine.purchase import LotUse
from plushka.platform.errors import Conflict, Denied, NotFound

AdjustmentKind = Literal["adjustment", "debt_write_off"]
HoldState = Literal["open", "captured", "cancelled", "expired"]


class Balance(Struct, frozen=True):
    """A wallet's four balances, disjoint: what is held is no longer available."""

    available: int = 0
    pending: int = 0
    held: int = 0
    debt: int = 0


class LotView(Struct, frozen=True):
    """A lot as it is at the moment of reading: due activation and expiry already applied (S3, S4)."""

    id: UUID
    document_id: UUID
    granted: int
    pending: int
    available: int
    held: int
    earned_at: datetime
    activates_at: datetime
    expires_at: datetime | None
    receipt_share_bp: int | None


class WalletView(Struct, frozen=True):
    """A wallet as it is at the moment of reading, with its open lots in order of use (S3)."""

    id: UUID
    member_id: UUID
    balance: Balance
    lots: tuple[LotView, ...]


class Movement(Struct, frozen=True):
    """A posting as history shows it: ``document_id`` is the receipt, return, hold or adjustment behind it."""

    id: UUID
    kind: str
    debit: str
    credit: str
    points: int
    lot_id: UUID | None
    document_id: UUID
    at: datetime


class Posting(Struct, frozen=True):
    """A row of the journal: ``points`` move from the account ``debit`` to the account ``credit``."""

    id: UUID
    wallet_id: UUID
    lot_id: UUID | None
    kind: str
    debit: str
    credit: str
    points: int
    document_id: UUID
    version_id: UUID | None
    at: datetime


class Cause(Struct, frozen=True):
    """What a movement is booked for. ``at`` is the moment of booking, ``version_id`` the rules it obeys."""

    document_id: UUID
    version_id: UUID | None
    at: datetime


class OpenHold(Struct, frozen=True):
    """Points set aside, by lot, in the order in which they will be captured."""

    id: UUID
    expires_at: datetime
    lots: tuple[LotUse, ...]


class Extension(Struct, frozen=True):
    """A journaled prolongation of a lot's life (S4)."""

    id: UUID
    lot_id: UUID
    expires_before: datetime
    expires_at: datetime
    reason: str


class Clawback(Struct, frozen=True):
    """What all returns of a receipt together have taken for points that it no longer earns.

    ``by_lot`` and ``owed`` (as debt) are net of what was given back, ``burned`` is what they found burned.
    ``repaid`` is what each lot has paid towards debts of the wallet, as far as it was not handed back.
    """

    by_lot: dict[UUID, int] = {}
    owed: int = 0
    burned: int = 0
    repaid: dict[UUID, int] = {}

    def taken(self) -> int:
        return sum(self.by_lot.values()) + self.owed

    def points(self) -> int:
        return self.taken() + self.burned


class InsufficientPoints(Conflict):
    """``available`` is less than ``points``."""

    code = "insufficient_points"


class BalanceOverMaximum(Conflict):
    """A wallet would hold, or owe, more than ``points_max``."""

    code = "balance_over_maximum"


class DebtNotCovered(Conflict):
    """The debt is smaller than what was to be written off."""

    code = "debt_smaller"


class ClawbackRefused(Conflict):
    """``points_short`` of the points to take back are spent, and the programme refuses to make a debt (S10)."""

    code = "points_already_spent"


class AlreadyAdjusted(Conflict):
    """The adjustment of this id is booked."""

    code = "already_adjusted"


class ByHand(Struct, frozen=True):
    """A movement that somebody asks for; ``points`` below zero take away. What has the same ``id`` is booked once.

    Given points live ``life_days`` and pay at most ``receipt_share_bp`` of a receipt, where it is said; else they
    live as the programme's, and pay what those may.
    """

    id: UUID
    kind: AdjustmentKind
    points: int
    reason: str
    life_days: int | None = None
    receipt_share_bp: int | None = None


class PendingAdjustment(Struct, frozen=True):
    """A movement by hand above the limit of who asked for it: it waits for a second person (S18)."""

    id: UUID
    member_id: UUID
    program_id: UUID
    member_name: str
    kind: AdjustmentKind
    points: int
    limit_points: int
    reason: str
    requested_by: str
    requested_at: datetime
    life_days: int | None = None
    receipt_share_bp: int | None = None


class NotWaiting(Conflict):
    """Somebody has decided on it."""

    code = "adjustment_decided"


class SecondPersonNeeded(Denied):
    """Who asked for it cannot approve it."""

    code = "second_person_needed"


class UnknownWallet(NotFound):
    code = "wallet_not_found"


class WalletMoved(Conflict):
    """The member was merged into another at this moment, whose wallet has all of this one."""

    code = "wallet_moved"


class UnknownLot(NotFound):
    code = "lot_not_found"


class NotAnExtension(Conflict):
    """The lot never expires, has nothing left, or would expire sooner."""

    code = "not_an_extension"
