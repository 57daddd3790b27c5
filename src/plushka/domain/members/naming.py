"""What a member is known by: given, corrected, taken away."""

from uuid import UUID

from plushka.domain.audit import operations as audit
from plushka.domain.members.model import (
    IDENTITIES_MAX,
    Identity,
    IdentityLast,
    Member,
    TooManyIdentities,
)
from plushka.domain.members.queries import get_member
from plushka.domain.members.store import add_identities, delete_identity, lock_member
from plushka.platform.database import Tx

_SHOWN_DIGITS = 4


async def add_identity(tx: Tx, member_id: UUID, identity: Identity) -> Member:
    """Let a member also be known by ``identity``; nothing happens when they are.

    :raises UnknownMember: when the business has no such member
    :raises IdentityTaken: when another member has it
    """
    member = await lock_member(tx, member_id)
    if identity in member.identities:
        return member
    if len(member.identities) >= IDENTITIES_MAX:
        raise TooManyIdentities(field=identity.kind, identities_max=IDENTITIES_MAX)
    await add_identities(tx, member_id, (identity,))
    await _record(tx, member_id, "add", identity)
    return await get_member(tx, member_id)


async def remove_identity(tx: Tx, member_id: UUID, identity: Identity) -> Member:
    """Let a member no longer be known by ``identity``; nothing happens when they are not.

    :raises IdentityLast: they would be known by nothing
    """
    member = await lock_member(tx, member_id)
    if identity not in member.identities:
        return member
    if len(member.identities) == 1:
        raise IdentityLast(field=identity.kind)
    await delete_identity(tx, identity)
    await _record(tx, member_id, "remove", identity)
    return await get_member(tx, member_id)


async def correct_identity(tx: Tx, member_id: UUID, before: Identity, after: Identity) -> Member:
    """Put ``after`` in the place of ``before``, as when a phone was written down wrong.

    :raises IdentityTaken: when another member has it
    """
    member = await lock_member(tx, member_id)
    if before == after or before not in member.identities:
        return member
    if after not in member.identities:
        await add_identities(tx, member_id, (after,))
    await delete_identity(tx, before)
    await _record(tx, member_id, "correct", after, before=before)
    return await get_member(tx, member_id)


async def confirm(tx: Tx, member_id: UUID) -> None:
    """Note that somebody has seen who enrolled themselves: what was kept from them is theirs. Safe to repeat."""
    member = await lock_member(tx, member_id)
    if not member.is_unverified:
        return
    await tx.execute(
        """
        -- members.confirm
        update members set is_unverified = false where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        member_id,
    )
    await audit.record(tx, action="member.confirm", subject=f"member:{member_id}")


def shown(identity: Identity) -> str:
    """Return an identity as the audit trail keeps it: enough to tell it from another, not enough to dial."""
    return f"…{identity.value[-_SHOWN_DIGITS:]}"


async def _record(
    tx: Tx, member_id: UUID, verb: str, identity: Identity, *, before: Identity | None = None
) -> None:
    value = shown(identity)
    await audit.record(
        tx,
        action=f"identity.{verb}",
        subject=f"member:{member_id}",
        changes=None if before is None else {identity.kind: (shown(before), value)},
        kind=identity.kind,
        value=value,
    )
