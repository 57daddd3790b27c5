"""Booking a batch of purchases in one transaction: all of a tenant, at most one a member."""

from collections.abc import Sequence
from uuid import UUID

from asyncpg import Record
from msgspec import structs

from plushka.domain.coupons.showing import Codes
from plushka.domain.events.carts.operations import Bought, end_bought
from plushka.domain.ledger.bookkeeping import save_books
from plushka.domain.members.permits import use_permits
from plushka.domain.programs import standings
from plushka.domain.purchases.budgets import Budgets, read_budgets, save_uses
from plushka.domain.purchases.coupons import note_used, read_shown, save_shown, show_codes
from plushka.domain.purchases.decide import Decision, decide
from plushka.domain.purchases.model import Committed, KeyReused, MemberBusy, ReceiptDiffers
from plushka.domain.purchases.reference import Reference
from plushka.domain.purchases.referrals import save_brought
from plushka.domain.purchases.situation import Found, Item, Situation, gather
from plushka.domain.purchases.stamps import save_stamps
from plushka.domain.purchases.store import digest_of, find_known, insert_receipts, receipt_from, receipt_of
from plushka.domain.purchases.tenders import Tenders, read_tenders
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal
from plushka.platform.ids import new_id

Answer = Committed | Refusal


async def commit_batch(tx: Tx, reference: Reference, items: Sequence[Item]) -> list[Answer]:
    """Book the purchases that can be booked and answer each on its own; the transaction commits after this.

    A refusal leaves no trace. A repeat (same number or key, same content) is answered with what was booked
    then. The receipt's key is only looked up when its insert finds it taken or the decision is refused, after
    the member's wallet is locked: two copies of one request queue on the wallet, so the second always sees
    the first, even when the first left too few points for a re-run.
    """
    found = await gather(tx, reference, items, lock=True)
    placed = [situation for situation in found if isinstance(situation, Situation)]
    # Locked in this order everywhere: wallets, codes, certificates, budgets.
    codes = await read_shown(tx, placed, lock=True)
    tenders = await read_tenders(tx, placed)
    budgets = await read_budgets(tx, placed, lock=True)
    if (budgets is not None and budgets.are_locked) or codes is not None or tenders is not None:
        found = await _without_known(tx, found)
    decided = [_try_to_decide(situation, budgets, codes, tenders, tx) for situation in found]
    decisions = [decision for decision in decided if isinstance(decision, Decision)]
    new = await insert_receipts(tx, decisions) if decisions else set()
    await _book(tx, [decision for decision in decisions if decision.receipt_id in new], codes)
    if tenders is not None:
        await tenders.save(new)
    if bought := [
        Bought(purchase.cart, purchase.occurred_at or tx.at)
        for decision in decisions
        if decision.receipt_id in new and (purchase := decision.situation.item.purchase).cart is not None
    ]:
        await end_bought(tx, bought)
    # Last, since all tills wait for the counters that it locks.
    await save_uses(
        tx,
        [
            (decision.receipt_id, decision.situation, decision.outcome)
            for decision in decisions
            if decision.receipt_id in new and (decision.outcome.discounts or decision.outcome.gifts)
        ],
    )
    doubtful = [
        item
        for item, decision in zip(items, decided, strict=True)
        if isinstance(decision, Refusal) or decision.receipt_id not in new
    ]
    known = _Known(await find_known(tx, doubtful) if doubtful else [])
    return [_answer(item, decision, new, known) for item, decision in zip(items, decided, strict=True)]


async def _without_known(tx: Tx, found: Sequence[Found]) -> list[Found]:
    """Keep repeats from being decided: they would use up of budgets, codes, certificates what the first has."""
    placed = [situation for situation in found if isinstance(situation, Situation)]
    known = _Known(await find_known(tx, [situation.item for situation in placed]))
    return [
        MemberBusy() if isinstance(situation, Situation) and known.answer(situation.item) else situation
        for situation in found
    ]


def _try_to_decide(
    found: Found, budgets: Budgets | None, codes: Codes | None, tenders: Tenders | None, tx: Tx
) -> Decision | Refusal:
    if isinstance(found, Refusal):
        return found
    try:
        if budgets is not None:
            found.basket = structs.replace(found.basket, budgets_used=budgets.used_by(found))
        if codes is not None:
            show_codes(found, codes)
        decision = decide(found, receipt_id=new_id(), now=tx.at)
        if tenders is not None:
            decision.tendered = tenders.pay(decision)
    except Refusal as refusal:
        return refusal
    if budgets is not None:
        budgets.note(found, decision.outcome)
    note_used(found, decision.outcome, codes)
    return decision


async def _book(tx: Tx, decisions: Sequence[Decision], codes: Codes | None) -> None:
    for program_id in {decision.situation.mark.program_id for decision in decisions}:
        of_program = [d for d in decisions if d.situation.mark.program_id == program_id]
        changes = [decision.change for decision in of_program if decision.change]
        await standings.apply(tx, changes, program_id=program_id)
    if codes is not None:
        await save_shown(tx, codes, [(d.receipt_id, d.situation) for d in decisions])
    won = [d for d in decisions if d.outcome.cards or d.outcome.gifts]
    await save_stamps(tx, [(d.receipt_id, d.situation, d.outcome) for d in won])
    await save_brought(tx, [(d.receipt_id, d.situation, d.outcome) for d in decisions if d.outcome.referred])
    await save_books(tx, [d.situation.book for d in decisions if d.situation.book])
    if used := {
        d.situation.permit.id: d.receipt_id for d in decisions if d.situation.permit and _has_spent(d)
    }:
        await use_permits(tx, used)


def _has_spent(decision: Decision) -> bool:
    redeemed = decision.outcome.redeemed
    return redeemed is not None and redeemed.points > 0


class _Known:
    """Receipts booked before, by number and by key."""

    def __init__(self, rows: Sequence[Record]) -> None:
        self._by_number = {(row["till_id"], row["external_id"]): row for row in rows}
        self._by_key = {
            (row["till_id"], row["idempotency_key"]): row for row in rows if row["idempotency_key"]
        }

    def answer(self, item: Item) -> Answer | None:
        """Return what a purchase that was met before is answered; None if it was not."""
        till_id, purchase = item.caller.till_id, item.purchase
        by_key = self._by_key.get((till_id, purchase.idempotency_key or ""))
        by_number = self._by_number.get((till_id, purchase.external_id))
        if by_key is not None and by_key["digest"] != digest_of(purchase):
            return KeyReused(field="Idempotency-Key")
        if by_number is None:
            return None
        if by_number["digest"] != digest_of(purchase):
            return ReceiptDiffers(field="external_id", receipt_id=str(by_number["id"]))
        return Committed(receipt=receipt_from(by_number), is_repeat=True)


def _answer(item: Item, decision: Decision | Refusal, new: set[UUID], known: _Known) -> Answer:
    if isinstance(decision, Refusal):
        return known.answer(item) or decision
    if decision.receipt_id in new:
        return Committed(receipt=receipt_of(decision), is_repeat=False)
    return known.answer(item) or MemberBusy()
