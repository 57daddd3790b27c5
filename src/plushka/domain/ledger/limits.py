"""How many points a role may move by hand at once (S18); above that a second person decides."""

from plushka.domain.audit import operations as audit
from plushka.platform.database import Tx

UNLIMITED = "owner"
"""The role that nobody stands above."""
DEFAULT_POINTS = 1000
"""Whole points, for a role of which nothing else was said."""


async def list_limits(tx: Tx) -> dict[str, int]:
    """Return the limits that were set, by role, in units."""
    rows = await tx.fetch(
        """
        -- ledger.list_limits
        select role, points_max from adjustment_limits where tenant_id = $1
        """,
        tx.tenant_id,
    )
    return {row["role"]: row["points_max"] for row in rows}


async def find_limit(tx: Tx, role: str, *, scale: int) -> int | None:
    """Return the most units that ``role`` may move at once; None: as many as it likes."""
    if role == UNLIMITED:
        return None
    limits = await list_limits(tx)
    return limits.get(role, default_limit(scale))


def default_limit(scale: int) -> int:
    units: int = 10**scale
    return DEFAULT_POINTS * units


async def set_limit(tx: Tx, role: str, points_max: int) -> None:
    """Set the most units that a role may move at once; 0: a second person decides on everything."""
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
