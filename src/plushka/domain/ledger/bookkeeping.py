"""From wallets to books and back: statements that lock, read and write many wallets at once, as arrays.

The door for slices above that move points in a batch: ``lock_books``, then ``load_lots`` for those that need
them, then the methods of ``Book``, then ``save_books``, all in one transaction.

Two batches never wait for each other in a circle (S8): a batch first opens the wallets that are missing, in the
order of their keys, then locks them all, of whatever programmes, by one statement, in the order of wallets. Who opens
holds nothing but what they have opened, which nobody else sees, so can lock, before it is committed, and a share of
its members, whom a merge locks before any wallet too; and who locks opens no more.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

import msgspec
from asyncpg import Record
from msgspec import structs

from plushka.domain.changes.operations import noting
from plushka.domain.ledger.book import Book, BookLot
from plushka.domain.ledger.model import OpenHold, Posting, WalletMoved
from plushka.engine.purchase import LotUse
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

_LOT = (
    "id", "wallet_id", "document_id", "granted", "pending", "available", "held", "earned_at", "activates_at",
    "expires_at", "sliding_days", "receipt_share_bp",
)  # fmt: skip
"""The columns of a new lot, besides the tenant's."""
_POSTING = Posting.__struct_fields__

_lot_uses = msgspec.json.Decoder(tuple[LotUse, ...])


class WalletKey(NamedTuple):
    """What a wallet is found by: a member has one in each programme that they took part in."""

    member_id: UUID
    program_id: UUID


async def lock_books(tx: Tx, keys: Collection[WalletKey]) -> dict[WalletKey, Book]:
    """Lock wallets and return their books without lots.

    All or none: where one of them is not there yet, nothing is locked and nothing returned. ``keys`` are distinct.
    """
    return await _fetch_books(
        tx,
        f"{_BOOKS} {_IF_ALL_ARE_THERE} order by id for no key update",
        keys,
    )


async def lock_books_there(tx: Tx, keys: Collection[WalletKey]) -> dict[WalletKey, Book]:
    """Lock those of the wallets that are there, and return their books without lots."""
    return await _fetch_books(tx, f"{_BOOKS} order by id for no key update", keys)


async def lock_book(tx: Tx, key: WalletKey, *, also: Collection[UUID] = ()) -> Book | None:
    """Lock one wallet and return its settled book, with the lots ``also``; None: there is none.

    :raises WalletMoved: its member was merged into another at this moment
    """
    book = (await lock_books(tx, [key])).get(key)
    if book is None:
        return None
    if book.is_moved:
        raise WalletMoved(field="member")
    await load_lots(tx, [book], also=also)
    book.settle(tx.at)
    return book


async def read_books(tx: Tx, keys: Collection[WalletKey]) -> dict[WalletKey, Book]:
    """Return books to look into but not to save, without a lock; one that is not there is absent."""
    return await _fetch_books(tx, _BOOKS, keys)


BOOK_COLUMNS = """
    id, member_id, program_id, pending, available, held, debt, due_at, last_purchase_on, last_purchase_zone,
    moved_to is not null as is_moved, parted_at is not null as is_parted, closed_at is not null as is_closed
"""
"""What ``book_of`` reads of a wallet."""

_BOOKS = f"""
    -- ledger.books
    with found as (
        select array(
            select w.id from unnest($2::uuid[], $3::uuid[]) as key (member_id, program_id)
            cross join lateral (
                select id from wallets
                where tenant_id = $1 and member_id = key.member_id and program_id = key.program_id
                limit 1
            ) as w
        ) as ids
    )
    select {BOOK_COLUMNS}
    from wallets
    where tenant_id = $1 and id = any((select ids from found)::uuid[])
"""  # noqa: S608  constants only
_IF_ALL_ARE_THERE = "and cardinality($2) = (select cardinality(ids) from found)"


async def _fetch_books(tx: Tx, sql: str, keys: Collection[WalletKey]) -> dict[WalletKey, Book]:
    rows = await tx.fetch(
        sql, tx.tenant_id, [key.member_id for key in keys], [key.program_id for key in keys]
    )
    return {WalletKey(row["member_id"], row["program_id"]): book_of(row) for row in rows}


def book_of(row: Record) -> Book:
    """Return the book of a wallet's row, as yet without lots."""
    bought_on, zone = row["last_purchase_on"], row["last_purchase_zone"]
    return Book(
        wallet_id=row["id"],
        member_id=row["member_id"],
        pending=row["pending"],
        available=row["available"],
        held=row["held"],
        debt=row["debt"],
        due_at=row["due_at"],
        last_purchase=None if bought_on is None else (bought_on, zone),
        is_complete=False,
        is_moved=row["is_moved"],
        is_doubtful=row["is_parted"] or row["is_closed"],
        is_closed=row["is_closed"],
    )


async def load_lots(tx: Tx, books: Iterable[Book], *, also: Collection[UUID] = ()) -> None:
    """Complete the books with their open lots and holds, and with the lots ``also``, open or not."""
    by_wallet = {book.wallet_id: book for book in books if not book.is_complete}
    if not by_wallet:
        return
    for row in await tx.fetch(
        """
        -- ledger.load_lots
        select id, wallet_id, document_id, granted, pending, available, held, earned_at, activates_at,
               expires_at, sliding_days, receipt_share_bp
        from lots
        where tenant_id = $1 and wallet_id = any($2) and pending + available + held > 0
        union all
        -- Of its own, so that either half has one possible plan (decision 0051).
        select id, wallet_id, document_id, granted, pending, available, held, earned_at, activates_at,
               expires_at, sliding_days, receipt_share_bp
        from lots
        where tenant_id = $1 and id = any($3) and wallet_id = any($2) and pending + available + held = 0
        """,
        tx.tenant_id,
        list(by_wallet),
        list(also),
    ):
        values = dict(row)
        book = by_wallet[values.pop("wallet_id")]
        book.lots[row["id"]] = BookLot(**values)
    await _load_holds(tx, {wallet_id: book for wallet_id, book in by_wallet.items() if book.held})
    for book in by_wallet.values():
        book.is_complete = True


async def read_complete_books(tx: Tx, member_ids: Collection[UUID]) -> list[tuple[UUID, Book]]:
    """Return complete books of all wallets that members have, each with its programme; without a lock."""
    rows = await tx.fetch(
        f"""
        -- ledger.list_wallets
        select w.*, lot.*
        from (
            select {BOOK_COLUMNS} from wallets
            where tenant_id = $1 and member_id = any($2::uuid[])
            offset 0
        ) as w
        left join lateral (
            select id as lot_id, document_id, granted, pending as lot_pending, available as lot_available,
                   held as lot_held, earned_at, activates_at, expires_at, sliding_days, receipt_share_bp
            from lots
            where tenant_id = $1 and wallet_id = w.id and pending + available + held > 0
            offset 0
        ) as lot on true
        """,  # noqa: S608  constants only
        tx.tenant_id,
        list(member_ids),
    )
    books: dict[UUID, tuple[UUID, Book]] = {}
    for row in rows:
        if row["id"] not in books:
            books[row["id"]] = row["program_id"], book_of(row)
        if row["lot_id"] is not None:
            books[row["id"]][1].lots[row["lot_id"]] = BookLot(
                id=row["lot_id"],
                document_id=row["document_id"],
                granted=row["granted"],
                pending=row["lot_pending"],
                available=row["lot_available"],
                held=row["lot_held"],
                earned_at=row["earned_at"],
                activates_at=row["activates_at"],
                expires_at=row["expires_at"],
                sliding_days=row["sliding_days"],
                receipt_share_bp=row["receipt_share_bp"],
            )
    await _load_holds(tx, {wallet_id: book for wallet_id, (_, book) in books.items() if book.held})
    for _, book in books.values():
        book.is_complete = True
    return list(books.values())


async def _load_holds(tx: Tx, books: Mapping[UUID, Book]) -> None:
    if not books:
        return
    for row in await tx.fetch(
        """
        -- ledger.load_holds
        select id, wallet_id, expires_at, lots from holds
        where tenant_id = $1 and wallet_id = any($2) and state = 'open'
        """,
        tx.tenant_id,
        list(books),
    ):
        books[row["wallet_id"]].holds[row["id"]] = OpenHold(
            row["id"], row["expires_at"], _lot_uses.decode(row["lots"])
        )


async def insert_wallets(tx: Tx, rows: Sequence[tuple[UUID, UUID]], *, program_id: UUID) -> dict[UUID, UUID]:
    """Open empty wallets (wallet id, member id) for members that have none; return those opened now, by member."""
    opened = await tx.fetch(
        """
        -- ledger.insert_wallets
        insert into wallets (tenant_id, id, member_id, program_id, created_at)
        select $1, new.id, new.member_id, $2, $3 from unnest($4::uuid[], $5::uuid[]) as new (id, member_id)
        on conflict (tenant_id, member_id, program_id) do nothing
        returning member_id, id
        """,
        tx.tenant_id,
        program_id,
        tx.at,
        *_columns(rows, width=2),
    )
    return {row["member_id"]: row["id"] for row in opened}


async def save_books(tx: Tx, books: Iterable[Book], *, in_bulk: bool = False) -> None:
    """Write all that the books recorded since they were loaded. A book is used up by this.

    ``in_bulk``: thousands of lots and postings, which go in through ``COPY`` in half the time.
    """
    changed = [book for book in books if book.is_changed()]
    if not changed:
        return
    granted = [_new_lot(book, lot) for book in changed for lot in book.granted]
    posted = [structs.astuple(posting) for book in changed for posting in book.postings]
    posting_ids = [posting[0] for posting in posted]
    if in_bulk:
        await tx.copy("lots", columns=_LOT, records=granted)
        await tx.copy("postings", columns=_POSTING, records=posted)
        granted, posted = [], []
    # One statement for five tables: four round trips less a batch.
    await tx.execute(
        f"""
        -- ledger.save_books
        with granted as (
            insert into lots (tenant_id, {", ".join(_LOT)})
            select $1, new.* from unnest(
                $2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
                $9::timestamptz[], $10::timestamptz[], $11::timestamptz[], $12::integer[], $13::integer[]
            ) as new
        ), touched as (
            update lots set pending = new.pending, available = new.available, held = new.held,
                            expires_at = new.expires_at
            from unnest($14::uuid[], $15::bigint[], $16::bigint[], $17::bigint[], $18::timestamptz[])
                as new (id, pending, available, held, expires_at)
            where lots.tenant_id = $1 and lots.id = any($14) and lots.id = new.id
        ), posted as (
            insert into postings (tenant_id, {", ".join(_POSTING)})
            select $1, new.* from unnest(
                $19::uuid[], $20::uuid[], $21::uuid[], $22::text[], $23::text[], $24::text[], $25::bigint[],
                $26::uuid[], $27::uuid[], $28::timestamptz[]
            ) as new
        ), noted as ({noting("postings", "$37::uuid[]", change_id="$38", at="$39")})
        update wallets set pending = new.pending, available = new.available, held = new.held,
                           debt = new.debt, due_at = new.due_at,
                           last_purchase_on = new.bought_on, last_purchase_zone = new.bought_zone
        from unnest(
            $29::uuid[], $30::bigint[], $31::bigint[], $32::bigint[], $33::bigint[], $34::timestamptz[],
            $35::date[], $36::text[]
        ) as new (id, pending, available, held, debt, due_at, bought_on, bought_zone)
        where wallets.tenant_id = $1 and wallets.id = any($29) and wallets.id = new.id
        """,  # noqa: S608  constants only
        tx.tenant_id,
        *_columns(granted, width=len(_LOT)),
        *_columns([_touched_lot(lot) for book in changed for lot in book.touched_lots()], width=5),
        *_columns(posted, width=len(_POSTING)),
        *_columns([_wallet(book) for book in changed], width=8),
        posting_ids,
        new_id(),
        tx.at,
    )
    await _close_holds(tx, changed)
    await _insert_extensions(tx, changed)


def _new_lot(book: Book, lot: BookLot) -> tuple[object, ...]:
    return (
        lot.id,
        book.wallet_id,
        lot.document_id,
        lot.granted,
        lot.pending,
        lot.available,
        lot.held,
        lot.earned_at,
        lot.activates_at,
        lot.expires_at,
        lot.sliding_days,
        lot.receipt_share_bp,
    )


def _touched_lot(lot: BookLot) -> tuple[object, ...]:
    return (lot.id, lot.pending, lot.available, lot.held, lot.expires_at)


def _wallet(book: Book) -> tuple[object, ...]:
    return (
        book.wallet_id,
        book.pending,
        book.available,
        book.held,
        book.debt,
        book.due_at,
        *(book.last_purchase or (None, None)),
    )


async def _close_holds(tx: Tx, books: Sequence[Book]) -> None:
    rows = [closed for book in books for closed in book.closed_holds.items()]
    if rows:
        await tx.execute(
            """
            -- ledger.close_holds
            update holds set state = new.state, closed_at = $2
            from unnest($3::uuid[], $4::text[]) as new (id, state)
            where holds.tenant_id = $1 and holds.id = new.id
            """,
            tx.tenant_id,
            tx.at,
            *_columns(rows, width=2),
        )


async def _insert_extensions(tx: Tx, books: Sequence[Book]) -> None:
    rows = [
        (extension.id, extension.lot_id, extension.expires_before, extension.expires_at, extension.reason)
        for book in books
        for extension in book.extensions
    ]
    if rows:
        await tx.execute(
            """
            -- ledger.insert_extensions
            insert into extensions (tenant_id, id, lot_id, expires_before, expires_at, reason, actor, at)
            select $1, new.*, $2, $3 from unnest(
                $4::uuid[], $5::uuid[], $6::timestamptz[], $7::timestamptz[], $8::text[]
            ) as new
            """,
            tx.tenant_id,
            tx.actor,
            tx.at,
            *_columns(rows, width=5),
        )


def _columns(rows: Sequence[tuple[object, ...]], *, width: int) -> list[list[object]]:
    """Turn rows into the parallel arrays that ``unnest`` takes."""
    return [[row[column] for row in rows] for column in range(width)]
