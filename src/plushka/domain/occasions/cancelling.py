"""An event that never was: what it gave is taken back by the rules of returns (S9, S10)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from plushka.domain.audit import operations as audit
from plushka.domain.events.model import Event
from plushka.domain.events.queries import get_event
from plushka.domain.events.store import lock_event, write_cancelled
from plushka.domain.ledger import bookkeeping
from plushka.domain.ledger.book import Book
from plushka.domain.ledger.bookkeeping import WalletKey
from plushka.domain.ledger.clawbacks import list_granted
from plushka.domain.ledger.model import Cause, Clawback, WalletMoved
from plushka.domain.members.reasons import checked_reason
from plushka.domain.occasions.rating import cancel_rating
from plushka.domain.occasions.store import write_taken
from plushka.domain.programs.versions import Versions
from plushka.platform.database import Tx


class Cancelled(Struct, frozen=True):
    """What a cancellation took back in all, in points of each programme: ``owed`` of it as debt."""

    event: Event
    taken: int
    owed: int
    burned: int


class _Given(Struct, frozen=True):
    id: UUID
    program_id: UUID
    version_id: UUID
    points: int
    holder_id: UUID
    cancelled_at: datetime | None
    taken: int
    owed: int
    burned: int

    @property
    def key(self) -> WalletKey:
        return WalletKey(self.holder_id, self.program_id)


async def cancel_event(tx: Tx, versions: Versions, event_id: UUID, *, reason: str) -> Cancelled:
    """Cancel an event: the lots that it gave are taken back first, then others, then by the programme's policy of debt.

    Safe to repeat: what was cancelled is answered as it was.

    :raises UnknownEvent: the business has none of this id
    :raises ReasonMissing: there is none
    :raises ClawbackRefused: the points are spent, and a programme refuses to make a debt
    :raises WalletMoved: the member was merged into another at this moment
    """
    reason = checked_reason(reason)
    # Wallets before the event, all at once, as who deletes their member locks them.
    keys = {each.key for each in await _list_given(tx, event_id)}
    books = await bookkeeping.lock_books(tx, keys)
    event = await lock_event(tx, event_id)
    given = await _list_given(tx, event_id)
    if event.cancelled_at is not None:
        return _cancelled(event, given)
    if {each.key for each in given} - books.keys() or any(book.is_moved for book in books.values()):
        raise WalletMoved
    await _take_back(tx, versions, given, books)
    await write_cancelled(tx, event.id, reason=reason)
    await cancel_rating(tx, event.id)
    await audit.record(
        tx,
        action="event.cancel",
        subject=f"member:{event.member_id}",
        event=str(event.id),
        kind=event.kind,
        reason=reason,
    )
    return _cancelled(await get_event(tx, event_id), await _list_given(tx, event_id))


def _cancelled(event: Event, given: Sequence[_Given]) -> Cancelled:
    return Cancelled(
        event,
        taken=sum(each.taken for each in given),
        owed=sum(each.owed for each in given),
        burned=sum(each.burned for each in given),
    )


async def _take_back(
    tx: Tx, versions: Versions, given: Sequence[_Given], books: Mapping[WalletKey, Book]
) -> None:
    """Take back all that an event gave, from wallets that are locked."""
    granted = await list_granted(tx, [each.id for each in given])
    await bookkeeping.load_lots(tx, books.values(), also=granted.lot_ids)
    for book in books.values():
        book.settle(tx.at)
    for each in given:
        book, version = books[each.key], await versions.get(tx, each.version_id)
        clawback = book.claw_back(
            each.points,
            Clawback(),
            receipt_id=each.id,
            burned=granted.burned.get(each.id, 0) + book.burned_now(each.id),
            debt=version.program.debt,
            cause=Cause(each.id, each.version_id, tx.at),
        )
        await write_taken(tx, each.id, clawback)
    await bookkeeping.save_books(tx, books.values())


async def _list_given(tx: Tx, event_id: UUID) -> list[_Given]:
    """Return what an event gave, in the order of programmes, with whose it is now."""
    rows = await tx.fetch(
        """
        -- occasions.list_given
        select g.id, g.program_id, g.version_id, g.points, coalesce(m.merged_into, m.id) as holder_id,
               g.cancelled_at, g.taken, g.owed, g.burned
        from occasion_gifts g
        join members m on m.tenant_id = g.tenant_id and m.id = g.member_id
        where g.tenant_id = $1 and g.event_id = $2
        order by g.program_id, g.id
        """,
        tx.tenant_id,
        event_id,
    )
    return [_Given(**row) for row in rows]
