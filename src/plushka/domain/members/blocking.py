"""Members who neither earn nor spend, until somebody lets them again."""

from uuid import UUID

from plushka.domain.audit import operations as audit
from plushka.domain.members.model import AlreadyBlocked, NotBlocked
from plushka.domain.members.reasons import checked_reason
from plushka.domain.members.store import lock_member
from plushka.platform.database import Tx


async def block(tx: Tx, member_id: UUID, *, reason: str) -> None:
    """Block a member: their sales are booked without them, and no points of theirs are spent.

    :raises AlreadyBlocked: they are
    """
    reason = checked_reason(reason)
    if (await lock_member(tx, member_id)).block is not None:
        raise AlreadyBlocked
    await tx.execute(
        """
        -- members.block
        update members set blocked_at = $3, blocked_by = $4, blocked_reason = $5 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        member_id,
        tx.at,
        tx.actor,
        reason,
    )
    await audit.record(tx, action="member.block", subject=f"member:{member_id}", reason=reason)


async def unblock(tx: Tx, member_id: UUID) -> None:
    """Let a blocked member earn and spend again.

    :raises NotBlocked: they may
    """
    member = await lock_member(tx, member_id)
    if member.block is None:
        raise NotBlocked
    await tx.execute(
        """
        -- members.unblock
        update members set blocked_at = null, blocked_by = null, blocked_reason = null
        where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        member_id,
    )
    await audit.record(tx, action="member.unblock", subject=f"member:{member_id}", reason=member.block.reason)
