"""Values of the ledger. Points are integers in units of the wallet."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct


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
