"""Two members' wallets become one, and two again (docs/decisions/0004-merging-members.md)."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct

from plushka.domain.ledger import bookkeeping
from plushka.domain.ledger.book import Book
from plushka.domain.ledger.model import Cause
from plushka.engine.purchase import LotUse
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

LastPurchase = tuple[date, str] | None


class MovedWallet(Struct, frozen=True):
    """What moved from one wallet to another, and what must be known to move it back.

    ``followers`` are wallets that had moved to this one before. ``movements`` counts those of the wallet that took
    it over which time alone does not make.
    """

    program_id: UUID
    kept_wallet_id: UUID
    merged_wallet_id: UUID
    lot_ids: tuple[UUID, ...]
    hold_ids: tuple[UUID, ...]
    followers: tuple[UUID, ...]
    debt: int
    repaid: tuple[LotUse, ...]
    kept_last_purchase: LastPurchase
    merged_last_purchase: LastPurchase
    movements: int


async def read_pairs(
    tx: Tx, *, kept_id: UUID, merged_id: UUID, lock: bool = False, also: Collection[UUID] = ()
) -> list[tuple[UUID, Book | None, Book]]:
    """Return (programme, kept book, merged book), settled, for each programme that the merged member is in.

    With ``lock`` all wallets of both are locked, in the order of their ids; nothing is locked before them
    but the members themselves. ``also``: lots to load, open or not.
    """
    rows = await tx.fetch(
        f"""
        -- ledger.read_pairs
        select {bookkeeping.BOOK_COLUMNS}
        from wallets
        where tenant_id = $1 and member_id = any($2::uuid[])
        order by id
        {"for no key update" if lock else ""}
        """,  # noqa: S608  constants only
        tx.tenant_id,
        [kept_id, merged_id],
    )
    books = {(row["program_id"], row["member_id"]): bookkeeping.book_of(row) for row in rows}
    await bookkeeping.load_lots(tx, books.values(), also=also)
    for book in books.values():
        book.settle(tx.at)
    return [
        (program_id, books.get((program_id, kept_id)), book)
        for (program_id, member_id), book in books.items()
        if member_id == merged_id
    ]


async def merge_wallets(tx: Tx, merge_id: UUID, *, kept_id: UUID, merged_id: UUID) -> list[MovedWallet]:
    """Move all that ``merged_id`` has to the wallets of ``kept_id``, which are opened where there are none."""
    pairs = await read_pairs(tx, kept_id=kept_id, merged_id=merged_id)
    for program_id in sorted(program_id for program_id, kept, _ in pairs if kept is None):
        await bookkeeping.insert_wallets(tx, [(new_id(), kept_id)], program_id=program_id)
    moved = []
    for program_id, kept, merged in await read_pairs(tx, kept_id=kept_id, merged_id=merged_id, lock=True):
        if kept is not None:
            moved.append(await _move(tx, merge_id, program_id, kept, merged))
    return moved


async def _move(tx: Tx, merge_id: UUID, program_id: UUID, kept: Book, merged: Book) -> MovedWallet:
    kept_last_purchase, merged_last_purchase = kept.last_purchase, merged.last_purchase
    debt = merged.debt
    repaid = kept.take_over(merged, cause=Cause(merge_id, None, tx.at))
    await bookkeeping.save_books(tx, [kept, merged])
    lot_ids = await _list_ids(
        tx,
        """
        -- ledger.move_lots
        update lots set wallet_id = $3 where tenant_id = $1 and wallet_id = $2 returning id
        """,
        merged.wallet_id,
        kept.wallet_id,
    )
    hold_ids = await _list_ids(
        tx,
        """
        -- ledger.move_holds
        update holds set wallet_id = $3 where tenant_id = $1 and wallet_id = $2 returning id
        """,
        merged.wallet_id,
        kept.wallet_id,
    )
    followers = await _list_ids(
        tx,
        """
        -- ledger.redirect
        update wallets set moved_to = $3 where tenant_id = $1 and moved_to = $2 returning id
        """,
        merged.wallet_id,
        kept.wallet_id,
    )
    await _set_moved_to(tx, [merged.wallet_id], kept.wallet_id)
    return MovedWallet(
        program_id=program_id,
        kept_wallet_id=kept.wallet_id,
        merged_wallet_id=merged.wallet_id,
        lot_ids=lot_ids,
        hold_ids=hold_ids,
        followers=followers,
        debt=debt,
        repaid=repaid,
        kept_last_purchase=kept_last_purchase,
        merged_last_purchase=merged_last_purchase,
        movements=await _count_movements(tx, kept.wallet_id),
    )


async def part_wallets(
    tx: Tx, merge_id: UUID, moved: Sequence[MovedWallet], *, kept_id: UUID, merged_id: UUID
) -> bool:
    """Move back what a merge moved, with what time has left of it; False: points have moved since, nothing was done."""
    used = [use.lot_id for wallet in moved for use in wallet.repaid]
    found = await read_pairs(tx, kept_id=kept_id, merged_id=merged_id, lock=True, also=used)
    pairs = {program_id: (kept, merged) for program_id, kept, merged in found if kept is not None}
    for wallet in moved:
        kept, _ = pairs[wallet.program_id]
        has_repaid = any(posting.kind == "repay" for posting in kept.postings)
        if has_repaid or await _count_movements(tx, wallet.kept_wallet_id) != wallet.movements:
            return False
    for wallet in moved:
        await _part(tx, merge_id, wallet, *pairs[wallet.program_id])
    await _note_parted(tx, kept_id)
    return True


async def _part(tx: Tx, merge_id: UUID, wallet: MovedWallet, kept: Book, merged: Book) -> None:
    kept.give_back(
        merged,
        lot_ids=wallet.lot_ids,
        hold_ids=wallet.hold_ids,
        debt=wallet.debt,
        repaid=wallet.repaid,
        cause=Cause(merge_id, None, tx.at),
    )
    kept.set_last_purchase(wallet.kept_last_purchase)
    merged.set_last_purchase(wallet.merged_last_purchase)
    for book in (kept, merged):
        # What lived longer by the other's purchases, or had been spent on the other's debt, may have burned by now.
        book.settle(tx.at)
    await _set_moved_to(tx, [merged.wallet_id], None)
    await _set_moved_to(tx, wallet.followers, merged.wallet_id)
    await bookkeeping.save_books(tx, [kept, merged])
    await tx.execute(
        """
        -- ledger.return_lots
        update lots set wallet_id = $3 where tenant_id = $1 and id = any($2::uuid[])
        """,
        tx.tenant_id,
        list(wallet.lot_ids),
        merged.wallet_id,
    )
    await tx.execute(
        """
        -- ledger.return_holds
        update holds set wallet_id = $3 where tenant_id = $1 and id = any($2::uuid[])
        """,
        tx.tenant_id,
        list(wallet.hold_ids),
        merged.wallet_id,
    )


async def _note_parted(tx: Tx, kept_id: UUID) -> None:
    """Tell those who wait for a wallet of the one who stayed that they may have meant the other."""
    await tx.execute(
        """
        -- ledger.note_parted
        update wallets set parted_at = $3 where tenant_id = $1 and member_id = $2
        """,
        tx.tenant_id,
        kept_id,
        tx.at,
    )


async def _list_ids(tx: Tx, sql: str, source: UUID, target: UUID) -> tuple[UUID, ...]:
    return tuple(row["id"] for row in await tx.fetch(sql, tx.tenant_id, source, target))


async def _set_moved_to(tx: Tx, wallet_ids: Sequence[UUID], target: UUID | None) -> None:
    await tx.execute(
        """
        -- ledger.set_moved_to
        update wallets set moved_to = $3 where tenant_id = $1 and id = any($2::uuid[])
        """,
        tx.tenant_id,
        list(wallet_ids),
        target,
    )


async def _count_movements(tx: Tx, wallet_id: UUID) -> int:
    count: int = await tx.fetchval(
        """
        -- ledger.count_movements
        select count(*) from postings
        where tenant_id = $1 and wallet_id = $2 and kind not in ('activate', 'expire', 'release')
        """,
        tx.tenant_id,
        wallet_id,
    )
    return count
