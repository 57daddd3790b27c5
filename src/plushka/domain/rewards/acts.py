"""What was done with gifts, at a till by its key or without one."""

from typing import Literal
from uuid import UUID

from plushka.platform.database import Tx
from plushka.platform.ids import new_id

Act = Literal["buy", "take", "give_back", "cancel"]


async def find_act(tx: Tx, *, till_id: UUID, key: str) -> tuple[UUID, Act] | None:
    """Return what a till has done with this key: the gift and the act."""
    row = await tx.fetchrow(
        """
        -- rewards.find_act
        select reward_id, act from reward_acts where tenant_id = $1 and till_id = $2 and idempotency_key = $3
        """,
        tx.tenant_id,
        till_id,
        key,
    )
    return None if row is None else (row["reward_id"], row["act"])


async def find_own_act(tx: Tx, *, member_id: UUID, key: str) -> UUID | None:
    """Return the gift that a member got in their app with this key; the lock of their wallet makes it final."""
    reward_id: UUID | None = await tx.fetchval(
        """
        -- rewards.find_own_act
        select a.reward_id
        from rewards r
        join reward_acts a on a.tenant_id = $1 and a.reward_id = r.id
        where r.tenant_id = $1 and r.member_id = $2 and r.offer_id is not null
          and a.till_id is null and a.idempotency_key = $3
        """,
        tx.tenant_id,
        member_id,
        key,
    )
    return reward_id


async def note_act(
    tx: Tx,
    reward_id: UUID,
    act: Act,
    *,
    till_id: UUID | None = None,
    key: str | None = None,
    reason: str = "",
) -> bool:
    """Write down what is done with a gift; False: another act of the till, booked at this moment, has the key."""
    inserted: bool | None = await tx.fetchval(
        """
        -- rewards.note_act
        insert into reward_acts (tenant_id, id, reward_id, act, till_id, idempotency_key, reason, actor, at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict do nothing
        returning true
        """,
        tx.tenant_id,
        new_id(),
        reward_id,
        act,
        till_id,
        key,
        reason,
        tx.actor,
        tx.at,
    )
    return bool(inserted)
