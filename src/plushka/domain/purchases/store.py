"""Statements that write receipts and read them back. Structures are kept as JSON of the engine's values."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from operator import itemgetter
from typing import cast
from uuid import UUID

import msgspec
from asyncpg import Record
from msgspec import Struct, structs

from plushka.domain.certificates.model import Tendered
from plushka.domain.changes.operations import note, noting
from plushka.domain.coupons.model import ShownCode
from plushka.domain.ledger.model import Balance
from plushka.domain.purchases.decide import Decision
from plushka.domain.purchases.model import (
    HoldRequest,
    KeyReused,
    Purchase,
    PurchaseLine,
    Receipt,
    ReceiptDiffers,
    ReturnRequest,
)
from plushka.domain.purchases.situation import Item
from plushka.engine.purchase import Basket, Member, Outcome
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

_RECEIPT = (
    "id", "till_id", "external_id", "idempotency_key", "digest", "branch_id", "member_id", "version_id", "cashier",
    "occurred_at", "received_at", "business_date", "amount_minor", "discount_minor", "redeemed_minor",
    "payable_minor", "redeemed_points", "earned_points", "cost_minor", "basket", "member_state", "outcome", "balance",
)  # fmt: skip
"""The columns of a new receipt, besides the tenant's."""
ReceiptRow = tuple[object, ...]

_encode = msgspec.json.Encoder().encode


class StoredBasket(Struct, frozen=True, omit_defaults=True):
    """What was sold, as the rules saw it, with the names on the receipt, codes shown, and what certificates paid.

    ``costs`` are what each line's goods cost the business, None where it was not known; empty: of none.
    """

    basket: Basket
    names: tuple[str | None, ...]
    codes: tuple[ShownCode, ...] = ()
    tendered: tuple[Tendered, ...] = ()
    costs: tuple[int | None, ...] = ()


_decode_basket = msgspec.json.Decoder(StoredBasket).decode
decode_outcome = msgspec.json.Decoder(Outcome).decode
_decode_member = msgspec.json.Decoder(Member).decode
_decode_balance = msgspec.json.Decoder(Balance).decode


def digest_of(request: Purchase | HoldRequest | ReturnRequest) -> bytes:
    """Return what tells a repeat of a request from another one; the Idempotency-Key itself does not count (S7)."""
    if request.idempotency_key is not None:
        request = structs.replace(request, idempotency_key=None)
    return sha256(_encode(request)).digest()


def number_taken(
    request: HoldRequest | ReturnRequest, *, by: str | None = None
) -> ReceiptDiffers | KeyReused:
    """Return why a request is refused whose number or key another one has: of the number ``by`` if it is known."""
    if by == request.external_id or request.idempotency_key is None:
        return ReceiptDiffers(field="external_id")
    return KeyReused(field="Idempotency-Key")


async def insert_receipts(tx: Tx, decisions: Sequence[Decision]) -> set[UUID]:
    """Write receipts and return the ids of those that were new; one known by its number or key is passed over."""
    inserted = await tx.fetch(
        f"""
        -- purchases.insert_receipts
        with new as (insert into receipts (tenant_id, {", ".join(_RECEIPT)})
        select $1, new.* from unnest(
            $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::bytea[], $7::uuid[], $8::uuid[], $9::uuid[],
            $10::text[], $11::timestamptz[], $12::timestamptz[], $13::date[], $14::bigint[], $15::bigint[],
            $16::bigint[], $17::bigint[], $18::bigint[], $19::bigint[], $20::bigint[], $21::json[], $22::json[],
            $23::json[], $24::json[]
        ) as new
        on conflict do nothing
        returning id), noted as ({noting("receipts", "array(select id from new)", change_id="$25", at="$26")})
        select id from new
        """,  # noqa: S608  constants only
        tx.tenant_id,
        *zip(*_in_order(map(row_of, decisions)), strict=True),
        new_id(),
        tx.at,
    )
    return {row["id"] for row in inserted}


async def copy_receipts(tx: Tx, rows: Iterable[ReceiptRow]) -> None:
    """Write thousands of receipts that are new, in the order of ``insert_receipts``, in less time than it takes.

    :raises UniqueViolationError: one is known by its number or key after all
    """
    in_order = _in_order(rows)
    await tx.copy("receipts", columns=_RECEIPT, records=in_order)
    await note(tx, "receipts", [cast(UUID, row[0]) for row in in_order])


def _in_order(rows: Iterable[ReceiptRow]) -> list[ReceiptRow]:
    """Return rows by natural key, so that two processes given the same receipts wait for each other in one order."""
    return sorted(rows, key=itemgetter(1, 2))


def row_of(decision: Decision) -> ReceiptRow:
    """Return what is stored of a decision, its documents encoded."""
    situation, outcome = decision.situation, decision.outcome
    purchase = situation.item.purchase
    state = situation.member
    return (
        decision.receipt_id,
        situation.item.caller.till_id,
        purchase.external_id,
        purchase.idempotency_key,
        digest_of(purchase),
        situation.branch.id,
        None if situation.book is None else situation.book.member_id,
        situation.version.id,
        purchase.cashier,
        situation.at,
        decision.now,
        situation.business_date,
        outcome.amount_minor,
        outcome.discount_minor,
        outcome.redeemed_minor,
        outcome.payable_minor,
        outcome.redeemed.points if outcome.redeemed else 0,
        outcome.earned_points,
        situation.cost_minor,
        _json(
            StoredBasket(
                situation.basket, situation.names, situation.codes, decision.tendered, situation.costs
            )
        ),
        None if state is None else _json(structs.replace(state, lots=()) if state.lots else state),
        _json(outcome),
        None if decision.balance is None else _json(decision.balance),
    )


def _json(value: object) -> str:
    return _encode(value).decode()


def receipt_of(decision: Decision) -> Receipt:
    """Return the receipt that a decision became."""
    situation = decision.situation
    return Receipt(
        id=decision.receipt_id,
        external_id=situation.item.purchase.external_id,
        till_id=situation.item.caller.till_id,
        branch=situation.branch.code,
        branch_name=situation.branch.name,
        time_zone=situation.branch.time_zone,
        member_id=None if situation.book is None else situation.book.member_id,
        version_id=situation.version.id,
        cashier=situation.item.purchase.cashier,
        occurred_at=situation.at,
        received_at=decision.now,
        business_date=situation.business_date,
        lines=_lines(situation.basket, situation.names),
        outcome=decision.outcome,
        balance=decision.balance,
        refunded_minor=0,
        cost_minor=situation.cost_minor,
        codes=situation.codes,
        tendered=decision.tendered,
    )


SELECT_RECEIPTS = """
    select r.id, r.external_id, r.till_id, b.code as branch, b.name as branch_name, b.time_zone, r.member_id,
           r.version_id, r.cashier, r.occurred_at, r.received_at, r.business_date, r.refunded_minor,
           r.cost_minor,
           r.idempotency_key, r.digest, r.basket, r.outcome, r.balance, r.member_state
    from receipts r join branches b on b.tenant_id = r.tenant_id and b.id = r.branch_id
    where r.tenant_id = $1
"""


def receipt_from(row: Record) -> Receipt:
    """Return the receipt of a row of ``SELECT_RECEIPTS``."""
    stored = _decode_basket(row["basket"])
    return Receipt(
        id=row["id"],
        external_id=row["external_id"],
        till_id=row["till_id"],
        branch=row["branch"],
        branch_name=row["branch_name"],
        time_zone=row["time_zone"],
        member_id=row["member_id"],
        version_id=row["version_id"],
        cashier=row["cashier"],
        occurred_at=row["occurred_at"],
        received_at=row["received_at"],
        business_date=row["business_date"],
        lines=_lines(stored.basket, stored.names),
        outcome=decode_outcome(row["outcome"]),
        balance=None if row["balance"] is None else _decode_balance(row["balance"]),
        refunded_minor=row["refunded_minor"],
        cost_minor=row["cost_minor"],
        codes=stored.codes,
        tendered=stored.tendered,
    )


def decision_inputs(row: Record) -> tuple[Basket, Member | None]:
    """Return what a stored receipt was decided from, besides its version and moment (S20)."""
    state = row["member_state"]
    return _decode_basket(row["basket"]).basket, None if state is None else _decode_member(state)


def tendered_of(row: Record) -> tuple[Tendered, ...]:
    """Return what certificates paid of a stored receipt."""
    return _decode_basket(row["basket"]).tendered


def _lines(basket: Basket, names: Sequence[str | None]) -> tuple[PurchaseLine, ...]:
    return tuple(
        PurchaseLine(
            sku=line.product,
            quantity_milli=line.quantity_milli,
            amount_minor=line.amount_minor,
            name=name,
            category=line.look.categories[0] if line.look.categories else None,
            brand=line.look.brand,
            kind=line.look.kind,
        )
        for line, name in zip(basket.lines, names, strict=True)
    )


async def find_known(tx: Tx, items: Sequence[Item]) -> list[Record]:
    """Return the rows of receipts known by the number or the key of any of the items, with digest and key."""
    purchases: list[Purchase] = [item.purchase for item in items]
    return await tx.fetch(
        f"""-- purchases.find_known
        {SELECT_RECEIPTS}
          and r.id = any(array(
              select found.id
              from unnest($2::uuid[], $3::text[], $4::text[]) as wanted (till_id, external_id, idempotency_key)
              cross join lateral (
                  select n.id from receipts n
                  where n.tenant_id = $1 and n.till_id = wanted.till_id and n.external_id = wanted.external_id
                  union all
                  select k.id from receipts k
                  where k.tenant_id = $1 and k.till_id = wanted.till_id
                    and k.idempotency_key = wanted.idempotency_key
              ) as found
          ))
        """,  # noqa: S608  constants only
        tx.tenant_id,
        [item.caller.till_id for item in items],
        [purchase.external_id for purchase in purchases],
        [purchase.idempotency_key for purchase in purchases],
    )
