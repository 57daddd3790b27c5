"""Rows of holds (S6); their points are moved by ``Book``."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from plushka.domain.ledger.model import HoldState, OpenHold
from plushka.platform.database import Tx


class HoldRecord(Struct, frozen=True):
    """A hold as it was placed, with its state now. ``digest`` is that of the request (S7)."""

    id: UUID
    wallet_id: UUID
    member_id: UUID
    program_id: UUID
    till_id: UUID
    external_id: str
    points: int
    state: HoldState
    expires_at: datetime
    digest: bytes
    idempotency_key: str | None


_SELECT = """
    select h.id, h.wallet_id, w.member_id, w.program_id, h.till_id, h.external_id, h.points, h.state,
           h.expires_at, h.digest, h.idempotency_key
    from holds h join wallets w on w.tenant_id = h.tenant_id and w.id = h.wallet_id
    where h.tenant_id = $1
"""


async def list_holds(tx: Tx, hold_ids: Sequence[UUID]) -> dict[UUID, HoldRecord]:
    """Return the holds of these ids, by id."""
    rows = await tx.fetch(f"-- ledger.list_holds\n{_SELECT} and h.id = any($2)", tx.tenant_id, hold_ids)
    return {row["id"]: HoldRecord(**row) for row in rows}


async def find_hold(
    tx: Tx, *, till_id: UUID, external_id: str, idempotency_key: str | None
) -> HoldRecord | None:
    """Return the till's hold for this receipt reference, or under this key."""
    row = await tx.fetchrow(
        f"""
        -- ledger.find_hold
        {_SELECT} and h.till_id = $2 and (h.external_id = $3 or h.idempotency_key = $4)
        order by h.external_id = $3 desc
        limit 1
        """,
        tx.tenant_id,
        till_id,
        external_id,
        idempotency_key,
    )
    return None if row is None else HoldRecord(**row)


async def insert_hold(tx: Tx, record: HoldRecord, hold: OpenHold) -> bool:
    """Write the row of a hold just placed in its wallet's book; False: its number or key was taken meanwhile."""
    inserted = await tx.fetchval(
        """
        -- ledger.insert_hold
        insert into holds (tenant_id, id, wallet_id, till_id, external_id, points, lots, state, created_at,
                           expires_at, digest, idempotency_key)
        values ($1, $2, $3, $4, $5, $6, $7, 'open', $8, $9, $10, $11)
        on conflict do nothing
        returning true
        """,
        tx.tenant_id,
        record.id,
        record.wallet_id,
        record.till_id,
        record.external_id,
        record.points,
        msgspec.json.encode(hold.lots).decode(),
        tx.at,
        record.expires_at,
        record.digest,
        record.idempotency_key,
    )
    return inserted is not None
