"""What waits to be added up."""

from datetime import datetime

from plushka.platform.database import Tx


async def find_oldest(tx: Tx) -> datetime | None:
    """Return since when the oldest change waits; None: all is added up."""
    oldest: datetime | None = await tx.fetchval(
        """
        -- changes.find_oldest
        select min(at) from changes where tenant_id = $1
        """,
        tx.tenant_id,
    )
    return oldest
