"""What a gateway tells is done once: it may tell it again, today or in a week."""

from datetime import timedelta
from uuid import UUID

from plushka.platform.database import Tx

REMEMBERED_FOR = timedelta(days=30)
"""Longer than any gateway tries to be heard."""
MARK_LENGTH_MAX = 200


async def is_first_hearing(tx: Tx, gateway_id: UUID, mark: str) -> bool:
    """Tell whether the gateway has not told what it calls ``mark`` before; from now on it has."""
    await tx.execute(
        """
        -- gateways.forget_hearings
        delete from gateway_hearings where tenant_id = $1 and gateway_id = $2 and heard_at < $3
        """,
        tx.tenant_id,
        gateway_id,
        tx.at - REMEMBERED_FOR,
    )
    return (
        await tx.fetchval(
            """
            -- gateways.note_hearing
            insert into gateway_hearings (tenant_id, gateway_id, mark, heard_at) values ($1, $2, $3, $4)
            on conflict do nothing
            returning true
            """,
            tx.tenant_id,
            gateway_id,
            mark[:MARK_LENGTH_MAX],
            tx.at,
        )
        is True
    )
