"""Addresses that nothing gets through to: not written to again until they are given anew."""

from typing import Literal
from uuid import UUID

from plushka.platform.database import Tx

AddressKind = Literal["phone", "email"]
REASON_LENGTH_MAX = 500


async def note_dead(tx: Tx, kind: AddressKind, value: str, *, reason: str) -> None:
    """Note that nothing gets through to a phone (E.164) or an address of mail, and what its gateway said."""
    await tx.execute(
        """
        -- gateways.note_dead
        insert into dead_addresses (tenant_id, kind, value, reason, died_at) values ($1, $2, $3, $4, $5)
        on conflict (tenant_id, kind, value) do update set reason = $4, died_at = $5
        """,
        tx.tenant_id,
        kind,
        value,
        reason[:REASON_LENGTH_MAX] or "?",
        tx.at,
    )


async def forget_death(tx: Tx, kind: AddressKind, value: str) -> None:
    """Note that something has got through to an address after all."""
    await tx.execute(
        """
        -- gateways.forget_death
        delete from dead_addresses where tenant_id = $1 and kind = $2 and value = $3
        """,
        tx.tenant_id,
        kind,
        value,
    )


async def count_dead(tx: Tx, kind: AddressKind) -> int:
    """Return how many addresses nothing gets through to."""
    count: int = await tx.fetchval(
        """
        -- gateways.count_dead
        select count(*) from dead_addresses where tenant_id = $1 and kind = $2
        """,
        tx.tenant_id,
        kind,
    )
    return count


LIVE_SQL = """
    not exists (
        select from dead_addresses d
        where d.tenant_id = i.tenant_id and d.kind = i.kind and d.value = i.value and d.died_at >= i.created_at
    )
"""
"""Of ``identities i``: nothing is known against writing to it."""


async def forget_dead(tx: Tx, member_id: UUID) -> None:
    """Forget which of a member's addresses were dead: their data are destroyed. Before the addresses are."""
    await tx.execute(
        """
        -- gateways.forget_dead
        delete from dead_addresses d
        using identities i
        where d.tenant_id = $1 and i.tenant_id = $1 and i.kind = d.kind and i.value = d.value
          and i.member_id in (select id from members where tenant_id = $1 and $2 in (id, merged_into))
        """,
        tx.tenant_id,
        member_id,
    )
