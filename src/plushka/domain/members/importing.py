"""Writing many members at once, as a file names them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from plushka.domain.members.model import TAGS_MAX, ConsentKind, Identity
from plushka.platform.database import Tx
from plushka.platform.errors import TemporaryFailure
from plushka.platform.ids import new_id


class MemberChange(Struct, frozen=True):
    """A member as they are to be; ``identities`` are those to be added."""

    id: UUID
    is_new: bool
    name: str
    birthday: date | None
    tags: tuple[str, ...]
    personal_discount_bp: int
    enrolled_at: datetime
    identities: tuple[Identity, ...]


async def save_members(tx: Tx, changes: Sequence[MemberChange]) -> None:
    """Write new members and what has changed of others; each member once.

    :raises TemporaryFailure: somebody got one of the identities meanwhile; nothing may be kept of this transaction
    """
    if new := [change for change in changes if change.is_new]:
        await tx.execute(
            """
            -- members.insert_members
            insert into members
                (tenant_id, id, name, birthday, tags, personal_discount_bp, source, enrolled_at)
            select $1, id, name, birthday, array(select jsonb_array_elements_text(tags)), discount_bp, 'import',
                   enrolled_at
            from unnest($2::uuid[], $3::text[], $4::date[], $5::jsonb[], $6::integer[], $7::timestamptz[])
                as new (id, name, birthday, tags, discount_bp, enrolled_at)
            """,
            tx.tenant_id,
            *_columns(new),
            [change.enrolled_at for change in new],
        )
    if known := [change for change in changes if not change.is_new]:
        await tx.execute(
            """
            -- members.update_members
            update members
            set name = new.name, birthday = new.birthday, personal_discount_bp = new.discount_bp,
                tags = array(select jsonb_array_elements_text(new.tags)),
                birthday_changed_at = case
                    when members.birthday <> new.birthday then $7 else members.birthday_changed_at
                end
            from unnest($2::uuid[], $3::text[], $4::date[], $5::jsonb[], $6::integer[])
                as new (id, name, birthday, tags, discount_bp)
            where members.tenant_id = $1 and members.id = any($2) and members.id = new.id
            """,
            tx.tenant_id,
            *_columns(known),
            tx.at,
        )
    wanted = [(identity, change.id) for change in changes for identity in change.identities]
    added = await tx.fetch(
        """
        -- members.insert_identities
        insert into identities (tenant_id, kind, value, member_id, created_at)
        select $1, kind, value, member_id, $2
        from unnest($3::text[], $4::text[], $5::uuid[]) as new (kind, value, member_id)
        on conflict (tenant_id, kind, value) do nothing
        returning 1
        """,
        tx.tenant_id,
        tx.at,
        [identity.kind for identity, _ in wanted],
        [identity.value for identity, _ in wanted],
        [member_id for _, member_id in wanted],
    )
    if len(added) < len(wanted):
        raise TemporaryFailure("a member of the file was enrolled by somebody else meanwhile")


async def save_consents(tx: Tx, consents: Mapping[UUID, Mapping[ConsentKind, bool]]) -> set[UUID]:
    """Note what the file says of consents where it differs from what holds; return whose changed."""
    said = [
        (member_id, kind, is_given)
        for member_id, all_of in consents.items()
        for kind, is_given in all_of.items()
    ]
    if not said:
        return set()
    rows = await tx.fetch(
        """
        -- members.import_consents
        insert into consents (tenant_id, id, member_id, kind, is_given, source, actor, at)
        select $1, said.id, said.member_id, said.kind, said.is_given, 'import', $2, $3
        from unnest($4::uuid[], $5::uuid[], $6::text[], $7::boolean[]) as said (id, member_id, kind, is_given)
        cross join lateral (
            select coalesce((
                select is_given from consents
                where tenant_id = $1 and member_id = said.member_id and kind = said.kind
                order by id desc limit 1
            ), false) as is_given
        ) as known
        where said.is_given <> known.is_given
        returning member_id
        """,
        tx.tenant_id,
        tx.actor,
        tx.at,
        [new_id() for _ in said],
        *([row[column] for row in said] for column in range(3)),
    )
    return {row["member_id"] for row in rows}


def with_tags(known: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    """Return the tags that a member has with ``more``: each once in whatever capitals, in alphabetical order."""
    tags = {tag.lower(): tag for tag in (*more, *known)}
    return tuple(sorted(tags.values(), key=str.lower)[:TAGS_MAX])


def _columns(changes: Sequence[MemberChange]) -> tuple[list[object], ...]:
    return (
        [change.id for change in changes],
        [change.name for change in changes],
        [change.birthday for change in changes],
        [msgspec.json.encode(change.tags).decode() for change in changes],
        [change.personal_discount_bp for change in changes],
    )
