"""Finding members."""

from collections.abc import Collection, Sequence
from uuid import UUID

import asyncpg
import msgspec

from plushka.domain.members.model import Block, Identity, Member, Person, UnknownMember
from plushka.platform.database import Tx

TAGS_LISTED_MAX = 500

_SELECT = """
    select id, name, sex, birthday, birthday_changed_at, tags, personal_discount_bp, source, link_id,
           is_unverified, blocked_at, blocked_by, blocked_reason, spending_stopped_at, enrolled_at,
           preferred_channel, (
        select json_agg(json_build_object('kind', kind, 'value', value) order by kind, value)::text
        from identities
        where identities.tenant_id = members.tenant_id and member_id = members.id
    ) as identities
    from members
    where tenant_id = $1
"""
_identities = msgspec.json.Decoder(tuple[Identity, ...])


async def get_member(tx: Tx, member_id: UUID) -> Member:
    """Return a member; for one who was merged into another, that other.

    :raises UnknownMember: when the business has none of this id
    """
    row = await tx.fetchrow(
        f"""
        -- members.get_member
        {_SELECT} and id = (
            select coalesce(merged_into, id) from members where tenant_id = $1 and id = $2
        )
        """,  # noqa: S608  constants only
        tx.tenant_id,
        member_id,
    )
    if row is None:
        raise UnknownMember
    return _member(row)


async def find_member(tx: Tx, identity: Identity) -> Member | None:
    """Return the member who is known by ``identity``."""
    row = await tx.fetchrow(
        f"""
        -- members.find_member
        {_SELECT} and id = (
            select member_id from identities where tenant_id = $1 and kind = $2 and value = $3
        )
        """,  # noqa: S608  constants only
        tx.tenant_id,
        identity.kind,
        identity.value,
    )
    return None if row is None else _member(row)


async def find_member_ids(tx: Tx, identities: Collection[Identity]) -> dict[Identity, UUID]:
    """Return who is known by each of ``identities``; nobody's are left out."""
    rows = await tx.fetch(
        """
        -- members.find_member_ids
        select kind, value, member_id
        from identities
        join unnest($2::text[], $3::text[]) as wanted (kind, value) using (kind, value)
        where tenant_id = $1
        """,
        tx.tenant_id,
        [identity.kind for identity in identities],
        [identity.value for identity in identities],
    )
    return {Identity(kind=row["kind"], value=row["value"]): row["member_id"] for row in rows}


async def find_people(tx: Tx, named: Collection[UUID | Identity]) -> dict[UUID | Identity, Person]:
    """Return whom each id and each identity names; nobody's and those of the erased are left out.

    A merged member's id names the other.
    """
    identities = [name for name in named if isinstance(name, Identity)]
    rows = await tx.fetch(
        """
        -- members.find_people
        select kind, value, id as named, id, birthday, tags, personal_discount_bp, is_unverified,
               blocked_at is not null as is_blocked, spending_stopped_at is not null as is_spending_stopped
        from unnest($2::text[], $3::text[]) as wanted (kind, value)
        cross join lateral (
            select i.member_id from identities i
            where i.tenant_id = $1 and i.kind = wanted.kind and i.value = wanted.value
            offset 0
        ) as named
        cross join lateral (select * from members m where m.tenant_id = $1 and m.id = named.member_id offset 0) as m
        union all
        select null, null, named.id, m.id, m.birthday, m.tags, m.personal_discount_bp, m.is_unverified,
               m.blocked_at is not null, m.spending_stopped_at is not null
        from members named
        cross join lateral (
            select * from members m
            where m.tenant_id = $1 and m.id =
                case when named.merged_into is null then named.id else named.merged_into end
            offset 0
        ) as m
        where named.tenant_id = $1 and named.id = any($4) and m.erased_at is null
        """,
        tx.tenant_id,
        [identity.kind for identity in identities],
        [identity.value for identity in identities],
        [name for name in named if isinstance(name, UUID)],
    )
    return {_name(row): _person(row) for row in rows}


async def list_members_of_ids(tx: Tx, member_ids: Sequence[UUID]) -> tuple[Member, ...]:
    """Return those of ``member_ids`` that are members of the business, in no order."""
    rows = await tx.fetch(
        f"""
        -- members.list_members_of_ids
        {_SELECT} and id = any($2::uuid[])
        """,
        tx.tenant_id,
        list(member_ids),
    )
    return tuple(map(_member, rows))


async def list_names(tx: Tx, member_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return what members are called; for one who was merged into another, that other."""
    rows = await tx.fetch(
        """
        -- members.list_names
        select named.id, m.name from members named
        join members m on m.tenant_id = $1 and m.id =
            case when named.merged_into is null then named.id else named.merged_into end
        where named.tenant_id = $1 and named.id = any($2::uuid[])
        """,
        tx.tenant_id,
        list(member_ids),
    )
    return {row["id"]: row["name"] for row in rows}


async def list_card_numbers(tx: Tx, member_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the number of each member's card, the latest of several."""
    rows = await tx.fetch(
        """
        -- members.list_card_numbers
        select distinct on (member_id) member_id, value from identities
        where tenant_id = $1 and member_id = any($2::uuid[]) and kind = 'card'
        order by member_id, created_at desc, value
        """,
        tx.tenant_id,
        list(member_ids),
    )
    return {row["member_id"]: row["value"] for row in rows}


async def count_members(tx: Tx) -> int:
    """Return how many members the business has."""
    count: int = await tx.fetchval(
        """
        -- members.count_members
        select count(*) from members where tenant_id = $1 and merged_into is null and erased_at is null
        """,
        tx.tenant_id,
    )
    return count


def _member(row: asyncpg.Record) -> Member:
    return Member(
        id=row["id"],
        name=row["name"],
        birthday=row["birthday"],
        tags=tuple(row["tags"]),
        personal_discount_bp=row["personal_discount_bp"],
        enrolled_at=row["enrolled_at"],
        identities=_identities.decode(row["identities"] or "[]"),
        sex=row["sex"],
        birthday_changed_at=row["birthday_changed_at"],
        source=row["source"],
        link_id=row["link_id"],
        is_unverified=row["is_unverified"],
        block=None
        if row["blocked_at"] is None
        else Block(reason=row["blocked_reason"], by=row["blocked_by"], since=row["blocked_at"]),
        spending_stopped_at=row["spending_stopped_at"],
        preferred_channel=row["preferred_channel"],
    )


def _name(row: asyncpg.Record) -> UUID | Identity:
    return row["named"] if row["kind"] is None else Identity(row["kind"], row["value"])


def _person(row: asyncpg.Record) -> Person:
    return Person(
        row["id"],
        row["birthday"],
        tuple(row["tags"]),
        row["personal_discount_bp"],
        is_blocked=row["is_blocked"],
        is_unverified=row["is_unverified"],
        is_spending_stopped=row["is_spending_stopped"],
    )


async def list_tags(tx: Tx) -> tuple[str, ...]:
    """Return the tags that members have, in alphabetical order."""
    rows = await tx.fetch(
        """
        -- members.list_tags
        select distinct unnest(tags) as tag
        from members
        where tenant_id = $1 and tags <> '{}' and merged_into is null
        order by tag
        limit $2
        """,
        tx.tenant_id,
        TAGS_LISTED_MAX,
    )
    return tuple(row["tag"] for row in rows)
