"""What was put into the stock of an offer, and what was written off."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from plushka.platform.database import Tx

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
        order by id desc
        limit $3
        """,
        tx.tenant_id,
        offer_id,
        SHOWN_MAX,
    )
    return [Supply(**dict(row)) for row in rows]
