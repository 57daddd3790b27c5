"""Enrolling members and recognising them; what else can be asked for one stands in the files beside."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from plushka.domain.audit import operations as audit
from plushka.domain.members.model import Identity, IdentityMissing, IdentityTaken, Member, Source
from plushka.domain.members.queries import find_member_ids, get_member
from plushka.domain.members.store import add_identities
from plushka.platform.database import Tx
from plushka.platform.ids import new_id


async def enroll(
    tx: Tx,
    *,
    name: str,
    identities: Sequence[Identity],
    birthday: date | None = None,
    source: Source = "till",
    link_id: UUID | None = None,
) -> Member:
    """Enroll a member without a wallet; ``programs.operations.enroll`` opens that too.

    Who came by a link has typed their phone themselves: they are unverified until somebody has seen them.
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
        source=source,
        link_id=link_id,
        is_unverified=source == "link",
    )
    await tx.execute(
        """
        -- members.enroll
        insert into members
            (tenant_id, id, name, birthday, source, link_id, is_unverified, enrolled_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        tx.tenant_id,
        member.id,
        name,
        birthday,
        source,
        link_id,
        member.is_unverified,
        tx.at,
    )
    await add_identities(tx, member.id, member.identities)
    if source == "office":
        await audit.record(tx, action="member.enroll", subject=f"member:{member.id}")
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
    await add_identities(tx, member_id, [identity for identity in identities if identity not in known])
    return await get_member(tx, member_id)
