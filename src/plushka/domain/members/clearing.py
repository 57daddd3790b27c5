"""Removing what time has made worthless."""

from plushka.domain.members.phone_codes import DAY
from plushka.platform.database import Tx


async def clear(tx: Tx) -> None:
    """Remove the business's sessions of the app that have run out, and codes, launches and offers of a day ago."""
    await tx.execute(
        """
        -- members.clear: sessions
        delete from member_sessions where tenant_id = $1 and expires_at <= $2
        """,
        tx.tenant_id,
        tx.at,
    )
    await tx.execute(
        """
        -- members.clear: launches
        delete from launches where tenant_id = $1 and at <= $2
        """,
        tx.tenant_id,
        tx.at - DAY,
    )
    await tx.execute(
        """
        -- members.clear: codes
        delete from phone_codes where tenant_id = $1 and created_at <= $2
        """,
        tx.tenant_id,
        tx.at - DAY,
    )
    await tx.execute(
        """
        -- members.clear: offers to join cards
        delete from merge_offers where tenant_id = $1 and created_at <= $2
        """,
        tx.tenant_id,
        tx.at - DAY,
    )
