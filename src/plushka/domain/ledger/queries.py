"""Reads of wallets, movements and verifications."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from plushka.domain.ledger import bookkeeping
from plushka.domain.ledger.book import Book
from plushka.domain.ledger.model import LotView, Movement, UnknownWallet, WalletView
from plushka.domain.ledger.verify import Verification
from plushka.platform.database import Tx


async def get_wallet(tx: Tx, *, member_id: UUID, program_id: UUID) -> WalletView:
    """Return the member's wallet as it is at ``tx.at``: what has come due counts, though it may not be booked yet.

    :raises UnknownWallet: the member has none in this programme
    """
    wallet = await find_wallet(tx, member_id=member_id, program_id=program_id)
    if wallet is None:
        raise UnknownWallet
    return wallet


async def find_wallet(tx: Tx, *, member_id: UUID, program_id: UUID) -> WalletView | None:
    """Return the member's wallet as ``get_wallet`` does, None where they have not taken part in the programme."""
    row = await tx.fetchrow(
        f"""
        -- ledger.get_wallet
        select {bookkeeping.BOOK_COLUMNS} from wallets where tenant_id = $1 and member_id = $2 and program_id = $3
        """,  # noqa: S608  constants only
        tx.tenant_id,
        member_id,
        program_id,
    )
    if row is None:
        return None
    book = bookkeeping.book_of(row)
    await bookkeeping.load_lots(tx, [book])
    book.settle(tx.at)
    return view(book)


async def list_wallets(tx: Tx, member_id: UUID) -> dict[UUID, WalletView]:
    """Return the member's wallets as ``get_wallet`` does, by programme."""
    return (await list_wallets_of(tx, [member_id])).get(member_id, {})


async def list_wallets_of(tx: Tx, member_ids: Collection[UUID]) -> dict[UUID, dict[UUID, WalletView]]:
    """Return the wallets of those members who have one, as ``list_wallets`` does."""
    books = await bookkeeping.read_complete_books(tx, member_ids)
    wallets: dict[UUID, dict[UUID, WalletView]] = {}
    for program_id, book in books:
        book.settle(tx.at)
        wallets.setdefault(book.member_id, {})[program_id] = view(book)
    return wallets


async def list_wallet_ids(tx: Tx, member_id: UUID) -> list[UUID]:
    """Return the ids of the member's wallets, in whatever programmes."""
    rows = await tx.fetch(
        """
        -- ledger.list_wallet_ids
        select id from wallets where tenant_id = $1 and member_id = $2 order by id
        """,
        tx.tenant_id,
        member_id,
    )
    return [row["id"] for row in rows]


async def get_wallet_id(tx: Tx, *, member_id: UUID, program_id: UUID) -> UUID:
    """Return the id of the member's wallet.

    :raises UnknownWallet: the member has none in this programme
    """
    wallet_id: UUID | None = await tx.fetchval(
        """
        -- ledger.get_wallet_id
        select id from wallets where tenant_id = $1 and member_id = $2 and program_id = $3
        """,
        tx.tenant_id,
        member_id,
        program_id,
    )
    if wallet_id is None:
        raise UnknownWallet
    return wallet_id


def view(book: Book) -> WalletView:
    """Return what can be seen of a settled book: its balance, and its lots that still hold points."""
    return WalletView(
        id=book.wallet_id,
        member_id=book.member_id,
        balance=book.balance(),
        lots=tuple(
            LotView(
                id=lot.id,
                document_id=lot.document_id,
                granted=lot.granted,
                pending=lot.pending,
                available=lot.available,
                held=lot.held,
                earned_at=lot.earned_at,
                activates_at=lot.activates_at,
                expires_at=book.expires_at(lot),
                receipt_share_bp=lot.receipt_share_bp,
            )
            for lot in book.in_order_of_use()
            if lot.pending + lot.available + lot.held
        ),
    )


async def list_movements(
    tx: Tx,
    *,
    wallet_id: UUID,
    before: UUID | None = None,
    without: Collection[str] = (),
    limit: int = 50,
) -> list[Movement]:
    """Return the wallet's postings, newest first; ``before`` is the id of the last one seen.

    Kinds ``without`` are left out.

    Those of wallets that moved to it are among them, as though all had always been one: what moved is left out.
    """
    rows = await tx.fetch(
        """
        -- ledger.list_movements
        select id, kind, debit, credit, points, lot_id, document_id, at
        from postings
        where tenant_id = $1 and ($3::uuid is null or id < $3) and kind <> all($5)
          and wallet_id in (select id from wallets where tenant_id = $1 and $2 in (id, moved_to))
        order by id desc
        limit $4
        """,
        tx.tenant_id,
        wallet_id,
        before,
        limit,
        ["move", *without],
    )
    return [Movement(**row) for row in rows]


async def list_document_movements(tx: Tx, document_id: UUID) -> list[Movement]:
    """Return the postings booked for a receipt, return, hold or adjustment, in order."""
    rows = await tx.fetch(
        """
        -- ledger.list_document_movements
        select id, kind, debit, credit, points, lot_id, document_id, at
        from postings
        where tenant_id = $1 and document_id = $2
        order by id
        """,
        tx.tenant_id,
        document_id,
    )
    return [Movement(**row) for row in rows]


async def find_document_wallet(tx: Tx, document_id: UUID, wallet_ids: Collection[UUID]) -> UUID | None:
    """Return in which of these wallets a document booked something; one that moved counts as that it moved to."""
    wallet_id: UUID | None = await tx.fetchval(
        """
        -- ledger.find_document_wallet
        select coalesce(w.moved_to, w.id)
        from postings p
        join wallets w on w.tenant_id = p.tenant_id and w.id = p.wallet_id
        where p.tenant_id = $1 and p.document_id = $2 and coalesce(w.moved_to, w.id) = any($3::uuid[])
        limit 1
        """,
        tx.tenant_id,
        document_id,
        list(wallet_ids),
    )
    return wallet_id


class Adjustment(Struct, frozen=True):
    """A movement by hand: ``points`` below zero were taken away."""

    id: UUID
    kind: str
    points: int
    reason: str
    actor: str
    at: datetime


async def list_adjustments(tx: Tx, wallet_id: UUID) -> list[Adjustment]:
    """Return the wallet's movements by hand, newest first."""
    rows = await tx.fetch(
        """
        -- ledger.list_adjustments
        select id, kind, points, reason, actor, at
        from adjustments where tenant_id = $1 and wallet_id = $2
        order by at desc, id desc
        """,
        tx.tenant_id,
        wallet_id,
    )
    return [Adjustment(**row) for row in rows]


async def list_verifications(tx: Tx, *, limit: int = 30) -> list[Verification]:
    """Return the latest results of ``ledger verify``, newest first."""
    rows = await tx.fetch(
        """
        -- ledger.list_verifications
        select id, started_at, finished_at, figures, differences
        from verifications where tenant_id = $1
        order by id desc
        limit $2
        """,
        tx.tenant_id,
        limit,
    )
    return [
        msgspec.convert(
            {
                **row,
                "figures": msgspec.json.decode(row["figures"]),
                "differences": msgspec.json.decode(row["differences"]),
            },
            Verification,
        )
        for row in rows
    ]


async def list_prolonged(tx: Tx, lot_ids: Collection[UUID], *, reason: str) -> set[UUID]:
    """Return which of the lots were given a longer life for this ``reason`` before."""
    rows = await tx.fetch(
        """
        -- ledger.list_prolonged
        select distinct lot_id from extensions where tenant_id = $1 and lot_id = any($2::uuid[]) and reason = $3
        """,
        tx.tenant_id,
        list(lot_ids),
        reason,
    )
    return {row["lot_id"] for row in rows}
