"""What has come to the phones that are not there, and the faults that a test lets happen."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

from aiohttp import web
from msgspec import Struct, field

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Kind = Literal["sms", "email", "push"]


class Arrived(Struct, frozen=True):
    """A message as it arrived: ``to`` is a phone, an address of mail or a browser; a push has a ``link``.

    ``image`` is where the picture of a push is, if it has one; ``ttl_seconds`` is how long it was to be
    tried, None: the gateway was not told.
    """

    kind: Kind
    to: str
    text: str
    title: str = ""
    sender: str = ""
    link: str = ""
    image: str = ""
    ttl_seconds: int | None = None


class Fault(Struct, frozen=True):
    """What happens to the next call instead: an answer as it is, a hang, or a code in the gateway's own words."""

    status: int = 200
    headers: Mapping[str, str] = {}
    body: str = ""
    code: int = 0
    hangs: bool = False


class Pretended(Struct):
    """What every gateway that is none has: what arrived, and ``faults`` for the calls to come."""

    arrived: list[Arrived] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    listener: Callable[[Arrived], None] | None = None

    def take(self, message: Arrived) -> None:
        """Take a message in, and tell the ``listener`` of it."""
        self.arrived.append(message)
        if self.listener is not None:
            self.listener(message)

    async def fail_if_told(self) -> Fault | None:
        """Return the next fault that is in the gateway's own words; any other answers the call at once."""
        if not self.faults:
            return None
        fault = self.faults.popleft()
        if fault.hangs:
            await asyncio.Event().wait()
        if fault.code:
            return fault
        raise Answer(fault)


class Answer(Exception):
    """A call is answered so, whatever it asked for."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(str(fault.status))


def answered(handler: Handler) -> Handler:
    """Return a handler that answers calls which a test lets fail, or which nobody is let in with."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except Answer as refused:
            fault = refused.fault
            return web.Response(status=fault.status, headers=dict(fault.headers), text=fault.body)

    return answer
