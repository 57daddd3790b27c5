"""What every messenger that is none has: bots with chats, and updates that wait to be fetched or called out."""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

import aiohttp
from msgspec import Struct, field

from plushka.demo.messengers.chats import Chat
from plushka.demo.messengers.people import PEOPLE, Person
from plushka.demo.messengers.registry import Registration

WEBHOOK_PAUSES_SECONDS = (0.2, 1.0, 5.0, 30.0)
WEBHOOK_SECONDS_MAX = 10
LOOK_SECONDS = 1.0
"""How soon a webhook that was taken away is noticed."""


class PretendedBot(Struct):
    """A bot as the messenger has it: ``updates`` wait until they are confirmed, or the webhook has taken them."""

    registration: Registration
    chats: dict[int, Chat] = field(default_factory=dict)
    updates: deque[Any] = field(default_factory=deque)
    next_message: int = 1


BotT = TypeVar("BotT", bound=PretendedBot)


class Pretended(ABC, Generic[BotT]):
    """Bots by their tokens, the ``people``, the ``pictures`` and ``files`` that were uploaded, and the calls to fail.

    Pictures before ``pictures_from`` are known no more by what they were called.
    """

    def __init__(self, bots: Mapping[str, BotT], people: Collection[Person] = PEOPLE) -> None:
        self.bots = dict(bots)
        self._people = {person.id: person for person in people}
        self.pictures: list[bytes] = []
        self.files: list[tuple[str, bytes]] = []
        self.pictures_from = 0
        self._faults: dict[str, deque[Exception]] = {}
        self._told = asyncio.Condition()
        self._deliveries: dict[str, asyncio.Task[None]] = {}

    async def close(self) -> None:
        for task in self._deliveries.values():
            task.cancel()
        for task in self._deliveries.values():
            with suppress(asyncio.CancelledError):
                await task

    def usernames(self) -> list[tuple[str, str]]:
        return [(bot.registration.username, bot.registration.name) for bot in self.bots.values()]

    def by_username(self, username: str) -> BotT:
        """Return a bot by what stands in its links.

        :raises KeyError: nobody has it
        """
        return {bot.registration.username: bot for bot in self.bots.values()}[username]

    def person(self, person_id: int) -> Person:
        """Return whose an account is.

        :raises KeyError: nobody's
        """
        return self._people[person_id]

    def chat(self, bot: BotT, person: Person) -> Chat:
        return bot.chats.setdefault(person.id, Chat())

    def _let_fail(self, call: str, fault: Exception) -> None:
        self._faults.setdefault(call, deque()).append(fault)

    def _fail_if_told(self, call: str) -> None:
        if faults := self._faults.get(call):
            raise faults.popleft()

    async def _leave(self, bot: BotT, update: Any) -> None:
        bot.updates.append(update)
        await self._wake()

    async def _wake(self) -> None:
        async with self._told:
            self._told.notify_all()

    async def _wait_for_updates(self, bot: BotT, seconds: float) -> None:
        await self._wait_until(lambda: bool(bot.updates), seconds)

    async def _wait_until(self, is_told: Callable[[], bool], seconds: float) -> None:
        """Wait until something was left for a bot that ``is_told``, or for so long."""
        async with self._told:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait_for(is_told), seconds)

    def _begin_delivery(self, bot: BotT) -> None:
        token = bot.registration.token
        if token not in self._deliveries or self._deliveries[token].done():
            self._deliveries[token] = asyncio.create_task(self._deliver(bot))

    async def _deliver(self, bot: BotT) -> None:
        """Call the webhook with what waits, one after another, until each is taken."""
        failures = 0
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=WEBHOOK_SECONDS_MAX)) as client:
            while self._has_webhook(bot):
                if not bot.updates:
                    await self._wait_for_updates(bot, LOOK_SECONDS)
                elif await self._call(client, bot):
                    bot.updates.popleft()
                    failures = 0
                else:
                    await asyncio.sleep(
                        WEBHOOK_PAUSES_SECONDS[min(failures, len(WEBHOOK_PAUSES_SECONDS) - 1)]
                    )
                    failures += 1

    @abstractmethod
    def _has_webhook(self, bot: BotT) -> bool: ...

    @abstractmethod
    async def _call(self, client: aiohttp.ClientSession, bot: BotT) -> bool:
        """Call the webhook with the first of the updates, and tell whether it was taken."""


def may_open(url: str) -> bool:
    """Tell whether a messenger would open an address. These are on the same machine, so its own is as good."""
    parts = urlsplit(url)
    return parts.scheme == "https" or parts.hostname in {"127.0.0.1", "localhost"}
