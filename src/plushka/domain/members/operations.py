"""Enrolling members and giving them identities."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from plushka.domain.members.model import Identity, IdentityMissing, IdentityTaken, Member
from plushka.domain.members.queries import find_member_ids, get_member
from plushka.platform.database import Tx
from plushka.platform.ids import new_id


async def enroll(
    tx: Tx, *, name: str, identities: Sequence[Identity], birthday: date | None = None
) -> Member:
    """Enroll a member without a wallet; ``programs.operations.enroll`` opens that too.

    Two tills that enroll one phone at the same moment queue on its identity: the second is refused.

    :raises IdentityTaken: when another member has one of the identities
    :raises IdentityMissing: when there is none
    """
    if not identities:
        raise IdentityMissing
    member = Member(
        id=new_id(),
        name=name,
        birthday=birthday,
        tags=(),
        personal_discount_bp=0,
        enrolled_at=tx.at,
        identities=tuple(sorted(set(identities), key=lambda identity: (identity.kind, identity.value))),
    )
    await tx.execute(
        """
        -- members.enroll
        insert into members (tenant_id, id, name, birthday, enrolled_at) values ($1, $2, $3, $4, $5)
        """,
        tx.tenant_id,
        member.id,
        name,
        birthday,
        tx.at,
    )
    await _add_identities(tx, member.id, member.identities)
    return member


async def recognize(tx: Tx, identities: Sequence[Identity]) -> Member | None:
    """Return the member who is known by any of ``identities``, and is known by all of them from now on.

    :raises IdentityTaken: when they belong to different members
    :raises IdentityMissing: when there is none
    """
    if not identities:
        raise IdentityMissing
    known = await find_member_ids(tx, identities)
    member_ids = set(known.values())
    if not member_ids:
        return None
    if len(member_ids) > 1:
        second = max(known, key=identities.index)
        raise IdentityTaken(field=second.kind, kind=second.kind)
    member_id = member_ids.pop()
    await _add_identities(tx, member_id, [identity for identity in identities if identity not in known])
    return await get_member(tx, member_id)


async def add_identity(tx: Tx, member_id: UUID, identity: Identity) -> Member:
    """Let a member also be known by ``identity``; nothing happens when they are.

    :raises UnknownMember: when the business has no such member
    :raises IdentityTaken: when another member has it
    """
    member = await get_member(tx, member_id)
    if identity in member.identities:
        return member
    await _add_identities(tx, member_id, (identity,))
    return await get_member(tx, member_id)


async def _add_identities(tx: Tx, member_id: UUID, identities: Sequence[Identity]) -> None:
    rows = await tx.fetch(
        """
        -- members.add_identities
        insert into identities (tenant_id, kind, value, member_id, created_at)
        select $1, kind, value, $2, $3
        from unnest($4::text[], $5::text[]) as given (kind, value)
        on conflict (tenant_id, kind, value) do nothing
        returning kind, value
        """,
        tx.tenant_id,
        member_id,
        tx.at,
        [identity.kind for identity in identities],
        [identity.value for identity in identities],
    )
    added = {(row["kind"], row["value"]) for row in rows}
    for identity in identities:
        if (identity.kind, identity.value) not in added:
            raise IdentityTaken(field=identity.kind, kind=identity.kind)
