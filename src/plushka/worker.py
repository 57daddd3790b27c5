"""The worker's composition root: the queue, the database, what ``delivery.jobs`` lists, the bots, channels and sums."""

import asyncio
import signal
from functools import partial

import asyncpg

from plushka.delivery.bots.running import Bots
from plushka.delivery.bots.shells import open_shells
from plushka.delivery.channels.adapters import open_adapters
from plushka.delivery.channels.running import Channels
from plushka.delivery.jobs import JOBS, SCHEDULED
from plushka.delivery.jobs.calling import Calls
from plushka.delivery.jobs.each_business import for_each_business
from plushka.delivery.jobs.folding import keep_folding
from plushka.delivery.jobs.letters import move_letters
from plushka.delivery.jobs.reporting import Reporting
from plushka.delivery.office.permissions import actions_of_person
from plushka.platform.clock import SystemClock
from plushka.platform.database import APPLICATION_ROLE, Database
from plushka.platform.jobs import Scheduled, work
from plushka.platform.postgres.priority import WAITS
from plushka.platform.settings import Settings
from plushka.platform.vault import Vault

JOB_CONNECTIONS_MAX = 5
BOT_CONNECTIONS_MAX = 5
CHANNEL_CONNECTIONS_MAX = 5
QUEUE_CONNECTIONS_MAX = 4
FINISH_SECONDS_MAX = 20
"""As long as the parent waits. A library may wait for ever for a database that died in the same moment."""


async def run(dsn: str, settings: Settings) -> None:
    """Work until SIGINT or SIGTERM; what has begun is finished first, in ``FINISH_SECONDS_MAX``."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, _begin_to_stop, stop)
    vault = Vault.of(settings)
    await asyncio.gather(
        _do_jobs(dsn, settings, vault, stop),
        _keep_bots(dsn, settings, vault, stop),
        _keep_channels(dsn, settings, vault, stop),
        keep_sums(dsn, stop),
    )


def _begin_to_stop(stop: asyncio.Event) -> None:
    """Let the kernel end the process if the end does not come: without a parent nobody else would."""
    stop.set()
    signal.alarm(FINISH_SECONDS_MAX)


async def _do_jobs(dsn: str, settings: Settings, vault: Vault, stop: asyncio.Event) -> None:
    database = await Database.connect(dsn, connections_max=JOB_CONNECTIONS_MAX, vault=vault)
    calls = Calls(is_open=settings.webhooks_anywhere)
    webhooks = Scheduled("webhooks", "* * * * *", for_each_business("webhooks", calls.call_tenant))
    # The office knows who may do what.
    reporting = Reporting(actions_of_person)
    reports = Scheduled("reports", "* * * * *", for_each_business("reports", reporting.send_tenant))
    # A link that a member is to pass on must lead here from anywhere.
    moved = partial(move_letters, public_url=settings.public_url or "")
    letters = Scheduled("letters", "* * * * *", for_each_business("letters", moved))
    queue_settings = {"role": APPLICATION_ROLE, "application_name": "plushka queue"}
    try:
        async with asyncpg.create_pool(
            dsn, min_size=2, max_size=QUEUE_CONNECTIONS_MAX, server_settings=queue_settings
        ) as pool:
            scheduled = (*SCHEDULED, letters, webhooks, reports)
            await work(pool, database, SystemClock(), jobs=JOBS, scheduled=scheduled, stop=stop)
    finally:
        await database.close()


async def _keep_bots(dsn: str, settings: Settings, vault: Vault, stop: asyncio.Event) -> None:
    database = await Database.connect(dsn, connections_max=BOT_CONNECTIONS_MAX, vault=vault)
    try:
        async with open_shells(settings) as shells:
            bots = Bots(database, SystemClock(), vault, shells, public_url=settings.public_url)
            await bots.run(dsn, stop)
    finally:
        await database.close()


async def _keep_channels(dsn: str, settings: Settings, vault: Vault, stop: asyncio.Event) -> None:
    database = await Database.connect(dsn, connections_max=CHANNEL_CONNECTIONS_MAX, vault=vault)
    try:
        async with open_adapters(settings, keeps_links=True) as adapters:
            channels = Channels(database, SystemClock(), vault, adapters, public_url=settings.public_url)
            await channels.run(dsn, stop)
    finally:
        await database.close()


async def keep_sums(dsn: str, stop: asyncio.Event) -> None:
    """Keep the sums of reports until ``stop`` is set; tills come first."""
    database = await Database.connect_aside(
        dsn, connections_max=1, niceness=WAITS, statement_seconds_max=None
    )
    try:
        await keep_folding(database, SystemClock(), stop)
    finally:
        await database.close()
