"""Wallets of a member who is gone for good: nothing is left in them (docs/decisions/0077)."""

from uuid import UUID

from plushka.domain.ledger import bookkeeping
from plushka.domain.ledger.model import Cause
from plushka.platform.database import Tx


async def close_wallets(tx: Tx, member_id: UUID, *, document_id: UUID) -> None:
    """Forfeit all that a member has in any programme, cancel their holds and let go of what they owe.

    The member is locked; purchases that wait for a wallet look for them anew. ``document_id`` is the act.
    """
    rows = await tx.fetch(
        f"""
        -- ledger.lock_to_close
        select {bookkeeping.BOOK_COLUMNS} from wallets
        where tenant_id = $1 and member_id = $2 and moved_to is null
        order by id
        for no key update
        """,  # noqa: S608  constants only
        tx.tenant_id,
        member_id,
    )
    books = [bookkeeping.book_of(row) for row in rows]
    await bookkeeping.load_lots(tx, books)
    for book in books:
        book.settle(tx.at)
        book.close(cause=Cause(document_id, None, tx.at))
    await bookkeeping.save_books(tx, books)
    await tx.execute(
        """
        -- ledger.close_wallets
        update wallets set closed_at = $3 where tenant_id = $1 and id = any($2::uuid[])
        """,
        tx.tenant_id,
        [book.wallet_id for book in books],
        tx.at,
    )
    await tx.execute(
        """
        -- ledger.withdraw_adjustments
        update pending_adjustments set state = 'withdrawn', decided_by = $3, decided_at = $4
        where tenant_id = $1 and member_id = $2 and state = 'waiting'
        """,
        tx.tenant_id,
        member_id,
        tx.actor,
        tx.at,
    )
