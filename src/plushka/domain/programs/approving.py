"""Movements by hand within a role's limit of the day, and those above it: a second person decides on them (S18)."""

from collections.abc import Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from plushka.domain.audit import operations as audit
from plushka.domain.businesses.queries import get_business
from plushka.domain.ledger.bulk import find_adjusted
from plushka.domain.ledger.limits import find_limit, take_from_limit
from plushka.domain.ledger.model import (
    AlreadyAdjusted,
    ByHand,
    NotWaiting,
    PendingAdjustment,
    SecondPersonNeeded,
)
from plushka.domain.members.queries import get_member
from plushka.domain.members.store import lock_member
from plushka.domain.programs.adjusting import adjust, write_off
from plushka.domain.programs.model import UnknownProgram
from plushka.domain.programs.queries import find_version_in_force, get_program_id
from plushka.platform.database import Tx

WAITING_MAX = 500


async def move_or_ask(
    tx: Tx, member_id: UUID, wanted: ByHand, *, role: str, program_id: UUID | None = None
) -> bool:
    """Move points by hand if ``role`` may move so many more today; otherwise ask a second person and return False.

    Without ``program_id`` they are those of the business's first programme.

    :raises InsufficientPoints: more is to be taken than is available
    :raises DebtNotCovered: more is to be written off than is owed
    :raises AlreadyAdjusted: it is booked under this id, or waits already
    """
    current = await find_version_in_force(tx, program_id or await get_program_id(tx))
    if current is None:
        raise UnknownProgram
    limit = await find_limit(tx, role, scale=current.program.point.scale)
    today = tx.at.astimezone(ZoneInfo((await get_business(tx)).time_zone)).date()
    is_within = await take_from_limit(
        tx, abs(wanted.points), program_id=current.program_id, limit=limit, day=today
    )
    # Sent again, it may find other room in the limit than it found before.
    if await find_adjusted(tx, [wanted.id]) or await _was_asked(tx, wanted.id):
        raise AlreadyAdjusted
    if limit is None or is_within:
        await _move(tx, member_id, wanted, current.program_id)
        return True
    await lock_member(tx, member_id)
    await _ask(tx, member_id, wanted, limit, current.program_id)
    return False


async def approve(tx: Tx, pending_id: UUID) -> PendingAdjustment:
    """Book what waits, in the name of who approves; the reason stays that of who asked.

    :raises NotWaiting: somebody has decided on it
    :raises SecondPersonNeeded: the same person asked for it
    """
    pending = await _lock_waiting(tx, pending_id)
    if pending.requested_by == tx.actor:
        raise SecondPersonNeeded
    # Merged into another meanwhile, the member is that other.
    member = await get_member(tx, pending.member_id)
    await _decide(tx, pending, "approved")
    wanted = ByHand(
        pending.id,
        pending.kind,
        pending.points,
        pending.reason,
        life_days=pending.life_days,
        receipt_share_bp=pending.receipt_share_bp,
    )
    await _move(tx, member.id, wanted, pending.program_id)
    return pending


async def decline(tx: Tx, pending_id: UUID) -> PendingAdjustment:
    """Let what waits be: a second person declines it, who asked for it takes it back.

    :raises NotWaiting: somebody has decided on it
    """
    pending = await _lock_waiting(tx, pending_id)
    await _decide(tx, pending, "withdrawn" if pending.requested_by == tx.actor else "declined")
    return pending


async def list_waiting(tx: Tx, *, member_id: UUID | None = None) -> Sequence[PendingAdjustment]:
    """Return what waits, the oldest first: of one member, or of all."""
    rows = await tx.fetch(
        f"{_SELECT} and ($2::uuid is null or p.member_id = $2) order by p.id limit $3",
        tx.tenant_id,
        member_id,
        WAITING_MAX,
    )
    return [PendingAdjustment(**row) for row in rows]


_SELECT = """
    -- programs.list_waiting
    select p.id, p.member_id, p.program_id, m.name as member_name, p.kind, p.points, p.limit_points, p.reason,
           p.requested_by, p.requested_at, p.life_days, p.receipt_share_bp
    from pending_adjustments p join members m on m.tenant_id = p.tenant_id and m.id = p.member_id
    where p.tenant_id = $1 and p.state = 'waiting'
"""


async def _move(tx: Tx, member_id: UUID, wanted: ByHand, program_id: UUID) -> None:
    if wanted.kind == "debt_write_off":
        await write_off(
            tx,
            member_id,
            points=wanted.points,
            reason=wanted.reason,
            adjustment_id=wanted.id,
            program_id=program_id,
        )
        return
    await adjust(
        tx,
        member_id,
        points=wanted.points,
        reason=wanted.reason,
        adjustment_id=wanted.id,
        program_id=program_id,
        life_days=wanted.life_days,
        receipt_share_bp=wanted.receipt_share_bp,
    )


async def _ask(tx: Tx, member_id: UUID, wanted: ByHand, limit: int, program_id: UUID) -> None:
    inserted = await tx.fetchval(
        """
        -- programs.ask
        insert into pending_adjustments
            (tenant_id, id, member_id, program_id, kind, points, limit_points, reason, requested_by, requested_at,
             life_days, receipt_share_bp)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        on conflict do nothing
        returning true
        """,
        tx.tenant_id,
        wanted.id,
        member_id,
        program_id,
        wanted.kind,
        wanted.points,
        limit,
        wanted.reason,
        tx.actor,
        tx.at,
        wanted.life_days,
        wanted.receipt_share_bp,
    )
    if not inserted:
        raise AlreadyAdjusted
    await audit.record(
        tx,
        action="points.ask",
        subject=f"member:{member_id}",
        kind=wanted.kind,
        points=wanted.points,
        limit=limit,
        reason=wanted.reason,
        program_id=str(program_id),
    )


async def _was_asked(tx: Tx, pending_id: UUID) -> bool:
    was_asked: bool = await tx.fetchval(
        """
        -- programs.was_asked
        select exists (select from pending_adjustments where tenant_id = $1 and id = $2)
        """,
        tx.tenant_id,
        pending_id,
    )
    return was_asked


async def _lock_waiting(tx: Tx, pending_id: UUID) -> PendingAdjustment:
    row = await tx.fetchrow(f"{_SELECT} and p.id = $2 for no key update of p", tx.tenant_id, pending_id)
    if row is None:
        raise NotWaiting
    return PendingAdjustment(**row)


async def _decide(tx: Tx, pending: PendingAdjustment, state: str) -> None:
    await tx.execute(
        """
        -- programs.decide
        update pending_adjustments set state = $3, decided_by = $4, decided_at = $5
        where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        pending.id,
        state,
        tx.actor,
        tx.at,
    )
    await audit.record(
        tx,
        action=f"points.{state}",
        subject=f"member:{pending.member_id}",
        kind=pending.kind,
        points=pending.points,
        reason=pending.reason,
        requested_by=pending.requested_by,
        program_id=str(pending.program_id),
    )
