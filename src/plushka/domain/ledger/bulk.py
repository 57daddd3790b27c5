"""Points given to and taken from many members at once, each movement with an id of its own."""

from collections.abc import Callable, Collection, Sequence
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.domain.ledger import bookkeeping
from plushka.domain.ledger.book import Book
from plushka.domain.ledger.bookkeeping import WalletKey
from plushka.domain.ledger.model import Cause
from plushka.engine.purchase import Grant
from plushka.platform.database import Tx

BulkKind = Literal["adjustment", "import", "campaign"]
BulkResult = Literal["booked", "known", "short"]


class BulkChange(Struct, frozen=True):
    """Give a member ``points``, below zero take them away. What has the ``adjustment_id`` is booked once for ever.

    What is taken is taken first from the lot that the document ``first_of`` gave.
    """

    member_id: UUID
    adjustment_id: UUID
    points: int
    first_of: UUID | None = None


async def lock_many(tx: Tx, member_ids: Collection[UUID], *, program_id: UUID) -> dict[UUID, Book]:
    """Lock the wallets that members have in a programme, and return their books without lots, by member."""
    keys = [WalletKey(member_id, program_id) for member_id in member_ids]
    return {key.member_id: book for key, book in (await bookkeeping.lock_books_there(tx, keys)).items()}


async def adjust_many(
    tx: Tx,
    changes: Sequence[BulkChange],
    *,
    program_id: UUID,
    grant: Callable[[int], Grant],
    kind: BulkKind,
    reason: str,
) -> dict[UUID, BulkResult]:
    """Book the changes, one a member, and return what became of each, by member; ``grant`` makes lots of points.

    ``known`` was booked before, under this id; ``short`` has fewer points than were to be taken, or no wallet,
    and was left alone. What a campaign gives is issued, as points of purchases are; the rest is by hand. No audit
    row: whoever asks for many writes one.
    """
    by_member = {change.member_id: change for change in changes}
    books = await lock_many(tx, by_member, program_id=program_id)
    await bookkeeping.load_lots(tx, books.values())
    for book in books.values():
        book.settle(tx.at)
    wanted = [
        change
        for member_id, change in by_member.items()
        if member_id in books
        and not books[member_id].is_closed
        and books[member_id].available >= -change.points
    ]
    added = await _record(tx, [(change, books[change.member_id]) for change in wanted], kind, reason)
    fresh = [change for change in wanted if books[change.member_id].wallet_id in added]
    booked = {change.member_id for change in fresh}
    others = [change.adjustment_id for change in changes if change.member_id not in booked]
    known = await find_adjusted(tx, others) if others else {}
    given_as = "accrue" if kind == "campaign" else "adjust"
    for change in fresh:
        cause = Cause(document_id=change.adjustment_id, version_id=None, at=tx.at)
        book = books[change.member_id]
        if change.points > 0:
            book.accrue(grant(change.points), earned_at=tx.at, cause=cause, kind=given_as)
        else:
            book.take_away(-change.points, cause=cause, first_of=change.first_of)
    await bookkeeping.save_books(tx, books.values())
    return {
        change.member_id: (
            "booked" if change.member_id in booked else "known" if change.adjustment_id in known else "short"
        )
        for change in changes
    }


async def _record(
    tx: Tx, wanted: Sequence[tuple[BulkChange, Book]], kind: BulkKind, reason: str
) -> set[UUID]:
    """Write down what is not yet, each id once, and return the wallets of that."""
    if not wanted:
        return set()
    rows = await tx.fetch(
        """
        -- ledger.record_adjustments
        insert into adjustments (tenant_id, id, wallet_id, kind, points, reason, actor, at)
        select $1, new.id, new.wallet_id, $2, new.points, $3, $4, $5
        from unnest($6::uuid[], $7::uuid[], $8::bigint[]) as new (id, wallet_id, points)
        on conflict (tenant_id, id) do nothing
        returning wallet_id
        """,
        tx.tenant_id,
        kind,
        reason,
        tx.actor,
        tx.at,
        [change.adjustment_id for change, _ in wanted],
        [book.wallet_id for _, book in wanted],
        [change.points for change, _ in wanted],
    )
    return {row["wallet_id"] for row in rows}


async def find_adjusted(tx: Tx, adjustment_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return the points of those adjustments that are booked, by their ids."""
    rows = await tx.fetch(
        """
        -- ledger.find_adjusted
        select id, points from adjustments where tenant_id = $1 and id = any($2)
        """,
        tx.tenant_id,
        adjustment_ids,
    )
    return {row["id"]: row["points"] for row in rows}


async def sum_left(tx: Tx, document_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return what can be spent yet of lots that documents gave, by document; of nothing left nothing is told."""
    rows = await tx.fetch(
        """
        -- ledger.sum_left
        select p.document_id, sum(l.available)::bigint as available
        from postings p
        join lots l on l.tenant_id = p.tenant_id and l.id = p.lot_id
        where p.tenant_id = $1 and p.document_id = any($2::uuid[]) and p.kind = 'adjust' and p.credit = 'available'
          and l.available > 0 and (l.expires_at is null or l.expires_at > $3)
        group by p.document_id
        """,
        tx.tenant_id,
        list(document_ids),
        tx.at,
    )
    return {row["document_id"]: row["available"] for row in rows}
