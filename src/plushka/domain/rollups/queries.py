"""How fresh the sums are."""

from datetime import datetime

from plushka.domain.changes.queries import find_oldest
from plushka.domain.rollups.model import Run
from plushka.platform.database import Tx


async def find_run(tx: Tx) -> Run | None:
    """Return how the sums were kept last; None: never yet."""
    row = await tx.fetchrow(
        """
        -- rollups.find_run
        select folded_at, took_ms, changes, rebuilt_at from rollup_runs where tenant_id = $1
        """,
        tx.tenant_id,
    )
    return None if row is None else Run(**row)


async def find_as_of(tx: Tx) -> datetime:
    """Return as of when the sums are: of now, if nothing waits to be added."""
    if (waiting_since := await find_oldest(tx)) is None:
        return tx.at
    run = await find_run(tx)
    return waiting_since if run is None else run.folded_at
