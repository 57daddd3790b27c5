"""Who has joined by a member's link."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from plushka.platform.database import Tx

FRIENDS_MAX = 1000


class Friend(Struct, frozen=True):
    """A member whom another has brought."""

    name: str
    joined_at: datetime
    has_bought: bool


async def list_friends(tx: Tx, member_id: UUID) -> Sequence[Friend]:
    """Return whom a member has brought, the latest first. Who was merged into another counts as who they were."""
    rows = await tx.fetch(
        """
        -- insights.list_friends
        select m.name, m.enrolled_at as joined_at, exists (
            select from standings s
            where s.tenant_id = $1 and s.member_id = coalesce(m.merged_into, m.id) and s.purchases > 0
        ) as has_bought
        from members m
        where m.tenant_id = $1 and m.invited_by = $2
        order by m.id desc
        limit $3
        """,
        tx.tenant_id,
        member_id,
        FRIENDS_MAX,
    )
    return [Friend(**row) for row in rows]
