"""Sweeping up what the office leaves behind: sessions that ran out, tries to sign in that no longer count."""

from plushka.domain.staff.sweeping import sweep
from plushka.platform.clock import Clock
from plushka.platform.database import Database


async def sweep_office(database: Database, clock: Clock) -> None:
    async with database.global_transaction(actor="job:sweep", at=clock.now()) as tx:
        await sweep(tx)
