"""The worker's composition root: the queue, the database, and what ``delivery.jobs`` lists."""

import asyncio
import signal

import asyncpg

from plushka.delivery.jobs import JOBS, SCHEDULED
from plushka.platform.clock import SystemClock
from plushka.platform.database import APPLICATION_ROLE, Database
from plushka.platform.jobs import work

JOB_CONNECTIONS_MAX = 5
QUEUE_CONNECTIONS_MAX = 4


async def run(dsn: str) -> None:
    """Work until SIGINT or SIGTERM; what has begun is finished first."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    database = await Database.connect(dsn, connections_max=JOB_CONNECTIONS_MAX)
    settings = {"role": APPLICATION_ROLE, "application_name": "plushka queue"}
    try:
        async with asyncpg.create_pool(
            dsn, min_size=2, max_size=QUEUE_CONNECTIONS_MAX, server_settings=settings
        ) as pool:
            await work(pool, database, SystemClock(), jobs=JOBS, scheduled=SCHEDULED, stop=stop)
    finally:
        await database.close()
