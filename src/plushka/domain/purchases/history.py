"""Loads receipts of the past in bulk, with their full meaning: points, lots, tiers and all that time did to them.

The rules are asked and the points moved by the code that serves a till (``decide``); only the reading
before and the writing after are done once for many receipts instead of at each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from asyncpg import UniqueViolationError
from msgspec import Struct

from plushka.domain.coupons.showing import Codes, read_codes
from plushka.domain.coupons.using import Used, save_code_uses
from plushka.domain.ledger import bookkeeping
from plushka.domain.ledger.book import Book
from plushka.domain.ledger.bookkeeping import WalletKey
from plushka.domain.members.model import Identity, Person, UnknownMember
from plushka.domain.members.queries import find_member_ids, find_people
from plushka.domain.programs.operations import lock_members
from plushka.domain.programs.standing_history import StandingHistory, read_histories, save_histories
from plushka.domain.purchases.coupons import codes_used_by, note_used, show_codes, showing_of
from plushka.domain.purchases.decide import Decision, decide
from plushka.domain.purchases.reference import Reference
from plushka.domain.purchases.situation import (
    Item,
    Situation,
    lines_sold,
    look_up_goods,
    needs_lots,
    place,
    spends_points,
    state_of,
)
from plushka.domain.purchases.store import ReceiptRow, copy_receipts, row_of
from plushka.engine.purchase import Invited, Lot
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal, TemporaryFailure
from plushka.platform.ids import id_of


class Loaded(Struct, frozen=True):
    """What became of receipts: ``refused`` names them by their place among those that were given."""

    booked: int
    known: int
    refused: tuple[tuple[int, Refusal], ...]


@dataclass(slots=True)
class _Page:
    """A member's wallet and standing, carried from receipt to receipt.

    ``stored`` are the lots that the database knows already, ``moved_at`` is when points last moved.
    """

    person: Person
    book: Book
    standing: StandingHistory
    stored: frozenset[UUID]
    moved_at: datetime | None

    def spendable_lots(self) -> tuple[Lot, ...]:
        """Return what can be spent, and forget new lots that are used up: they are written, but not walked over."""
        lots = self.book.lots
        for lot in [lot for lot in lots.values() if not (lot.available or lot.pending or lot.held)]:
            if lot.id not in self.stored:
                del lots[lot.id]
        return self.book.spendable_lots()


@dataclass(slots=True)
class _Booked:
    """What decisions come to, to be written at once."""

    codes: Codes | None
    rows: list[ReceiptRow] = field(default_factory=list)
    codes_used: list[Used] = field(default_factory=list)

    def add(self, decision: Decision) -> None:
        situation = decision.situation
        self.rows.append(row_of(decision))
        if situation.codes:
            self.codes_used += codes_used_by(decision.receipt_id, situation, at=situation.at)

    async def save(self, tx: Tx) -> None:
        """Write it.

        :raises TemporaryFailure: a till booked one of the receipts meanwhile
        """
        try:
            await copy_receipts(tx, self.rows)
        except UniqueViolationError as error:
            raise TemporaryFailure("a receipt was booked by a till while its history was loaded") from error
        if self.codes is not None:
            await save_code_uses(tx, self.codes, self.codes_used)


async def load_history(tx: Tx, reference: Reference, items: Sequence[Item]) -> Loaded:
    """Book receipts of the past, in any order, of any number of members: give some dozens of members at once.

    A member's receipts are booked in the order of their moments, each as though it had been reported when
    it happened, so points became active and burned along the way. A receipt of before the wallet's last
    movement is late (S15): its points move when those last did. Receipts known by their number are passed
    over, whatever they hold, so a load that was interrupted is simply repeated. The members' wallets stay
    locked until the transaction ends.

    :raises TemporaryFailure: a till booked one of the receipts meanwhile; nothing is booked: try again
    """
    known = await _find_known(tx, items)
    new = [index for index, item in enumerate(items) if _number(item) not in known]
    refused: dict[int, Refusal] = {}
    situations: dict[int, Situation] = {}
    for index, found in zip(new, await place(tx, reference, [items[index] for index in new]), strict=True):
        if isinstance(found, Situation):
            situations[index] = found
        else:
            refused[index] = found
    goods = await look_up_goods(tx, reference, lines_sold(situations.values()))
    member_of = await _find_members(tx, situations, refused)
    by_wallet: dict[WalletKey | None, list[int]] = {}
    for index in sorted(situations, key=lambda index: (situations[index].at, _number(items[index]))):
        member_id = member_of[index]
        key = WalletKey(member_id, situations[index].mark.program_id) if member_id else None
        by_wallet.setdefault(key, []).append(index)
    pages = await _open_pages(tx, {key: situations[past[0]].at for key, past in by_wallet.items() if key})
    shown = [showing_of(one, member_of[index]) for index, one in situations.items()]
    codes = await read_codes(tx, shown, lock=True)
    booked = _Booked(codes)
    # One member after another, each receipt encoded as soon as it is decided: what it is made of is still
    # in the processor's cache, and is freed before the next.
    for key, past in by_wallet.items():
        for index in past:
            situation = situations.pop(index)
            goods.fill(situation)
            try:
                decision = _book(situation, key, pages, codes)
            except Refusal as refusal:
                refused[index] = refusal
                continue
            booked.add(decision)
    await _save_pages(tx, pages)
    await booked.save(tx)
    return Loaded(
        booked=len(booked.rows), known=len(items) - len(new), refused=tuple(sorted(refused.items()))
    )


async def _save_pages(tx: Tx, pages: Mapping[WalletKey, _Page]) -> None:
    for program_id in {key.program_id for key in pages}:
        histories = [page.standing for key, page in pages.items() if key.program_id == program_id]
        await save_histories(tx, histories, program_id=program_id)
    await bookkeeping.save_books(tx, [page.book for page in pages.values()], in_bulk=True)


def _book(
    situation: Situation, key: WalletKey | None, pages: Mapping[WalletKey, _Page], codes: Codes | None
) -> Decision:
    if key is None:
        return _decide(situation, situation.at, codes)
    page = pages.get(key)
    if page is None:
        raise UnknownMember(field="member")
    now = max(situation.at, page.moved_at or situation.at)
    _turn(situation, page, now)
    decision = _decide(situation, now, codes)
    if decision.change is not None:
        page.standing.add(decision.change, at=now)
    page.moved_at = now
    return decision


def _decide(situation: Situation, now: datetime, codes: Codes | None) -> Decision:
    if codes is not None:
        show_codes(situation, codes)
    # Lists of receipts are in order of ids.
    decision = decide(situation, receipt_id=id_of(situation.at), now=now)
    note_used(situation, decision.outcome, codes)
    return decision


def _turn(situation: Situation, page: _Page, now: datetime) -> None:
    """Bring the member to the moment of the purchase, as reading them from the database then would have."""
    book, standing, version = page.book, page.standing, situation.version
    situation.book = book
    if needs_lots(situation, book, now):
        book.settle(now)
    situation.member = state_of(
        book,
        page.person,
        lots=page.spendable_lots() if spends_points(situation) else (),
        tier=standing.tier,
        tier_is_manual=standing.tier_is_manual,
        purchases=standing.purchases,
        totals=standing.totals(version, situation.business_date),
        rule_points=standing.rule_points(version, situation.business_date),
        # What they were worth was given in the system that they come from.
        cards=None if version.cards or version.gifts else {},
        invited=Invited(levels=0) if version.referral else None,
        is_drawn=version.has_control_groups,
    )


def _number(item: Item) -> tuple[UUID, str]:
    return item.caller.till_id, item.purchase.external_id


async def _find_known(tx: Tx, items: Sequence[Item]) -> set[tuple[UUID, str]]:
    rows = await tx.fetch(
        """
        -- purchases.find_known_numbers
        select till_id, external_id
        from receipts
        join unnest($2::uuid[], $3::text[]) as given (till_id, external_id) using (till_id, external_id)
        where tenant_id = $1
        """,
        tx.tenant_id,
        [item.caller.till_id for item in items],
        [item.purchase.external_id for item in items],
    )
    return {(row["till_id"], row["external_id"]) for row in rows}


async def _find_members(
    tx: Tx, situations: dict[int, Situation], refused: dict[int, Refusal]
) -> dict[int, UUID | None]:
    """Return the member of each situation, None for an anonymous one; strangers' are moved to ``refused``."""
    named = {index: situation.item.purchase.member for index, situation in situations.items()}
    ids = await find_member_ids(tx, {member for member in named.values() if isinstance(member, Identity)})
    member_of: dict[int, UUID | None] = {}
    for index, member in named.items():
        if isinstance(member, Identity) and member not in ids:
            refused[index] = UnknownMember(field="member")
            del situations[index]
        else:
            member_of[index] = ids[member] if isinstance(member, Identity) else member
    return member_of


async def _open_pages(tx: Tx, first_at: Mapping[WalletKey, datetime]) -> dict[WalletKey, _Page]:
    """Lock and read the members' wallets and standings. Who has none joins at the moment of their first purchase."""
    found = await find_people(tx, {key.member_id for key in first_at})
    people = {person.id: person for named, person in found.items() if person.id == named}
    books = await lock_members(tx, {key: at for key, at in first_at.items() if key.member_id in people})
    if any(book.is_moved for book in books.values()):
        raise TemporaryFailure("a member was merged into another while their history was loaded")
    await bookkeeping.load_lots(tx, books.values())
    histories: dict[WalletKey, StandingHistory] = {}
    for program_id in {key.program_id for key in books}:
        member_ids = [key.member_id for key in books if key.program_id == program_id]
        found_histories = await read_histories(tx, member_ids, program_id=program_id)
        histories |= {WalletKey(member_id, program_id): one for member_id, one in found_histories.items()}
    moved_at = await _find_last_movements(tx, [book.wallet_id for book in books.values()])
    return {
        key: _Page(
            person=people[key.member_id],
            book=book,
            standing=histories[key],
            stored=frozenset(book.lots),
            moved_at=moved_at.get(book.wallet_id),
        )
        for key, book in books.items()
    }


async def _find_last_movements(tx: Tx, wallet_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    rows = await tx.fetch(
        """
        -- purchases.find_last_movements
        select wallet_id, max(at) as at from postings where tenant_id = $1 and wallet_id = any($2) group by wallet_id
        """,
        tx.tenant_id,
        wallet_ids,
    )
    return {row["wallet_id"]: row["at"] for row in rows}
