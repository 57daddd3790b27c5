"""A few members of an audience, to see whether they are those who were meant."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from plushka.delivery.office.visit import Visit
from plushka.domain.insights.members.found import list_rows
from plushka.domain.segments.selecting import list_members
from plushka.engine.audience import Audience
from plushka.platform.database import Tx

SAMPLE_MAX = 8


class Sampled(Struct, frozen=True):
    """A member as one of a few."""

    id: UUID
    name: str
    href: str
    known_as: str
    seen: str
    balance: str


async def list_sample(tx: Tx, visit: Visit, audience: Audience) -> tuple[Sampled, ...]:
    return await describe(tx, visit, await list_members(tx, audience, SAMPLE_MAX))


async def describe(tx: Tx, visit: Visit, member_ids: Sequence[UUID]) -> tuple[Sampled, ...]:
    """Return members as they stand in short lists."""
    rows = await list_rows(tx, member_ids, program_id=visit.program_id)
    return tuple(
        Sampled(
            id=row.id,
            name=row.name,
            href=f"/members/{row.id}",
            known_as=row.identities[0].value if row.identities else "",
            seen=visit.figures.day(row.last_purchase_on) if row.last_purchase_on else "",
            balance=visit.figures.points(row.available),
        )
        for row in rows
    )
