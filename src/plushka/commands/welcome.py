"""``plushka welcome``: the way into the set-up of the first business, for the operator's eyes only."""

import asyncio

from plushka.domain.founding.setups import show_key
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database
from plushka.platform.migrate import migrate
from plushka.platform.postgres.access import available
from plushka.platform.settings import Settings

ACTOR = "operator:cli"


def welcome() -> None:
    """Print a new link to the set-up of the first business; links printed before it no longer work."""
    settings = Settings.from_environment()
    with available(settings) as dsn:
        migrate(dsn)
        link = setup_link(dsn, f"http://{settings.host}:{settings.port}")
    print(link or "There is a business already: sign in to its office.")


def setup_link(dsn: str, url: str) -> str | None:
    """Return a new link to the set-up of the first business at ``url``, None when there is one already."""
    key = asyncio.run(_show_key(dsn))
    return None if key is None else f"{url}/welcome?key={key}"


async def _show_key(dsn: str) -> str | None:
    database = await Database.connect(dsn, connections_max=1)
    try:
        async with database.global_transaction(actor=ACTOR, at=SystemClock().now()) as tx:
            return await show_key(tx)
    finally:
        await database.close()
