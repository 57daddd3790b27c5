"""The shells of one process, a messenger each, as the settings say where their APIs are."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from plushka.delivery.bots.shell import Shell
from plushka.delivery.bots.telegram.shell import TelegramShell
from plushka.domain.members.channels import Messenger
from plushka.platform.settings import Settings


def apis_of(settings: Settings) -> Mapping[Messenger, str]:
    """Return where each messenger's methods are called."""
    return {"telegram": settings.telegram_api}


@asynccontextmanager
async def open_shells(settings: Settings) -> AsyncIterator[Mapping[Messenger, Shell]]:
    """Open the connections to messengers, and close them at the end."""
    telegram = TelegramShell(settings.telegram_api)
    try:
        yield {"telegram": telegram}
    finally:
        await telegram.close()
