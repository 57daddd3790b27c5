"""Reads of receipts and returns."""

from collections.abc import Collection
from uuid import UUID

from plushka.domain.purchases.model import Receipt, Return, UnknownReceipt
from plushka.domain.purchases.return_store import SELECT_RETURNS, return_from
from plushka.domain.purchases.store import SELECT_RECEIPTS, receipt_from
from plushka.platform.database import Tx


async def get_receipt(tx: Tx, receipt_id: UUID) -> Receipt:
    """Return a receipt by id.

    :raises UnknownReceipt: the business has none of this id
    """
    row = await tx.fetchrow(
        f"-- purchases.get_receipt\n{SELECT_RECEIPTS} and r.id = $2", tx.tenant_id, receipt_id
    )
    if row is None:
        raise UnknownReceipt
    return receipt_from(row)


async def find_receipt(tx: Tx, *, till_id: UUID, external_id: str) -> Receipt | None:
    """Return a till's receipt by the till's own number."""
    row = await tx.fetchrow(
        f"-- purchases.find_receipt\n{SELECT_RECEIPTS} and r.till_id = $2 and r.external_id = $3",
        tx.tenant_id,
        till_id,
        external_id,
    )
    return None if row is None else receipt_from(row)


async def list_returns(tx: Tx, receipt_id: UUID) -> list[Return]:
    """Return what has come back of a receipt, in order."""
    rows = await tx.fetch(
        f"-- purchases.list_returns\n{SELECT_RETURNS} and receipt_id = $2 order by id",
        tx.tenant_id,
        receipt_id,
    )
    return [return_from(row, is_repeat=False) for row in rows]


async def find_last_receipt_id(tx: Tx, member_id: UUID) -> UUID | None:
    """Return the purchase that a member, or whoever became part of them, made last; None: they never bought."""
    found: UUID | None = await tx.fetchval(
        """
        -- purchases.find_last_receipt_id
        select r.id
        from (select id from members where tenant_id = $1 and $2 in (id, merged_into)) as own
        cross join lateral (
            select id, occurred_at from receipts where tenant_id = $1 and member_id = own.id
            order by occurred_at desc, id desc limit 1
        ) as r
        order by r.occurred_at desc, r.id desc
        limit 1
        """,
        tx.tenant_id,
        member_id,
    )
    return found


async def list_last_branches(tx: Tx, member_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the name of the branch where each member bought last; who never did is left out."""
    rows = await tx.fetch(
        """
        -- purchases.list_last_branches
        select asked.member_id, last.name from unnest($2::uuid[]) as asked (member_id)
        cross join lateral (
            select b.name from receipts r
            join branches b on b.tenant_id = $1 and b.id = r.branch_id
            where r.tenant_id = $1 and r.member_id = asked.member_id
            order by r.occurred_at desc
            limit 1
        ) as last
        """,
        tx.tenant_id,
        list(member_ids),
    )
    return {row["member_id"]: row["name"] for row in rows}
