"""Sweeping up what strangers and staff leave behind: sessions that ran out, tries that no longer count."""

from plushka.domain.members.pace import forget_old_tries
from plushka.domain.staff.sweeping import sweep
from plushka.platform.clock import Clock
from plushka.platform.database import Database


async def sweep_office(database: Database, clock: Clock) -> None:
    async with database.global_transaction(actor="job:sweep", at=clock.now()) as tx:
        await sweep(tx)
        await forget_old_tries(tx)
