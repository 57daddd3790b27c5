"""Points set aside for a receipt to come (S6)."""

from datetime import timedelta
from uuid import UUID

from plushka.domain.ledger import bookkeeping
from plushka.domain.ledger.book import Book
from plushka.domain.ledger.bookkeeping import WalletKey
from plushka.domain.ledger.holds import HoldRecord, find_hold, insert_hold, list_holds
from plushka.domain.ledger.model import Cause, HoldState, InsufficientPoints, WalletMoved
from plushka.domain.members.permits import use_permits
from plushka.domain.programs.spending import get_spender
from plushka.domain.purchases.model import (
    HOLD_TTL_MAX_SECONDS,
    Caller,
    Hold,
    HoldClosed,
    HoldRequest,
    PointsOutOfRange,
    TtlOutOfRange,
    UnknownHold,
)
from plushka.domain.purchases.permits import require_permit
from plushka.domain.purchases.places import serving_of
from plushka.domain.purchases.reference import Reference
from plushka.domain.purchases.store import digest_of, number_taken
from plushka.platform.database import Tx
from plushka.platform.ids import new_id


async def hold(tx: Tx, reference: Reference, caller: Caller, request: HoldRequest) -> Hold:
    """Set points aside for ``ttl_seconds``. Safe to repeat: the till's receipt reference is the key.

    They are of the programme that serves the till's branch, at which they are to be spent.

    :raises InsufficientPoints: fewer points are available
    :raises RedemptionRefused: the member is blocked, or enrolled by a link and has bought nothing yet
    :raises PermitRequired: the business wants to know that the member agreed to spend
    :raises PermitUnusable: the permit is not for this
    :raises ReceiptDiffers: the reference already holds something else
    """
    if request.points <= 0:
        raise PointsOutOfRange(field="points")
    if not 0 < request.ttl_seconds <= HOLD_TTL_MAX_SECONDS:
        raise TtlOutOfRange(field="ttl_seconds", ttl_max_seconds=HOLD_TTL_MAX_SECONDS)
    serving = await serving_of(tx, reference, caller, request.branch)
    member_id = await get_spender(tx, request.member, program_id=serving.id)
    book = await bookkeeping.lock_book(tx, WalletKey(member_id, serving.id))
    if book is None:
        raise InsufficientPoints(available=0, points=request.points)
    if book.is_doubtful and await get_spender(tx, request.member, program_id=serving.id) != member_id:
        raise WalletMoved(field="member")
    digest = digest_of(request)
    known = await find_hold(
        tx,
        till_id=caller.till_id,
        external_id=request.external_id,
        idempotency_key=request.idempotency_key,
    )
    if known is not None:
        if known.digest != digest:
            raise number_taken(request, by=known.external_id)
        return _view(known, book, state=known.state)
    await require_permit(tx, reference, caller, request.permit_id, member_id=book.member_id)
    record = HoldRecord(
        id=new_id(),
        wallet_id=book.wallet_id,
        member_id=book.member_id,
        program_id=serving.id,
        till_id=caller.till_id,
        external_id=request.external_id,
        points=request.points,
        state="open",
        expires_at=tx.at + timedelta(seconds=request.ttl_seconds),
        digest=digest,
        idempotency_key=request.idempotency_key,
    )
    placed = book.hold(
        record.id, request.points, expires_at=record.expires_at, cause=Cause(record.id, None, tx.at)
    )
    if not await insert_hold(tx, record, placed):
        # Another member's hold, placed at this moment under another lock, has the number or the key.
        raise number_taken(request)
    await bookkeeping.save_books(tx, [book])
    if request.permit_id is not None:
        await use_permits(tx, {request.permit_id: record.id})
    return _view(record, book, state="open")


async def cancel_hold(tx: Tx, caller: Caller, hold_id: UUID) -> Hold:
    """Give held points back. Cancelling what was cancelled or has run out changes nothing.

    :raises UnknownHold: this till's business has no such hold
    :raises HoldClosed: its points were captured
    """
    record = (await list_holds(tx, [hold_id])).get(hold_id)
    if record is None or record.till_id != caller.till_id:
        raise UnknownHold(field="hold_id")
    book = await bookkeeping.lock_book(tx, WalletKey(record.member_id, record.program_id))
    if book is None:
        raise WalletMoved(field="hold_id")
    # Read again under the lock: a capture may have come first, or its member have been parted from another.
    now = (await list_holds(tx, [hold_id]))[hold_id]
    if now.wallet_id != book.wallet_id:
        raise WalletMoved(field="hold_id")
    state = now.state
    if state == "captured":
        raise HoldClosed(field="hold_id", state=state)
    placed = book.holds.get(hold_id)
    if placed is not None:
        book.release(placed, state="cancelled", cause=Cause(hold_id, None, tx.at))
        state = "cancelled"
    elif state == "open":
        state = "expired"
    await bookkeeping.save_books(tx, [book])
    return _view(record, book, state=state)


def _view(record: HoldRecord, book: Book, *, state: HoldState) -> Hold:
    return Hold(
        id=record.id,
        external_id=record.external_id,
        member_id=record.member_id,
        points=record.points,
        state=state,
        expires_at=record.expires_at,
        balance=book.balance(),
    )
