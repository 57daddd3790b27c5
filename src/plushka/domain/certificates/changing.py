"""What the office does to a certificate: blocks it, prolongs it, gives it to another member, changes its PIN."""

from datetime import date
from uuid import UUID

from plushka.domain.audit.operations import record
from plushka.domain.certificates.certificate import Certificate
from plushka.domain.certificates.pins import new_salt
from plushka.domain.certificates.store import lock_one, save
from plushka.domain.members.queries import get_member
from plushka.domain.members.reasons import checked_reason
from plushka.platform.database import Tx


async def block(tx: Tx, certificate_id: UUID, *, reason: str) -> Certificate:
    """Let nothing be paid with it until it is unblocked.

    :raises ReasonMissing: every one of these needs a reason
    :raises CertificateBlocked: it is blocked already
    """
    reason = checked_reason(reason)
    certificate = await lock_one(tx, certificate_id)
    certificate.block(at=tx.at, reason=reason)
    await save(tx, [certificate])
    await record(
        tx,
        action="certificate.block",
        subject=f"certificate:{certificate.id}",
        number=certificate.number,
        reason=reason,
    )
    return certificate


async def unblock(tx: Tx, certificate_id: UUID, *, reason: str) -> Certificate:
    """:raises CertificateNotBlocked: it is not blocked."""
    reason = checked_reason(reason)
    certificate = await lock_one(tx, certificate_id)
    certificate.unblock(reason=reason)
    await save(tx, [certificate])
    await record(
        tx,
        action="certificate.unblock",
        subject=f"certificate:{certificate.id}",
        number=certificate.number,
        reason=reason,
    )
    return certificate


async def extend(tx: Tx, certificate_id: UUID, *, last_on: date, zone: str, reason: str) -> Certificate:
    """Let it be used to the end of ``last_on``; what had expired of it is there again.

    :raises ExtensionNotLater: it lives as long already, or for ever
    :raises CertificateNotSold: its life has not begun
    """
    reason = checked_reason(reason)
    certificate = await lock_one(tx, certificate_id)
    lost_minor = await _lost(tx, certificate_id)
    certificate.extend(last_on, at=tx.at, zone=zone, lost_minor=lost_minor, reason=reason)
    await save(tx, [certificate])
    await record(
        tx,
        action="certificate.extend",
        subject=f"certificate:{certificate.id}",
        number=certificate.number,
        reason=reason,
    )
    return certificate


async def transfer(tx: Tx, certificate_id: UUID, *, member_id: UUID | None, reason: str) -> Certificate:
    """Let it be another member's, who sees it in their app, or nobody's.

    :raises UnknownMember: the business has no such member
    """
    reason = checked_reason(reason)
    if member_id is not None:
        member_id = (await get_member(tx, member_id)).id
    certificate = await lock_one(tx, certificate_id)
    certificate.transfer(member_id, reason=reason)
    await save(tx, [certificate])
    await record(
        tx,
        action="certificate.transfer",
        subject=f"certificate:{certificate.id}",
        number=certificate.number,
        reason=reason,
    )
    return certificate


async def change_pin(tx: Tx, certificate_id: UUID) -> Certificate:
    """Give it another PIN: the old one is good no more."""
    certificate = await lock_one(tx, certificate_id)
    certificate.pin_salt = new_salt()
    await tx.execute(
        """
        -- certificates.change_pin
        update certificates set pin_salt = $3 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        certificate.id,
        certificate.pin_salt,
    )
    await record(
        tx,
        action="certificate.change_pin",
        subject=f"certificate:{certificate.id}",
        number=certificate.number,
    )
    return certificate


async def _lost(tx: Tx, certificate_id: UUID) -> int:
    lost: int = await tx.fetchval(
        """
        -- certificates.lost
        select coalesce(-sum(amount_minor), 0)::bigint from certificate_movements
        where tenant_id = $1 and certificate_id = $2 and kind in ('expire', 'reinstate')
        """,
        tx.tenant_id,
        certificate_id,
    )
    return lost
