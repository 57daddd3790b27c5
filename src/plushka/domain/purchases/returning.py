"""Taking back a purchase, whole or in part (S9, S10)."""

from dataclasses import dataclass
from uuid import UUID

from msgspec import structs

from plushka.domain.certificates.refunding import credits_between
from plushka.domain.ledger import bookkeeping
from plushka.domain.ledger.book import Book
from plushka.domain.ledger.bookkeeping import WalletKey
from plushka.domain.ledger.model import Cause, WalletMoved
from plushka.domain.programs import standings
from plushka.domain.programs.model import StandingChange, Sums
from plushka.domain.programs.versions import list_in_force
from plushka.domain.purchases import return_store
from plushka.domain.purchases.counters import give_back
from plushka.domain.purchases.coupons import undo_shown
from plushka.domain.purchases.model import (
    Caller,
    NothingToReturn,
    QuantityOutOfRange,
    Return,
    ReturnExceedsReceipt,
    ReturnLine,
    ReturnRequest,
    UnknownLine,
)
from plushka.domain.purchases.moving import lots_between, move_back, rule_points_between, sums_between
from plushka.domain.purchases.reference import Reference
from plushka.domain.purchases.return_store import Owner, Sale
from plushka.domain.purchases.store import digest_of, number_taken
from plushka.domain.purchases.tenders import give_to_certificates
from plushka.domain.referrals.booking import lower
from plushka.domain.rewards.card_states import settle_states
from plushka.domain.rewards.returning import (
    NOTHING_BACK,
    CardsBack,
    find_lost,
    reconcile_codes,
    take_back,
    together,
    work_out,
)
from plushka.engine.local_time import moment
from plushka.engine.program import REFERRAL
from plushka.engine.purchase import Remainder
from plushka.engine.returns import remainder
from plushka.engine.tiers import tier_after_return
from plushka.engine.version import Version
from plushka.platform.database import Tx
from plushka.platform.ids import new_id


async def return_purchase(tx: Tx, reference: Reference, caller: Caller, request: ReturnRequest) -> Return:
    """Book a return. Safe to repeat: the till's number of the return is the key (S7).

    :raises UnknownReceipt: this till's business has no such receipt
    :raises ReturnExceedsReceipt: more of a line comes back than is left of it
    :raises WalletMoved: its member was merged into another meanwhile: try again
    :raises ClawbackRefused: the programme refuses a return whose points are spent (S10)
    """
    sale, book = await _lock(tx, caller, request)
    digest = digest_of(request)
    known = await return_store.find_known(
        tx,
        till_id=caller.till_id,
        external_id=request.external_id,
        idempotency_key=request.idempotency_key,
    )
    if known is not None:
        if known.digest == digest:
            return known.answer
        raise number_taken(request, by=known.answer.external_id)
    case = await _work_out(tx, reference, sale, book, request)
    case.answer = structs.replace(case.answer, id=case.return_id)
    if not await return_store.insert_return(
        tx, case.answer, till_id=caller.till_id, request=request, digest=digest, is_full=case.is_full
    ):
        # A return of another receipt, booked at this moment under another lock, has the number or the key.
        raise number_taken(request)
    await undo_shown(
        tx,
        sale.receipt_id,
        await reference.versions.get(tx, sale.version_id),
        sale.basket,
        sale.outcome,
        case.rest,
    )
    await give_to_certificates(
        tx,
        case.answer.certificates,
        return_id=case.return_id,
        grace_days=case.grace_days,
        zone=sale.basket.place.time_zone,
    )
    await give_back(
        tx,
        receipt_id=sale.receipt_id,
        program_id=sale.program_id,
        before=case.promotions_before_minor,
        after=case.rest.promotions_minor,
    )
    await take_back(tx, sale.receipt_id, case.cards)
    if book is not None and case.cards.lowered:
        await settle_states(tx, [book.member_id])
    if book is not None and sale.basket.coupons:
        await reconcile_codes(tx, member_id=book.member_id, program_id=sale.program_id)
    if sale.outcome.referred is not None:
        await lower(
            tx,
            sale.receipt_id,
            levels=case.rest.referred,
            friend_points=case.rest.earned_by_rule.get(REFERRAL, 0),
        )
    if book is not None:
        await _lower_standing(tx, reference, sale, case, book)
        await bookkeeping.save_books(tx, [book])
    return case.answer


async def preview_return(tx: Tx, reference: Reference, caller: Caller, request: ReturnRequest) -> Return:
    """Return what ``return_purchase`` would answer, for the cashier to see before confirming; nothing is booked.

    :raises Refusal: as ``return_purchase`` would
    """
    sale, book = await _lock(tx, caller, request)
    return (await _work_out(tx, reference, sale, book, request)).answer


@dataclass(slots=True)
class _Case:
    """A return worked out: the answer, what it does to standing and cards, and what is left of the receipt."""

    return_id: UUID
    answer: Return
    is_full: bool
    sums: Sums
    rule_points: dict[str, int]
    rest: Remainder
    promotions_before_minor: dict[str, int]
    grace_days: int
    cards: CardsBack


async def _lock(tx: Tx, caller: Caller, request: ReturnRequest) -> tuple[Sale, Book | None]:
    """Lock the wallet, then the receipt: in this order everywhere, so that returns and purchases never circle."""
    owner = await _find_owner(tx, caller, request)
    book = None
    if owner.member_id is not None:
        key = WalletKey(owner.member_id, owner.program_id)
        book = (await bookkeeping.lock_books(tx, [key]))[key]
        if book.is_moved or (book.is_doubtful and await _find_owner(tx, caller, request) != owner):
            raise WalletMoved(field="receipt")
    sale = await return_store.lock_sale(tx, owner)
    if book is not None:
        await bookkeeping.load_lots(tx, [book], also=sale.lot_ids())
        book.settle(tx.at)
    return sale, book


async def _find_owner(tx: Tx, caller: Caller, request: ReturnRequest) -> Owner:
    return await return_store.get_owner(tx, till_id=caller.till_id, receipt=request.receipt)


async def _work_out(
    tx: Tx, reference: Reference, sale: Sale, book: Book | None, request: ReturnRequest
) -> _Case:
    version = await reference.versions.get(tx, sale.version_id)
    lines = _lines(sale, request)
    returned = dict(sale.returned)
    for line in lines:
        returned[line.index] = returned.get(line.index, 0) + line.quantity_milli
    before, after = _remainder(version, sale, sale.returned), _remainder(version, sale, returned)
    return_id = new_id()
    clawback = sale.clawback
    if book is not None:
        clawback = move_back(
            book,
            before,
            after,
            sale.clawback,
            receipt_id=sale.receipt_id,
            earned_points=sale.outcome.earned_points,
            burned=_burned(book, sale),
            grace_days=version.program.return_grace_days,
            debt=version.program.debt,
            zone=sale.basket.place.time_zone,
            cause=Cause(document_id=return_id, version_id=version.id, at=tx.at),
        )
    refunded_minor = [sum(each.refund_minor_by_line) for each in (before, after)]
    refund_minor = refunded_minor[1] - refunded_minor[0]
    to_certificates = credits_between(
        *refunded_minor,
        payable_minor=sale.outcome.payable_minor,
        tendered=sale.tendered,
        is_full=after.is_empty,
    )
    cards = NOTHING_BACK
    if book is not None and sale.outcome.cards:
        cards = await work_out(
            tx, sale.receipt_id, after.cards, member_id=book.member_id, program_id=sale.program_id
        )
    if book is not None and sale.outcome.gifts:
        lost = [
            gift.promotion
            for gift in sale.outcome.gifts
            if gift.promotion is not None
            and before.promotions_minor[gift.promotion] > after.promotions_minor[gift.promotion]
        ]
        cards = together(cards, await find_lost(tx, sale.receipt_id, lost))
    answer = Return(
        id=None,
        external_id=request.external_id,
        receipt_id=sale.receipt_id,
        lines=lines,
        refund_minor=refund_minor,
        points_back=sum(use.points for use in lots_between(before, after)),
        points_clawed_back=clawback.taken() - sale.clawback.taken(),
        points_burned=clawback.burned - sale.clawback.burned,
        points_owed=clawback.owed - sale.clawback.owed,
        balance=book.balance() if book else None,
        money_minor=refund_minor - sum(credit.amount_minor for credit in to_certificates),
        certificates=to_certificates,
        rewards_withdrawn=cards.rewards_withdrawn,
        rewards_owed=cards.owed,
    )
    return _Case(
        return_id=return_id,
        answer=answer,
        is_full=after.is_empty,
        sums=sums_between(before, after),
        rule_points=dict(rule_points_between(version, before, after)),
        rest=after,
        promotions_before_minor=before.promotions_minor,
        grace_days=version.program.return_grace_days,
        cards=cards,
    )


def _lines(sale: Sale, request: ReturnRequest) -> tuple[ReturnLine, ...]:
    """Return what comes back now: the lines asked for, or all that is left.

    :raises Refusal: a line that is not there, twice there, or more of it than is left
    """
    left = {
        index: line.quantity_milli - sale.returned.get(index, 0)
        for index, line in enumerate(sale.basket.lines)
    }
    if not any(left.values()):
        raise NothingToReturn(field="receipt")
    if request.lines is None:
        return tuple(
            ReturnLine(index, quantity_milli) for index, quantity_milli in left.items() if quantity_milli
        )
    seen: set[int] = set()
    for place, line in enumerate(request.lines):
        if line.index not in left or line.index in seen:
            raise UnknownLine(field=f"lines[{place}].index")
        if line.quantity_milli <= 0:
            raise QuantityOutOfRange(field=f"lines[{place}].quantity_milli")
        if line.quantity_milli > left[line.index]:
            raise ReturnExceedsReceipt(field=f"lines[{place}].quantity_milli", left_milli=left[line.index])
        seen.add(line.index)
    if not seen:
        raise UnknownLine(field="lines")
    return request.lines


def _remainder(version: Version, sale: Sale, returned: dict[int, int]) -> Remainder:
    return remainder(version, sale.member_state, sale.basket, sale.outcome, returned, sale.occurred_at)


def _burned(book: Book, sale: Sale) -> int:
    """Return how many points of the receipt have burned: taking others for them would take them twice."""
    return sale.burned_points + book.burned_now(sale.receipt_id)


async def _lower_standing(tx: Tx, reference: Reference, sale: Sale, case: _Case, book: Book) -> None:
    standing = (await standings.list_standings(tx, [book.member_id], program_id=sale.program_id))[
        book.member_id
    ]
    change = StandingChange(
        member_id=book.member_id,
        business_date=sale.business_date,
        sums=case.sums,
        tier_before=standing.tier,
        tier=standing.tier,
        rule_points=case.rule_points,
    )
    await standings.apply(tx, [change], program_id=sale.program_id)
    if case.is_full:
        book.set_last_purchase(
            await return_store.find_last_purchase(tx, book.member_id, program_id=sale.program_id)
        )
    for mark in await list_in_force(tx):
        if mark.program_id == sale.program_id:
            await _lower_tier(tx, await reference.versions.get(tx, mark.id), book.member_id, sale)


async def _lower_tier(tx: Tx, version: Version, member_id: UUID, sale: Sale) -> None:
    """Let the rules in force now say whether the lowered sums lower the tier at once (S13)."""
    standing = (await standings.list_standings(tx, [member_id], program_id=sale.program_id))[member_id]
    today = moment(tx.at, sale.basket.place).business_date
    totals = await standings.list_totals(tx, version=version, standings=[standing], days=[today])
    tier = tier_after_return(version, standing.tier, totals[member_id], is_manual=standing.tier_is_manual)
    if tier != standing.tier:
        await standings.change_tier(tx, standing, tier, reason="return")
