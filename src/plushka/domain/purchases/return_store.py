"""Statements of returns: what was sold, what has come back, and writing that more has."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from asyncpg import Record
from msgspec import Struct

from plushka.domain.certificates.model import Credit, Tendered
from plushka.domain.changes.operations import noting
from plushka.domain.ledger.clawbacks import list_repaid
from plushka.domain.ledger.model import Balance, Clawback
from plushka.domain.purchases.model import Return, ReturnLine, ReturnRequest, UnknownReceipt
from plushka.domain.purchases.store import decision_inputs, decode_outcome, tendered_of
from plushka.engine.purchase import Basket, Member, Outcome
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

_decode_lines = msgspec.json.Decoder(tuple[ReturnLine, ...]).decode
_decode_credits = msgspec.json.Decoder(tuple[Credit, ...]).decode
_decode_balance = msgspec.json.Decoder(Balance).decode


class Owner(Struct, frozen=True):
    """Whose receipt it is, for the locks to be taken in order."""

    receipt_id: UUID
    member_id: UUID | None
    program_id: UUID


class Sale(Struct, frozen=True):
    """A receipt with all that a return needs: its decision's inputs, and what has come back (line → thousandths).

    ``burned_points`` of its own lots have expired, whether or not a return has found them burned.
    """

    receipt_id: UUID
    program_id: UUID
    version_id: UUID
    occurred_at: datetime
    business_date: date
    basket: Basket
    member_state: Member | None
    outcome: Outcome
    returned: dict[int, int]
    granted_lot_ids: tuple[UUID, ...]
    burned_points: int
    clawback: Clawback
    tendered: tuple[Tendered, ...]

    def lot_ids(self) -> set[UUID]:
        """Return the lots that a return of it may move points of, open or not."""
        redeemed = self.outcome.redeemed.lots if self.outcome.redeemed else ()
        clawback = self.clawback
        return {*self.granted_lot_ids, *clawback.by_lot, *clawback.repaid, *(use.lot_id for use in redeemed)}


class Known(Struct, frozen=True):
    """A return booked before, with the digest of its request."""

    digest: bytes
    answer: Return


async def get_owner(tx: Tx, *, till_id: UUID, receipt: UUID | str) -> Owner:
    """Return whose receipt this is: one of any till by id, one of this till by number.

    :raises UnknownReceipt: there is none
    """
    row = await tx.fetchrow(
        """
        -- purchases.get_owner
        select r.id, r.member_id, v.program_id
        from receipts r join program_versions v on v.tenant_id = r.tenant_id and v.id = r.version_id
        where r.tenant_id = $1
          and r.id = any(array(
              select $2::uuid
              union all
              select n.id from receipts n where n.tenant_id = $1 and n.till_id = $3 and n.external_id = $4
          ))
        """,
        tx.tenant_id,
        receipt if isinstance(receipt, UUID) else None,
        till_id,
        receipt if isinstance(receipt, str) else None,
    )
    if row is None:
        raise UnknownReceipt(field="receipt")
    return Owner(*row)


async def lock_sale(tx: Tx, owner: Owner) -> Sale:
    """Lock the receipt against other returns and return all of it that matters."""
    row = await tx.fetchrow(
        """
        -- purchases.lock_sale
        select version_id, occurred_at, business_date, basket, member_state, outcome
        from receipts where tenant_id = $1 and id = $2
        for no key update
        """,
        tx.tenant_id,
        owner.receipt_id,
    )
    if row is None:
        raise UnknownReceipt(field="receipt")
    basket, member_state = decision_inputs(row)
    returned: dict[int, int] = {}
    found_burned = 0
    came_back_before = await _list_returned(tx, owner.receipt_id)
    for came_back in came_back_before:
        found_burned += came_back["points_burned"]
        for line in _decode_lines(came_back["lines"]):
            returned[line.index] = returned.get(line.index, 0) + line.quantity_milli
    [points] = await tx.fetch(
        """
        -- purchases.points_of_sale
        select coalesce(array_agg(distinct lot_id) filter (where kind = 'accrue'), '{}') as lot_ids,
               coalesce(sum(points) filter (where kind = 'expire'), 0)::bigint as burned
        from postings where tenant_id = $1 and document_id = $2
        """,
        tx.tenant_id,
        owner.receipt_id,
    )
    return Sale(
        receipt_id=owner.receipt_id,
        program_id=owner.program_id,
        version_id=row["version_id"],
        occurred_at=row["occurred_at"],
        business_date=row["business_date"],
        basket=basket,
        member_state=member_state,
        outcome=decode_outcome(row["outcome"]),
        returned=returned,
        granted_lot_ids=tuple(points["lot_ids"]),
        burned_points=points["burned"],
        clawback=await _read_clawback(tx, owner, found_burned) if came_back_before else Clawback(),
        tendered=tendered_of(row),
    )


async def _list_returned(tx: Tx, receipt_id: UUID) -> Sequence[Record]:
    return await tx.fetch(
        """
        -- purchases.list_returned
        select lines, points_burned from returns where tenant_id = $1 and receipt_id = $2
        """,
        tx.tenant_id,
        receipt_id,
    )


async def _read_clawback(tx: Tx, owner: Owner, burned: int) -> Clawback:
    rows = await tx.fetch(
        """
        -- purchases.clawback_so_far
        select p.lot_id, sum(case p.kind when 'claw_back' then p.points else -p.points end)::bigint as points
        from postings p
        join returns r on r.tenant_id = p.tenant_id and r.id = p.document_id
        where r.tenant_id = $1 and r.receipt_id = $2 and p.kind in ('claw_back', 'grant_back')
        group by p.lot_id
        """,
        tx.tenant_id,
        owner.receipt_id,
    )
    by_lot = {row["lot_id"]: row["points"] for row in rows}
    owed = by_lot.pop(None, 0)
    repaid = {}
    if owed and owner.member_id is not None:
        repaid = await list_repaid(tx, owner.member_id, program_id=owner.program_id)
    return Clawback(by_lot=by_lot, owed=owed, burned=burned, repaid=repaid)


async def insert_return(
    tx: Tx, answer: Return, *, till_id: UUID, request: ReturnRequest, digest: bytes, is_full: bool
) -> bool:
    """Write a return, and what the receipt has been refunded in all; False: its number or key was taken meanwhile."""
    inserted = await tx.fetchval(
        f"""
        -- purchases.insert_return
        with new as (insert into returns (
            tenant_id, id, receipt_id, till_id, external_id, idempotency_key, digest, occurred_at, lines,
            refund_minor, points_back, points_clawed_back, points_burned, points_owed, is_full, balance,
            certificates, rewards_withdrawn, rewards_owed
        ) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
        on conflict do nothing
        returning id), noted as ({noting("returns", "array(select id from new)", change_id="$20", at="$8")})
        select true from new
        """,  # noqa: S608  constants only
        tx.tenant_id,
        answer.id,
        answer.receipt_id,
        till_id,
        answer.external_id,
        request.idempotency_key,
        digest,
        tx.at,
        msgspec.json.encode(answer.lines).decode(),
        answer.refund_minor,
        answer.points_back,
        answer.points_clawed_back,
        answer.points_burned,
        answer.points_owed,
        is_full,
        None if answer.balance is None else msgspec.json.encode(answer.balance).decode(),
        msgspec.json.encode(answer.certificates).decode(),
        answer.rewards_withdrawn,
        answer.rewards_owed,
        new_id(),
    )
    if not inserted:
        return False
    await tx.execute(
        """
        -- purchases.add_refund
        update receipts set refunded_minor = refunded_minor + $3 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        answer.receipt_id,
        answer.refund_minor,
    )
    return True


SELECT_RETURNS = """
    select id, receipt_id, external_id, idempotency_key, digest, occurred_at, lines, refund_minor, points_back,
           points_clawed_back, points_burned, points_owed, balance, certificates, rewards_withdrawn, rewards_owed
    from returns where tenant_id = $1
"""


def return_from(row: Record, *, is_repeat: bool) -> Return:
    """Return the return of a row of ``SELECT_RETURNS``."""
    given_back = _decode_credits(row["certificates"])
    return Return(
        id=row["id"],
        external_id=row["external_id"],
        receipt_id=row["receipt_id"],
        lines=_decode_lines(row["lines"]),
        refund_minor=row["refund_minor"],
        points_back=row["points_back"],
        points_clawed_back=row["points_clawed_back"],
        points_burned=row["points_burned"],
        points_owed=row["points_owed"],
        balance=None if row["balance"] is None else _decode_balance(row["balance"]),
        money_minor=row["refund_minor"] - sum(credit.amount_minor for credit in given_back),
        certificates=given_back,
        rewards_withdrawn=row["rewards_withdrawn"],
        rewards_owed=row["rewards_owed"],
        is_repeat=is_repeat,
    )


async def find_known(tx: Tx, *, till_id: UUID, external_id: str, idempotency_key: str | None) -> Known | None:
    """Return the return booked under this number, or else under this key."""
    row = await tx.fetchrow(
        f"""
        -- purchases.find_known_return
        {SELECT_RETURNS}
          and id = any(array(
              select n.id from returns n where n.tenant_id = $1 and n.till_id = $2 and n.external_id = $3
              union all
              select k.id from returns k where k.tenant_id = $1 and k.till_id = $2 and k.idempotency_key = $4
          ))
        order by external_id = $3 desc
        limit 1
        """,  # noqa: S608  a constant
        tx.tenant_id,
        till_id,
        external_id,
        idempotency_key,
    )
    return None if row is None else Known(row["digest"], return_from(row, is_repeat=True))


async def find_last_purchase(tx: Tx, member_id: UUID, *, program_id: UUID) -> tuple[date, str] | None:
    """Return the business day and zone of the member's last purchase in a programme that is not all returned."""
    row = await tx.fetchrow(
        """
        -- purchases.find_last_purchase
        with own as materialized (
            select r.id, r.version_id, r.branch_id, r.business_date
            from receipts r where r.tenant_id = $1 and r.member_id = $2
        )
        select own.business_date, b.time_zone
        from own join branches b on b.tenant_id = $1 and b.id = own.branch_id
        where own.version_id in (select id from program_versions where tenant_id = $1 and program_id = $3)
          and not coalesce(
              (select bool_or(x.is_full) from returns x where x.tenant_id = $1 and x.receipt_id = own.id), false
          )
        order by own.business_date desc
        limit 1
        """,
        tx.tenant_id,
        member_id,
        program_id,
    )
    return None if row is None else (row["business_date"], row["time_zone"])
