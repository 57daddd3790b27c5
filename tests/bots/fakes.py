"""What every messenger that is none can do, whichever it is."""

from typing import Protocol

from aiohttp import web

from plushka.demo.messengers.phone import FakeMessenger


class Fake(FakeMessenger, Protocol):
    """A messenger that is none, to be served and driven."""

    def routes(self) -> list[web.RouteDef]: ...

    async def close(self) -> None: ...
