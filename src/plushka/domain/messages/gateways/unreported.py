"""Messages that a gateway has and has not told the end, or the price, of yet."""

from collections.abc import Sequence
from datetime import timedelta

from plushka.domain.messages.gateways.model import Kind
from plushka.platform.database import Tx

ASKED_FOR = timedelta(days=1)
"""After which no gateway tells anything new."""
PRICE_ASKED_FOR = timedelta(hours=1)
"""Of a message that came to its end sooner than its price was told."""
ASKED_AT_ONCE_MAX = 100


async def list_unreported(tx: Tx, kind: Kind, *, after: str = "") -> Sequence[str]:
    """Return what the gateway calls them, in this order, those behind ``after``."""
    rows = await tx.fetch(
        """
        -- gateways.list_unreported
        select provider_id from outgoing
        where tenant_id = $1 and channel = $2 and provider_id > $3
          and (
              state = 'sent' and finished_at > $4
              or state in ('delivered', 'failed') and not is_cost_told and finished_at > $5
          )
        order by provider_id
        limit $6
        """,
        tx.tenant_id,
        kind,
        after,
        tx.at - ASKED_FOR,
        tx.at - PRICE_ASKED_FOR,
        ASKED_AT_ONCE_MAX,
    )
    return [row["provider_id"] for row in rows]
