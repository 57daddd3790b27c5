"""Members who say that points were spent without them: nothing more is spent until somebody has looked into it."""

from collections.abc import Sequence
from uuid import UUID

from plushka.domain.audit import operations as audit
from plushka.domain.members.model import Member
from plushka.domain.members.queries import list_members_of_ids
from plushka.domain.members.store import lock_member
from plushka.platform.database import Tx

STOPPED_LISTED_MAX = 20


async def stop_spending(tx: Tx, member_id: UUID, *, receipt_id: UUID | None = None) -> None:
    """Keep the member's points where they are; sales go on and earn. Safe to repeat."""
    member = await lock_member(tx, member_id)
    if member.spending_stopped_at is not None:
        return
    await _set(tx, member_id, is_stopped=True)
    await audit.record(
        tx,
        action="spending.stop",
        subject=f"member:{member_id}",
        receipt_id=None if receipt_id is None else str(receipt_id),
    )


async def allow_spending(tx: Tx, member_id: UUID) -> None:
    """Let the member spend again. Safe to repeat."""
    member = await lock_member(tx, member_id)
    if member.spending_stopped_at is None:
        return
    await _set(tx, member_id, is_stopped=False)
    await audit.record(tx, action="spending.allow", subject=f"member:{member_id}")


async def list_stopped(tx: Tx) -> Sequence[Member]:
    """Return those whose spending is stopped, who said so last first; the first few of many."""
    rows = await tx.fetch(
        """
        -- members.list_stopped
        select id from members
        where tenant_id = $1 and spending_stopped_at is not null and merged_into is null and erased_at is null
        order by spending_stopped_at desc
        limit $2
        """,
        tx.tenant_id,
        STOPPED_LISTED_MAX,
    )
    order = [row["id"] for row in rows]
    members = await list_members_of_ids(tx, order)
    return sorted(members, key=lambda member: order.index(member.id))


async def _set(tx: Tx, member_id: UUID, *, is_stopped: bool) -> None:
    await tx.execute(
        """
        -- members.set_spending_stopped
        update members set spending_stopped_at = $3 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        member_id,
        tx.at if is_stopped else None,
    )
