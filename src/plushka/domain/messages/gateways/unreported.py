"""Messages that a gateway has and has told nothing of yet."""

from collections.abc import Sequence
from datetime import timedelta

from plushka.domain.messages.gateways.model import Kind
from plushka.platform.database import Tx

ASKED_FOR = timedelta(days=1)
"""After which no gateway tells anything new."""
ASKED_AT_ONCE_MAX = 100


async def list_unreported(tx: Tx, kind: Kind, *, after: str = "") -> Sequence[str]:
    """Return what the gateway calls them, in this order, those behind ``after``."""
    rows = await tx.fetch(
        """
        -- gateways.list_unreported
        select provider_id from outgoing
        where tenant_id = $1 and channel = $2 and state = 'sent' and provider_id > $3 and finished_at > $4
        order by provider_id
        limit $5
        """,
        tx.tenant_id,
        kind,
        after,
        tx.at - ASKED_FOR,
        ASKED_AT_ONCE_MAX,
    )
    return [row["provider_id"] for row in rows]
