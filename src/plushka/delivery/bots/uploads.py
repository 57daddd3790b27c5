"""Pictures that a messenger has: what a business shows to many goes up once by each bot, and is named from then on."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any
from uuid import UUID
from weakref import WeakValueDictionary

from plushka.domain.bots.model import Bot
from plushka.domain.messages.model import Photo

NAMES_MAX = 1000

_Key = tuple[UUID, bytes]


class Uploads:
    """What one messenger calls pictures, as long as the process lives: a name is good for the bot that was given it."""

    def __init__(self) -> None:
        self._names: OrderedDict[_Key, Any] = OrderedDict()
        self._under_way: WeakValueDictionary[_Key, asyncio.Lock] = WeakValueDictionary()

    async def name_of(self, bot: Bot, photo: Photo, upload: Callable[[], Awaitable[Any]]) -> tuple[Any, bool]:
        """Return what names the picture, and whether it was uploaded for that: by one, while others wait for it.

        What ``upload`` raises is raised here, and the next one uploads.
        """
        key = _key(bot, photo)
        if key not in self._names:
            lock = self._under_way.setdefault(key, asyncio.Lock())
            async with lock:
                if key not in self._names:
                    name = self._names[key] = await upload()
                    if len(self._names) > NAMES_MAX:
                        self._names.popitem(last=False)
                    return name, True
        return self._names[key], False

    def forget(self, bot: Bot, photo: Photo, name: Any) -> None:
        """Forget a name that the messenger does not know any more; a newer one stays."""
        key = _key(bot, photo)
        if self._names.get(key) == name:
            del self._names[key]


def _key(bot: Bot, photo: Photo) -> _Key:
    return bot.id, sha256(photo.content).digest()
