"""What was done something to: whose it is, and how its points are told."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from plushka.domain.audit.model import Entry
from plushka.domain.programs.queries import find_scales, list_choices
from plushka.platform.database import Tx


class Object(Struct, frozen=True):
    """A member behind a subject of the trail; ``program_id`` is that of the wallet by which it names them."""

    member_id: UUID
    name: str
    program_id: UUID | None


class Objects(Struct, frozen=True):
    """The members behind entries by their subjects, and the scale of each programme's points."""

    members: Mapping[str, Object]
    scales: Mapping[UUID, int]
    first_program_id: UUID | None

    def member(self, entry: Entry) -> Object | None:
        return self.members.get(entry.subject)

    def scale(self, entry: Entry) -> int:
        """Return the scale of an entry's points: of the programme it names, of its wallet's, else of the first one."""
        member, named = self.member(entry), entry.details.get("program_id")
        if named is not None:
            program_id: UUID | None = UUID(str(named))
        elif member is not None and member.program_id is not None:
            program_id = member.program_id
        else:
            program_id = self.first_program_id
        return self.scales.get(program_id, 0) if program_id else 0


async def find_objects(tx: Tx, entries: Sequence[Entry]) -> Objects:
    """Return what is behind these entries."""
    programs = await list_choices(tx)
    return Objects(
        members=await _find_members(tx, [entry.subject for entry in entries]),
        scales=await find_scales(tx),
        first_program_id=programs[0].id if programs else None,
    )


async def _find_members(tx: Tx, subjects: Iterable[str]) -> dict[str, Object]:
    """Return the members whom subjects name by themselves or by their wallet."""
    rows = await tx.fetch(
        """
        -- trail.find_members
        select 'member:' || m.id as subject, m.id as member_id, m.name, null::uuid as program_id
        from members m
        where m.tenant_id = $1 and m.id = any($2::uuid[])
        union all
        select 'wallet:' || w.id, m.id, m.name, w.program_id
        from wallets w
        join members m on m.tenant_id = w.tenant_id and m.id = w.member_id
        where w.tenant_id = $1 and w.id = any($3::uuid[])
        """,
        tx.tenant_id,
        _ids(subjects, "member"),
        _ids(subjects, "wallet"),
    )
    return {
        row["subject"]: Object(member_id=row["member_id"], name=row["name"], program_id=row["program_id"])
        for row in rows
    }


def _ids(subjects: Iterable[str], kind: str) -> list[UUID]:
    parts = (subject.partition(":") for subject in subjects)
    return [UUID(value) for found, _, value in parts if found == kind]
