"""Rows of lists and sums. Money in minor units, points in units of the wallet."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

DocumentKind = Literal[
    "receipt",
    "return",
    "hold",
    "adjustment",
    "welcome",
    "campaign",
    "merge",
    "reward",
    "erasure",
    "friend",
    "occasion",
]


class DayFigures(Struct, frozen=True):
    """The receipts of one business day. ``revenue_minor`` is what was paid in money, less what was refunded."""

    business_date: date
    receipts: int
    receipts_with_member: int
    revenue_minor: int
    earned_points: int
    redeemed_points: int


class Document(Struct, frozen=True):
    """What is behind a movement. ``receipt_id`` is the receipt to open; ``label`` its number, or the reason.

    Of points on an occasion it is what the occasion is called. Of a reward for a friend it is the friend's name, and
    the receipt theirs.
    """

    id: UUID
    kind: DocumentKind
    label: str
    at: datetime
    receipt_id: UUID | None
    actor: str | None


class DocumentLot(Struct, frozen=True):
    """A lot that a document granted, and what is left of it."""

    id: UUID
    granted: int
    left: int
    activates_at: datetime
    expires_at: datetime | None
    is_sliding: bool


class ProgramFigures(Struct, frozen=True):
    """What a programme has come to: members with a wallet in it, and all points ever issued, spent, burned; left now.

    ``issued`` is net of what returns took back, ``spent`` of what they gave back.
    """

    members: int = 0
    issued: int = 0
    spent: int = 0
    burned: int = 0
    left: int = 0
