"""Carts are forgotten: with their member, and some time after anything was told of them."""

from uuid import UUID

from plushka.domain.events.carts.model import KEPT_FOR
from plushka.platform.database import Tx


async def forget_carts(tx: Tx, member_id: UUID) -> None:
    """Delete the carts of a member, and of those who were merged into them."""
    await tx.execute(
        """
        -- carts.forget
        delete from carts where tenant_id = $1 and member_id in (
            select id from members where tenant_id = $1 and $2 in (id, merged_into)
        )
        """,
        tx.tenant_id,
        member_id,
    )


async def clear_carts(tx: Tx) -> None:
    """Delete the carts of which nothing was told for ``KEPT_FOR``."""
    await tx.execute(
        """
        -- carts.clear
        delete from carts where tenant_id = $1 and noted_at < $2
        """,
        tx.tenant_id,
        tx.at - KEPT_FOR,
    )
