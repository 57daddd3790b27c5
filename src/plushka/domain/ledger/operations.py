"""Movements that a person or the clock asks for; those of purchases are made by ``purchases`` on books."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from plushka.domain.audit import operations as audit
from plushka.domain.ledger import bookkeeping
from plushka.domain.ledger.book import Book
from plushka.domain.ledger.model import (
    AlreadyAdjusted,
    Balance,
    Cause,
    NotAnExtension,
    UnknownLot,
    UnknownWallet,
    WalletMoved,
)
from plushka.engine.purchase import Grant
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

DUE_WALLETS_MAX = 500
"""Wallets that one transaction of the sweep settles."""


async def open_wallet(tx: Tx, member_id: UUID, *, program_id: UUID) -> UUID | None:
    """Open a wallet for a member and return its id; None: there is one already."""
    opened = await bookkeeping.insert_wallets(tx, [(new_id(), member_id)], program_id=program_id)
    return opened.get(member_id)


async def grant(
    tx: Tx,
    *,
    wallet_id: UUID,
    grant: Grant,
    kind: Literal["welcome", "adjustment"],
    reason: str,
    adjustment_id: UUID | None = None,
) -> Balance:
    """Give points that no receipt earned: a welcome, or by hand. Active points first repay debt (S10).

    :raises AlreadyAdjusted: when ``adjustment_id`` is booked
    :raises BalanceOverMaximum: the wallet would hold more than it can
    """
    book = await _lock_book(tx, wallet_id)
    book.check_room(grant.points, field="points")
    cause = await _record_adjustment(
        tx, wallet_id=wallet_id, kind=kind, points=grant.points, reason=reason, adjustment_id=adjustment_id
    )
    book.accrue(grant, earned_at=tx.at, cause=cause, kind="accrue" if kind == "welcome" else "adjust")
    await bookkeeping.save_books(tx, [book])
    return book.balance()


async def take_away(
    tx: Tx, *, wallet_id: UUID, points: int, reason: str, adjustment_id: UUID | None = None
) -> Balance:
    """Remove available points by hand, oldest expiry first.

    :raises InsufficientPoints: when fewer are available.
    :raises AlreadyAdjusted: when ``adjustment_id`` is booked
    """
    book = await _lock_book(tx, wallet_id)
    cause = await _record_adjustment(
        tx,
        wallet_id=wallet_id,
        kind="adjustment",
        points=-points,
        reason=reason,
        adjustment_id=adjustment_id,
    )
    book.take_away(points, cause=cause)
    await bookkeeping.save_books(tx, [book])
    return book.balance()


async def write_off_debt(
    tx: Tx, *, wallet_id: UUID, points: int, reason: str, adjustment_id: UUID | None = None
) -> Balance:
    """Forgive debt.

    :raises DebtNotCovered: when the debt is smaller.
    :raises AlreadyAdjusted: when ``adjustment_id`` is booked
    """
    book = await _lock_book(tx, wallet_id)
    cause = await _record_adjustment(
        tx,
        wallet_id=wallet_id,
        kind="debt_write_off",
        points=points,
        reason=reason,
        adjustment_id=adjustment_id,
    )
    book.forgive(points, cause=cause)
    await bookkeeping.save_books(tx, [book])
    return book.balance()


async def extend_lot(tx: Tx, *, wallet_id: UUID, lot_id: UUID, expires_at: datetime, reason: str) -> None:
    """Prolong the life of a lot that still has points (S4).

    :raises NotAnExtension: the lot never expires, or would expire sooner.
    """
    book = await _lock_book(tx, wallet_id)
    lot = book.lots.get(lot_id)
    if lot is None:
        raise UnknownLot
    present = book.expires_at(lot)
    if present is None or expires_at <= present:
        raise NotAnExtension(field="expires_at")
    book.extend(lot, expires_at, reason=reason)
    await bookkeeping.save_books(tx, [book])
    await audit.record(
        tx,
        action="lot.extend",
        subject=f"wallet:{wallet_id}",
        lot=str(lot_id),
        before=present.isoformat(),
        after=expires_at.isoformat(),
        reason=reason,
    )


async def extend_all(tx: Tx, *, wallet_id: UUID, expires_at: datetime, reason: str) -> int:
    """Prolong every lot that would burn before ``expires_at`` (S4) and return their points.

    :raises NotAnExtension: there is no such lot
    """
    book = await _lock_book(tx, wallet_id)
    extended = [
        lot
        for lot in book.lots.values()
        if lot.pending + lot.available + lot.held and (book.expires_at(lot) or expires_at) < expires_at
    ]
    if not extended:
        raise NotAnExtension(field="expires_at")
    for lot in extended:
        book.extend(lot, expires_at, reason=reason)
    await bookkeeping.save_books(tx, [book])
    points = sum(lot.pending + lot.available + lot.held for lot in extended)
    await audit.record(
        tx,
        action="lots.extend",
        subject=f"wallet:{wallet_id}",
        lots=len(extended),
        points=points,
        after=expires_at.isoformat(),
        reason=reason,
    )
    return points


async def settle_due(tx: Tx) -> int:
    """Book activations, expiries and run-out holds that have come due, for some wallets; return how many.

    Called again until it returns 0. Wallets locked by a purchase are skipped: the purchase settles them.
    """
    rows = await tx.fetch(
        f"""
        -- ledger.settle_due
        select {bookkeeping.BOOK_COLUMNS}
        from wallets
        where tenant_id = $1 and due_at <= $2
        order by id
        limit $3
        for no key update skip locked
        """,  # noqa: S608  constants only
        tx.tenant_id,
        tx.at,
        DUE_WALLETS_MAX,
    )
    books = [bookkeeping.book_of(row) for row in rows]
    await bookkeeping.load_lots(tx, books)
    for book in books:
        book.settle(tx.at)
    await bookkeeping.save_books(tx, books)
    return len(books)


async def _lock_book(tx: Tx, wallet_id: UUID) -> Book:
    row = await tx.fetchrow(
        f"""
        -- ledger.lock_book
        select {bookkeeping.BOOK_COLUMNS} from wallets where tenant_id = $1 and id = $2 for no key update
        """,  # noqa: S608  constants only
        tx.tenant_id,
        wallet_id,
    )
    if row is None:
        raise UnknownWallet
    book = bookkeeping.book_of(row)
    if book.is_moved:
        raise WalletMoved
    if book.is_closed:
        raise UnknownWallet
    await bookkeeping.load_lots(tx, [book])
    book.settle(tx.at)
    return book


async def _record_adjustment(
    tx: Tx, *, wallet_id: UUID, kind: str, points: int, reason: str, adjustment_id: UUID | None = None
) -> Cause:
    adjustment_id = adjustment_id or new_id()
    inserted = await tx.fetchval(
        """
        -- ledger.record_adjustment
        insert into adjustments (tenant_id, id, wallet_id, kind, points, reason, actor, at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict do nothing
        returning true
        """,
        tx.tenant_id,
        adjustment_id,
        wallet_id,
        kind,
        points,
        reason,
        tx.actor,
        tx.at,
    )
    if not inserted:
        raise AlreadyAdjusted
    if kind != "welcome":
        await audit.record(
            tx, action=f"points.{kind}", subject=f"wallet:{wallet_id}", points=points, reason=reason
        )
    return Cause(document_id=adjustment_id, version_id=None, at=tx.at)
