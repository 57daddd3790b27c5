"""What was put into the stock of an offer, and what was written off."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from plushka.platform.database import Tx
from plushka.platform.ids import new_id

SHOWN_MAX = 20


class Supply(Struct, frozen=True):
    """A change of a stock; ``change`` below 0 was written off for the ``reason``."""

    change: int
    reason: str
    actor: str
    at: datetime


async def list_supplies(tx: Tx, offer_id: UUID) -> Sequence[Supply]:
    """Return the latest changes of an offer's stock, the latest first."""
    rows = await tx.fetch(
        """
        -- rewards.list_supplies
        select change, reason, actor, at from reward_supplies
        where tenant_id = $1 and offer_id = $2
        order by at desc, id desc
        limit $3
        """,
        tx.tenant_id,
        offer_id,
        SHOWN_MAX,
    )
    return [Supply(**dict(row)) for row in rows]


async def find_supply(tx: Tx, offer_id: UUID, supply_id: UUID) -> bool:
    """Tell whether an offer's stock was changed so before; the lock of the offer makes it final."""
    is_known: bool = await tx.fetchval(
        """
        -- rewards.find_supply
        select exists (select from reward_supplies where tenant_id = $1 and id = $3 and offer_id = $2)
        """,
        tx.tenant_id,
        offer_id,
        supply_id,
    )
    return is_known


async def note_supply(
    tx: Tx, offer_id: UUID, change: int, *, reason: str, supply_id: UUID | None = None
) -> None:
    """Write down a change of an offer's stock."""
    await tx.execute(
        """
        -- rewards.note_supply
        insert into reward_supplies (tenant_id, id, offer_id, change, reason, actor, at)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        tx.tenant_id,
        supply_id or new_id(),
        offer_id,
        change,
        reason,
        tx.actor,
        tx.at,
    )
