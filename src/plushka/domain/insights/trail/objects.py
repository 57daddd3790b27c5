"""What was done something to: its name, and where it is opened."""

from collections.abc import Iterable
from uuid import UUID

from msgspec import Struct

from plushka.platform.database import Tx


class Object(Struct, frozen=True):
    """A member behind a subject of the trail."""

    member_id: UUID
    name: str


async def find_members(tx: Tx, subjects: Iterable[str]) -> dict[str, Object]:
    """Return the members whom subjects name by themselves or by their wallet."""
    rows = await tx.fetch(
        """
        -- trail.find_members
        select 'member:' || m.id as subject, m.id as member_id, m.name
        from members m
        where m.tenant_id = $1 and m.id = any($2::uuid[])
        union all
        select 'wallet:' || w.id, m.id, m.name
        from wallets w
        join members m on m.tenant_id = w.tenant_id and m.id = w.member_id
        where w.tenant_id = $1 and w.id = any($3::uuid[])
        """,
        tx.tenant_id,
        _ids(subjects, "member"),
        _ids(subjects, "wallet"),
    )
    return {row["subject"]: Object(member_id=row["member_id"], name=row["name"]) for row in rows}


def _ids(subjects: Iterable[str], kind: str) -> list[UUID]:
    parts = (subject.partition(":") for subject in subjects)
    return [UUID(value) for found, _, value in parts if found == kind]
