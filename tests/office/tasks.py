"""Doing what the office has left to the worker, as the worker does it."""

import asyncpg

from plushka.delivery.jobs.long_work import do_known_task
from plushka.platform.clock import Clock
from plushka.platform.database import Database


async def do_all_tasks(database: Database, clock: Clock, owner_dsn: str) -> int:
    """Do every task that waits in any business; return how many there were."""
    connection = await asyncpg.connect(owner_dsn)
    try:
        waiting = await connection.fetch(
            "select tenant_id, id from tasks where state = 'waiting' order by id"
        )
    finally:
        await connection.close()
    for row in waiting:
        await do_known_task(database, clock, f"{row['tenant_id']} {row['id']}".encode())
    return len(waiting)
