"""Finding what occasions gave."""

from collections.abc import Collection, Sequence
from uuid import UUID

from plushka.domain.occasions.model import KeptGift
from plushka.platform.database import Tx

GIFTS_MAX = 200


async def list_gifts(tx: Tx, member_id: UUID, *, limit: int = GIFTS_MAX) -> Sequence[KeptGift]:
    """Return what occasions gave a member and whoever became part of them, the latest first."""
    rows = await tx.fetch(
        """
        -- occasions.list_gifts
        select id, program_id, occasion_id, name, points, given_on, expires_at, at, event_id, cancelled_at, taken,
               owed, burned
        from occasion_gifts
        where tenant_id = $1 and member_id in (
            select id from members where tenant_id = $1 and $2 in (id, merged_into)
        )
        order by id desc
        limit $3
        """,
        tx.tenant_id,
        member_id,
        limit,
    )
    return [KeptGift(**row) for row in rows]


async def load_gift_names(tx: Tx, document_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return what those of the documents are called that are gifts of occasions."""
    rows = await tx.fetch(
        """
        -- occasions.load_gift_names
        select id, name from occasion_gifts where tenant_id = $1 and id = any($2::uuid[])
        """,
        tx.tenant_id,
        list(document_ids),
    )
    return {row["id"]: row["name"] for row in rows}
