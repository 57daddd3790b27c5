"""The shells of one process, a messenger each, as the settings say where their APIs are."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from functools import cache

from plushka.delivery.bots.shell import Shell
from plushka.domain.members.channels import Messenger
from plushka.platform.settings import Settings


class Shells:
    """Opens each shell when it is first needed: a messenger's library takes seconds of a processor to load.

    It is loaded beside the event loop, so that tills are served meanwhile.
    """

    def __init__(self, apis: Mapping[Messenger, str]) -> None:
        self.apis = apis
        self._open: dict[Messenger, Shell] = {}
        self._lock = asyncio.Lock()

    async def get(self, messenger: Messenger) -> Shell:
        """Return the shell of a messenger that the product speaks to."""
        async with self._lock:
            if messenger not in self._open:
                load = await asyncio.to_thread(_LOADERS[messenger])
                self._open[messenger] = load(self.apis[messenger])
            return self._open[messenger]

    async def close(self) -> None:
        for shell in self._open.values():
            await shell.close()


@asynccontextmanager
async def open_shells(settings: Settings) -> AsyncIterator[Shells]:
    """Close the connections to messengers at the end."""
    shells = Shells({"telegram": settings.telegram_api, "max": settings.max_api, "vk": settings.vk_api})
    try:
        yield shells
    finally:
        await shells.close()


@contextmanager
def _for_good() -> Iterator[None]:
    """Keep what is loaded meanwhile from being searched for garbage, now and ever after.

    Else it is gone through several times as it grows, and by each full collection from then on, for which all that a
    process does stands still: 0.2 s where aiogram is loaded.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()


@cache
def _telegram() -> Callable[[str], Shell]:
    with _for_good():
        from plushka.delivery.bots.telegram.shell import TelegramShell

    return TelegramShell


def _max() -> Callable[[str], Shell]:
    from plushka.delivery.bots.max.shell import MaxShell

    return MaxShell


def _vk() -> Callable[[str], Shell]:
    from plushka.delivery.bots.vk.shell import VkShell

    return VkShell


_LOADERS: Mapping[Messenger, Callable[[], Callable[[str], Shell]]] = {
    "max": _max,
    "telegram": _telegram,
    "vk": _vk,
}
SPOKEN: tuple[Messenger, ...] = tuple(_LOADERS)
"""The messengers that bots can be connected in."""
