"""How many points a person of a role may move by hand in a day (S18); above that a second person decides.

What is counted is what they have begun, whatever by: one member's card, many members at once, a file. Points given,
taken and written off are added up, so that one does not make room for another. A limit is in whole points, the same for
each programme, and each is counted for itself: their points differ in worth and cannot be added up.
"""

from datetime import date
from uuid import UUID

from plushka.domain.audit import operations as audit
from plushka.platform.database import Tx

UNLIMITED = "owner"
"""The role that nobody stands above."""
DEFAULT_POINTS = 1000
"""Whole points, for a role of which nothing else was said."""


async def list_limits(tx: Tx) -> dict[str, int]:
    """Return the limits that were set, by role, in whole points."""
    rows = await tx.fetch(
        """
        -- ledger.list_limits
        select role, points_max from adjustment_limits where tenant_id = $1
        """,
        tx.tenant_id,
    )
    return {row["role"]: row["points_max"] for row in rows}


async def find_limit(tx: Tx, role: str, *, scale: int) -> int | None:
    """Return the most units that somebody of ``role`` may move in a day in a programme of this ``scale``; None: any."""
    if role == UNLIMITED:
        return None
    limits = await list_limits(tx)
    points: int = limits.get(role, DEFAULT_POINTS) * 10**scale
    return points


async def find_left(tx: Tx, role: str, *, program_id: UUID, scale: int, day: date) -> int | None:
    """Return how many units the one who acts, of ``role``, may still move on the business's ``day``; None: any."""
    limit = await find_limit(tx, role, scale=scale)
    if limit is None:
        return None
    moved: int | None = await tx.fetchval(
        """
        -- ledger.find_left
        select points from moved_by_hand where tenant_id = $1 and actor = $2 and day = $3 and program_id = $4
        """,
        tx.tenant_id,
        tx.actor,
        day,
        program_id,
    )
    return max(limit - (moved or 0), 0)


async def take_from_limit(tx: Tx, points: int, *, program_id: UUID, limit: int | None, day: date) -> bool:
    """Count ``points`` to what the one who acts has moved on the business's ``day``, if ``limit`` leaves room.

    Two requests of one person wait for each other, so that both do not find the same room.
    """
    if limit is None:
        return True
    counted = await tx.fetchval(
        """
        -- ledger.take_from_limit
        insert into moved_by_hand (tenant_id, actor, day, program_id, points)
        select $1, $2, $3, $6, $4::bigint where $4::bigint <= $5::bigint
        on conflict (tenant_id, actor, day, program_id) do update set points = moved_by_hand.points + excluded.points
        where moved_by_hand.points + excluded.points <= $5::bigint
        returning true
        """,
        tx.tenant_id,
        tx.actor,
        day,
        points,
        limit,
        program_id,
    )
    return bool(counted)


async def set_limit(tx: Tx, role: str, points_max: int) -> None:
    """Set the most whole points that somebody of a role may move in a day; 0: a second person decides on everything."""
    before = (await list_limits(tx)).get(role)
    if before == points_max:
        return
    await tx.execute(
        """
        -- ledger.set_limit
        insert into adjustment_limits (tenant_id, role, points_max) values ($1, $2, $3)
        on conflict (tenant_id, role) do update set points_max = excluded.points_max
        """,
        tx.tenant_id,
        role,
        points_max,
    )
    await audit.record(
        tx, action="limit.set", subject=f"role:{role}", changes={"points_max": (before, points_max)}
    )
