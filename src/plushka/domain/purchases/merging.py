"""Two members become one, and for a day two again (docs/decisions/0004-merging-members.md)."""

from datetime import timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from plushka.domain.audit import operations as audit
from plushka.domain.changes.operations import note
from plushka.domain.ledger.book import Book
from plushka.domain.ledger.merging import MovedWallet, merge_wallets, part_wallets, read_pairs
from plushka.domain.ledger.model import Balance, Cause
from plushka.domain.members import merges
from plushka.domain.members.codes import forget_codes
from plushka.domain.members.merges import MovedPerson, Self
from plushka.domain.members.model import (
    Identity,
    Merge,
    MergeNotUndone,
    MergeWithSelf,
)
from plushka.domain.members.queries import get_member
from plushka.domain.members.reasons import checked_reason
from plushka.domain.members.sessions import end_sessions_since
from plushka.domain.members.store import lock_members
from plushka.domain.programs import merging as standing_merging
from plushka.domain.programs import standings
from plushka.domain.programs.merging import MovedStanding, is_untouched, merge_standings, part_standings
from plushka.domain.programs.model import Standing
from plushka.domain.rewards.card_states import settle_states
from plushka.domain.rewards.stamps import list_bought, move_stamps, return_bought, return_stamps
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

UNDO_HOURS = 24


class Record(Struct, frozen=True):
    """What a merge moved, with which it is undone."""

    person: MovedPerson
    wallets: tuple[MovedWallet, ...]
    standings: tuple[MovedStanding, ...]
    receipts: tuple[UUID, ...]
    bought: tuple[UUID, ...] = ()
    """Gifts that they had bought in the catalogue; those that they had won are moved with their receipts."""


class Side(Struct, frozen=True):
    """A member as they are, or as they will be, in one programme."""

    person: Self
    identities: tuple[Identity, ...]
    balance: Balance
    lots: int
    standing: Standing

    @property
    def has_anything(self) -> bool:
        """Tell whether they have, owe or bought anything in this programme."""
        return self.balance != Balance() or self.lots > 0 or self.standing.sums.purchases > 0


class Preview(Struct, frozen=True):
    """What will become of two members in one programme; ``repaid`` points go for debt."""

    kept: Side
    merged: Side
    result: Side
    repaid: int


_decode = msgspec.json.Decoder(Record).decode


async def preview_merge(tx: Tx, *, program_id: UUID, kept_id: UUID, merged_id: UUID) -> Preview:
    """Return what ``merge_members`` would do, worked out by the same code on values that are thrown away.

    :raises MergeWithSelf: both are one
    """
    kept_member, merged_member = await get_member(tx, kept_id), await get_member(tx, merged_id)
    if kept_member.id == merged_member.id:
        raise MergeWithSelf(field="other")
    people = [await merges.read_self(tx, member.id) for member in (kept_member, merged_member)]
    found = await standings.list_standings(tx, [kept_member.id, merged_member.id], program_id=program_id)
    standing_of = [
        found.get(member.id) or standings.newcomer(member.id, program_id)
        for member in (kept_member, merged_member)
    ]
    kept_book, merged_book = await _books(tx, program_id, kept_member.id, merged_member.id)
    before = [
        Side(person, member.identities, book.balance(), _open_lots(book), standing)
        for person, member, book, standing in zip(
            people, (kept_member, merged_member), (kept_book, merged_book), standing_of, strict=True
        )
    ]
    repaid = kept_book.take_over(merged_book, cause=Cause(new_id(), None, tx.at))
    result = Side(
        person=merges.joined(*people),
        identities=(*kept_member.identities, *merged_member.identities),
        balance=kept_book.balance(),
        lots=_open_lots(kept_book),
        standing=standing_merging.joined(
            standing_of[0], standing_of[1], await standing_merging.tier_ranks(tx, program_id)
        ),
    )
    return Preview(kept=before[0], merged=before[1], result=result, repaid=sum(use.points for use in repaid))


async def merge_members(tx: Tx, *, kept_id: UUID, merged_id: UUID, reason: str) -> UUID:
    """Make ``merged_id`` a part of ``kept_id`` and return the merge's id, by which it is undone for a day.

    All that the one had is the other's from now on: points with their dates, holds, debt, receipts, identities,
    consents, notes, days, sums. Tills that wait for one of them at this moment find the other one after it.

    :raises UnknownMember: one of them is none of the business, or was merged into somebody before
    """
    if kept_id == merged_id:
        raise MergeWithSelf(field="other")
    reason = checked_reason(reason)
    await lock_members(tx, [kept_id, merged_id])
    merge_id = new_id()
    wallets = await merge_wallets(tx, merge_id, kept_id=kept_id, merged_id=merged_id)
    bought = await list_bought(tx, merged_id)
    record = Record(
        bought=tuple(bought),
        wallets=tuple(wallets),
        standings=tuple(
            await merge_standings(
                tx, [wallet.program_id for wallet in wallets], kept_id=kept_id, merged_id=merged_id
            )
        ),
        receipts=await _move_receipts(tx, merged_id, kept_id),
        person=await merges.merge_people(tx, kept_id=kept_id, merged_id=merged_id),
    )
    await merges.insert_merge(
        tx,
        merge_id,
        kept_id=kept_id,
        merged_id=merged_id,
        reason=reason,
        record=msgspec.json.encode(record).decode(),
    )
    for member_id, other_id in ((kept_id, merged_id), (merged_id, kept_id)):
        await audit.record(
            tx, action="member.merge", subject=f"member:{member_id}", other=str(other_id), reason=reason
        )
    return merge_id


async def undo_merge(tx: Tx, merge_id: UUID) -> Merge:
    """Make two members of one again, each as they were but for what time alone has done since.

    :raises MergeNotUndone: a day has passed, or something has happened to them; ``reason`` says what
    """
    merge = await merges.get_merge(tx, merge_id)
    await merges.lock_merged(tx, [merge.kept_id, merge.merged_id])
    await _check_latest(tx, merge)
    if (kept := await merges.read_record(tx, merge_id)) == merges.NO_RECORD:
        raise MergeNotUndone(reason="erased")
    record = _decode(kept)
    parted = await part_wallets(
        tx, merge_id, record.wallets, kept_id=merge.kept_id, merged_id=merge.merged_id
    )
    if not parted:
        raise MergeNotUndone(reason="points")
    for standing in record.standings:
        if not await is_untouched(tx, standing):
            raise MergeNotUndone(reason="standing")
        await part_standings(tx, standing)
    if await _has_bought_since(tx, merge):
        raise MergeNotUndone(reason="standing")
    if (changed := await merges.what_changed(tx, record.person, kept_id=merge.kept_id)) is not None:
        raise MergeNotUndone(reason=changed)
    await merges.part_people(tx, record.person, kept_id=merge.kept_id, merged_id=merge.merged_id)
    await _return_receipts(tx, record, merge)
    # Whoever has signed in by the other's phone meanwhile would go on seeing the one who stayed.
    await end_sessions_since(tx, merge.kept_id, merge.at)
    await forget_codes(tx, merge.kept_id)
    await merges.note_undone(tx, merge_id)
    for member_id, other_id in ((merge.kept_id, merge.merged_id), (merge.merged_id, merge.kept_id)):
        await audit.record(
            tx, action="member.merge_undone", subject=f"member:{member_id}", other=str(other_id)
        )
    return merge


async def _check_latest(tx: Tx, merge: Merge) -> None:
    """Read the merge again under the locks of its members: another one may have come first."""
    now = await merges.get_merge(tx, merge.id)
    if now.undone_at is not None:
        raise MergeNotUndone(reason="undone")
    if tx.at - merge.at > timedelta(hours=UNDO_HOURS):
        raise MergeNotUndone(reason="late")
    kept = await get_member(tx, merge.kept_id)
    later = [other for other in await merges.list_merges(tx, merge.kept_id) if other.undone_at is None]
    if kept.id != merge.kept_id or later[0].id != merge.id:
        raise MergeNotUndone(reason="merged_again")


async def _books(tx: Tx, program_id: UUID, kept_id: UUID, merged_id: UUID) -> tuple[Book, Book]:
    for program, kept, merged in await read_pairs(tx, kept_id=kept_id, merged_id=merged_id):
        if program == program_id:
            return kept or _empty(kept_id), merged
    for program, _, kept in await read_pairs(tx, kept_id=merged_id, merged_id=kept_id):
        if program == program_id:
            return kept, _empty(merged_id)
    return _empty(kept_id), _empty(merged_id)


def _empty(member_id: UUID) -> Book:
    return Book(wallet_id=new_id(), member_id=member_id)


def _open_lots(book: Book) -> int:
    return sum(1 for lot in book.lots.values() if lot.pending + lot.available + lot.held)


async def _has_bought_since(tx: Tx, merge: Merge) -> bool:
    """Tell whether the one who stayed has bought since, be it under a programme that the other was not in."""
    has_bought: bool = await tx.fetchval(
        """
        -- purchases.has_bought_since
        select exists (select from receipts where tenant_id = $1 and member_id = $2 and id > $3)
        """,
        tx.tenant_id,
        merge.kept_id,
        merge.id,
    )
    return has_bought


async def _move_receipts(tx: Tx, source: UUID, target: UUID) -> tuple[UUID, ...]:
    rows = await tx.fetch(
        """
        -- purchases.move_receipts
        update receipts set member_id = $3 where tenant_id = $1 and member_id = $2 returning id
        """,
        tx.tenant_id,
        source,
        target,
    )
    await note(tx, "members", [source, target])
    await move_stamps(tx, source, target)
    await settle_states(tx, [source, target])
    return tuple(row["id"] for row in rows)


async def _return_receipts(tx: Tx, record: Record, merge: Merge) -> None:
    target = merge.merged_id
    await tx.execute(
        """
        -- purchases.return_receipts
        update receipts set member_id = $3 where tenant_id = $1 and id = any($2::uuid[])
        """,
        tx.tenant_id,
        list(record.receipts),
        target,
    )
    await note(tx, "members", [merge.kept_id, target])
    await return_stamps(tx, record.receipts, target)
    await settle_states(tx, [merge.kept_id, target])
    await return_bought(tx, record.bought, target)
