"""Statements that lock or write members and their identities."""

from collections.abc import Collection, Sequence
from uuid import UUID

from plushka.domain.members.model import Identity, IdentityTaken, Member, UnknownMember
from plushka.domain.members.queries import get_member
from plushka.platform.database import Tx


async def lock_member(tx: Tx, member_id: UUID) -> Member:
    """Lock a member against other changes and return them; purchases are not kept waiting.

    :raises UnknownMember: the business has none of this id, or they were merged into another or erased
    """
    await lock_members(tx, [member_id])
    return await get_member(tx, member_id)


async def lock_members(tx: Tx, member_ids: Sequence[UUID]) -> None:
    """Lock members in the order of their ids.

    :raises UnknownMember: one of them is none of the business, was merged into another or erased
    """
    rows = await tx.fetch(
        """
        -- members.lock_members
        select id from members
        where tenant_id = $1 and id = any($2::uuid[]) and merged_into is null and erased_at is null
        order by id
        for no key update
        """,
        tx.tenant_id,
        list(member_ids),
    )
    if len(rows) < len(set(member_ids)):
        raise UnknownMember


async def keep_apart(tx: Tx, member_ids: Collection[UUID]) -> set[UUID]:
    """Let nobody merge, part or erase these members until the transaction ends; return those who are none of it.

    For who opens wallets, which a merge could not see yet: before any wallet is locked.
    """
    rows = await tx.fetch(
        """
        -- members.keep_apart
        select id from members
        where tenant_id = $1 and id = any($2::uuid[]) and merged_into is null and erased_at is null
        order by id
        for share
        """,
        tx.tenant_id,
        list(member_ids),
    )
    return {row["id"] for row in rows}


async def add_identities(tx: Tx, member_id: UUID, identities: Sequence[Identity]) -> None:
    """Let a member be known by ``identities`` too.

    :raises IdentityTaken: when somebody has one of them
    """
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


async def delete_identity(tx: Tx, identity: Identity) -> None:
    await tx.execute(
        """
        -- members.delete_identity
        delete from identities where tenant_id = $1 and kind = $2 and value = $3
        """,
        tx.tenant_id,
        identity.kind,
        identity.value,
    )
