"""Two members become one person, and two again: names, identities, consents, notes and days."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from plushka.domain.members.channels import Address, Channel, list_addresses, move_addresses, return_addresses
from plushka.domain.members.model import Identity, Merge, Sex, UnknownMerge
from plushka.domain.members.queries import get_member
from plushka.platform.database import Tx

NO_RECORD = "{}"
_Table = Literal["consents", "member_dates", "member_notes"]
_FIELDS = (
    "name, sex, birthday, birthday_changed_at, tags, personal_discount_bp, is_unverified, blocked_at, blocked_by, "
    "blocked_reason, enrolled_at, spending_stopped_at, preferred_channel"
)


class Self(Struct, frozen=True):
    """What is written of a member themselves, as the table has it."""

    name: str
    sex: Sex | None
    birthday: date | None
    birthday_changed_at: datetime | None
    tags: tuple[str, ...]
    personal_discount_bp: int
    is_unverified: bool
    blocked_at: datetime | None
    blocked_by: str | None
    blocked_reason: str | None
    enrolled_at: datetime
    spending_stopped_at: datetime | None = None
    preferred_channel: Channel | None = None


class MovedPerson(Struct, frozen=True):
    """What of a member became another's: ``before`` and ``after`` are of the one who stayed.

    ``followers`` had been merged into this member before. ``said`` is the last consent that either had given or
    taken back, by its id, and ``reached`` are the accounts in messengers at which either could be written to.
    """

    before: Self
    after: Self
    identities: tuple[Identity, ...]
    consents: tuple[UUID, ...]
    dates: tuple[UUID, ...]
    notes: tuple[UUID, ...]
    followers: tuple[UUID, ...]
    said: UUID | None
    addresses: tuple[Address, ...] = ()
    reached: tuple[Address, ...] = ()


def joined(kept: Self, merged: Self) -> Self:
    """Return what becomes of two: the words of the one who stays, filled in from the other.

    Tags, blocks and stops of spending of either hold, the larger discount and the earlier date count, and who was
    seen once was seen.
    """
    known = {tag.lower() for tag in kept.tags}
    block = kept if kept.blocked_at is not None else merged
    birthday = kept if kept.birthday is not None else merged
    return Self(
        name=kept.name or merged.name,
        sex=kept.sex or merged.sex,
        birthday=birthday.birthday,
        birthday_changed_at=birthday.birthday_changed_at,
        tags=(*kept.tags, *(tag for tag in merged.tags if tag.lower() not in known)),
        personal_discount_bp=max(kept.personal_discount_bp, merged.personal_discount_bp),
        is_unverified=kept.is_unverified and merged.is_unverified,
        blocked_at=block.blocked_at,
        blocked_by=block.blocked_by,
        blocked_reason=block.blocked_reason,
        enrolled_at=min(kept.enrolled_at, merged.enrolled_at),
        spending_stopped_at=kept.spending_stopped_at or merged.spending_stopped_at,
        preferred_channel=kept.preferred_channel or merged.preferred_channel,
    )


async def read_self(tx: Tx, member_id: UUID) -> Self:
    """Return what is written of a member who exists."""
    row = await tx.fetchrow(
        f"""
        -- members.read_self
        select {_FIELDS} from members where tenant_id = $1 and id = $2
        """,  # noqa: S608  constants only
        tx.tenant_id,
        member_id,
    )
    return msgspec.convert(dict(row or {}), Self)


async def merge_people(tx: Tx, *, kept_id: UUID, merged_id: UUID) -> MovedPerson:
    """Make ``merged_id`` a part of ``kept_id``; both are locked."""
    before, merged = await read_self(tx, kept_id), await read_self(tx, merged_id)
    after = joined(before, merged)
    identities = (await get_member(tx, merged_id)).identities
    moved = MovedPerson(
        before=before,
        after=after,
        identities=identities,
        consents=await _move(tx, "consents", merged_id, kept_id),
        dates=await _move(tx, "member_dates", merged_id, kept_id),
        notes=await _move(tx, "member_notes", merged_id, kept_id),
        followers=await _redirect(tx, merged_id, kept_id),
        said=await last_said(tx, kept_id),
        addresses=await move_addresses(tx, merged_id, kept_id),
        reached=await _reached(tx, kept_id),
    )
    await _move_identities(tx, identities, kept_id)
    await _write_self(tx, kept_id, after)
    await _set_merged_into(tx, [merged_id], kept_id)
    return moved


async def what_changed(tx: Tx, moved: MovedPerson, *, kept_id: UUID) -> str | None:
    """Return what of the one who stayed has changed since so that two cannot be made of them, if anything has."""
    if await read_self(tx, kept_id) != moved.after:
        return "profile"
    left = set((await get_member(tx, kept_id)).identities)
    if not left > set(moved.identities):
        return "identities"
    if await _reached(tx, kept_id) != moved.reached:
        return "channels"
    return None if await last_said(tx, kept_id) == moved.said else "consents"


async def part_people(tx: Tx, moved: MovedPerson, *, kept_id: UUID, merged_id: UUID) -> None:
    """Give ``merged_id`` back what ``merge_people`` took; both are locked, and nothing has changed since."""
    await _set_merged_into(tx, [merged_id], None)
    await _set_merged_into(tx, moved.followers, merged_id)
    await _move_identities(tx, moved.identities, merged_id)
    await _return(tx, "consents", moved.consents, merged_id)
    await _return(tx, "member_dates", moved.dates, merged_id)
    await _return(tx, "member_notes", moved.notes, merged_id)
    await return_addresses(tx, moved.addresses, merged_id)
    await _write_self(tx, kept_id, moved.before)


async def _reached(tx: Tx, member_id: UUID) -> tuple[Address, ...]:
    found = [(each.messenger, each.external_id) for each in await list_addresses(tx, member_id)]
    return tuple(Address(*each) for each in sorted(found))


async def last_said(tx: Tx, member_id: UUID) -> UUID | None:
    """Return the id of the last consent that a member gave or took back."""
    said: UUID | None = await tx.fetchval(
        """
        -- members.last_said
        select id from consents where tenant_id = $1 and member_id = $2 order by id desc limit 1
        """,
        tx.tenant_id,
        member_id,
    )
    return said


async def lock_merged(tx: Tx, member_ids: Collection[UUID]) -> None:
    """Lock members in the order of their ids, those merged into others too."""
    await tx.fetch(
        """
        -- members.lock_merged
        select id from members where tenant_id = $1 and id = any($2::uuid[]) order by id for no key update
        """,
        tx.tenant_id,
        list(member_ids),
    )


async def insert_merge(
    tx: Tx, merge_id: UUID, *, kept_id: UUID, merged_id: UUID, reason: str, record: str
) -> None:
    await tx.execute(
        """
        -- members.insert_merge
        insert into merges (tenant_id, id, kept_id, merged_id, reason, record, actor, at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        tx.tenant_id,
        merge_id,
        kept_id,
        merged_id,
        reason,
        record,
        tx.actor,
        tx.at,
    )


async def get_merge(tx: Tx, merge_id: UUID) -> Merge:
    """Return a merge.

    :raises UnknownMerge: the business has none of this id
    """
    row = await tx.fetchrow(f"-- members.get_merge\n{_SELECT} and m.id = $2", tx.tenant_id, merge_id)
    if row is None:
        raise UnknownMerge
    return Merge(**row)


async def list_merges(tx: Tx, kept_id: UUID) -> Sequence[Merge]:
    """Return what was merged into a member, the latest first, undone or not."""
    rows = await tx.fetch(
        f"-- members.list_merges\n{_SELECT} and m.kept_id = $2 order by m.id desc", tx.tenant_id, kept_id
    )
    return [Merge(**row) for row in rows]


async def count_own_merges(tx: Tx, kept_id: UUID, *, since: datetime) -> int:
    """Count the merges that a member has made themselves since then, or that those have who became them."""
    count: int = await tx.fetchval(
        """
        -- members.count_own_merges
        select count(*) from merges
        where tenant_id = $1 and actor like 'member:%' and at > $3 and undone_at is null
          and kept_id in (select id from members where tenant_id = $1 and $2 in (id, merged_into))
        """,
        tx.tenant_id,
        kept_id,
        since,
    )
    return count


async def read_record(tx: Tx, merge_id: UUID) -> str:
    """Return the record of a merge that exists; ``NO_RECORD`` after its member was erased."""
    record: str = await tx.fetchval(
        """
        -- members.read_record
        select record from merges where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        merge_id,
    )
    return record


async def note_undone(tx: Tx, merge_id: UUID) -> None:
    await tx.execute(
        """
        -- members.note_undone
        update merges set undone_at = $3, undone_by = $4 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        merge_id,
        tx.at,
        tx.actor,
    )


_SELECT = """
    select m.id, m.kept_id, m.merged_id, m.reason, m.actor, m.at, m.undone_at, p.name as merged_name
    from merges m join members p on p.tenant_id = m.tenant_id and p.id = m.merged_id
    where m.tenant_id = $1
"""


async def _move(tx: Tx, table: _Table, source: UUID, target: UUID) -> tuple[UUID, ...]:
    rows = await tx.fetch(
        f"""
        -- members.move_{table}
        update {table} set member_id = $3 where tenant_id = $1 and member_id = $2 returning id
        """,  # noqa: S608  one of three tables
        tx.tenant_id,
        source,
        target,
    )
    return tuple(row["id"] for row in rows)


async def _return(tx: Tx, table: _Table, ids: Sequence[UUID], target: UUID) -> None:
    await tx.execute(
        f"""
        -- members.return_{table}
        update {table} set member_id = $3 where tenant_id = $1 and id = any($2::uuid[])
        """,  # noqa: S608  one of three tables
        tx.tenant_id,
        list(ids),
        target,
    )


async def _move_identities(tx: Tx, identities: Sequence[Identity], target: UUID) -> None:
    await tx.execute(
        """
        -- members.move_identities
        update identities set member_id = $2
        from unnest($3::text[], $4::text[]) as moved (kind, value)
        where tenant_id = $1 and identities.kind = moved.kind and identities.value = moved.value
        """,
        tx.tenant_id,
        target,
        [identity.kind for identity in identities],
        [identity.value for identity in identities],
    )


async def _redirect(tx: Tx, source: UUID, target: UUID) -> tuple[UUID, ...]:
    rows = await tx.fetch(
        """
        -- members.redirect
        update members set merged_into = $3 where tenant_id = $1 and merged_into = $2 returning id
        """,
        tx.tenant_id,
        source,
        target,
    )
    return tuple(row["id"] for row in rows)


async def _set_merged_into(tx: Tx, member_ids: Sequence[UUID], target: UUID | None) -> None:
    await tx.execute(
        """
        -- members.set_merged_into
        update members set merged_into = $3 where tenant_id = $1 and id = any($2::uuid[])
        """,
        tx.tenant_id,
        list(member_ids),
        target,
    )


async def _write_self(tx: Tx, member_id: UUID, self: Self) -> None:
    await tx.execute(
        f"""
        -- members.write_self
        update members set ({_FIELDS}) = ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        where tenant_id = $1 and id = $2
        """,  # noqa: S608  constants only
        tx.tenant_id,
        member_id,
        *msgspec.structs.astuple(self),
    )
