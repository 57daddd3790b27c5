"""Removing what time has made worthless."""

from plushka.domain.staff.tries import WINDOW
from plushka.platform.database import GlobalTx


async def sweep(tx: GlobalTx) -> None:
    """Remove the sessions and questions that have run out, and the tries to sign in that no longer count."""
    await tx.execute(
        """
        -- staff.sweep: sessions
        delete from sessions where expires_at <= $1
        """,
        tx.at,
    )
    await tx.execute(
        """
        -- staff.sweep: questions
        delete from challenges where expires_at <= $1
        """,
        tx.at,
    )
    await tx.execute(
        """
        -- staff.sweep: tries
        delete from sign_in_tries where at <= $1
        """,
        tx.at - WINDOW,
    )
