"""Storms before the doors of messengers that are none: 429 in bursts and for single chats, 5xx, broken connections.

What comes is a matter of the seed, the moment and the chat's own number of tries, and of nothing else: however requests
meet, the same ones fail.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from aiohttp import web
from msgspec import Struct

from plushka.domain.members.channels import Messenger
from plushka.platform.clock import Clock

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Fault = Literal["", "too_many", "busy", "down", "page", "unheard", "unanswered"]
"""Nothing; 429 for all; 429 for this chat; 5xx; 5xx as a page; a connection that breaks before and after it is done."""
SENDS: dict[Messenger, tuple[str, ...]] = {
    "telegram": ("sendmessage", "sendphoto"),
    "max": ("messages",),
    "vk": ("messages.send",),
}


class Weather(Struct, frozen=True):
    """How often what happens, in hundredths of requests that no storm meets, and when there is a storm."""

    busy: int = 0
    down: int = 0
    unheard: int = 0
    unanswered: int = 0
    storms: tuple[tuple[datetime, datetime], ...] = ()
    outages: tuple[tuple[datetime, datetime], ...] = ()


class Knock(Struct, frozen=True):
    """A request to send: to which ``chat``, when, what came of it, and after how many seconds it may be tried again."""

    at: datetime
    chat: str
    fault: Fault
    retry_after: int = 0


class Door:
    """What stands before one messenger's sending; ``knocks`` are all that were heard, in their order."""

    def __init__(self, messenger: Messenger, clock: Clock, weather: Weather, *, seed: int) -> None:
        self.messenger: Messenger = messenger
        self.weather = weather
        self.knocks: list[Knock] = []
        self._clock = clock
        self._seed = seed
        self._tries: Counter[str] = Counter()

    @web.middleware
    async def guard(  # noqa: PLR0911  one answer a fault
        self, request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        """Let a request in, or not, as the weather is."""
        if request.path.rpartition("/")[2].lower() not in SENDS[self.messenger]:
            return await handler(request)
        chat = await self._chat(request)
        self._tries[chat] += 1
        draw = Random(f"{self._seed} {self.messenger} {chat} {self._tries[chat]}")  # noqa: S311 - weather
        fault = self._fault(draw)
        retry_after = self._retry_after(fault, draw)
        self.knocks.append(Knock(self._clock.now(), chat, fault, retry_after))
        match fault:
            case "":
                return await handler(request)
            case "too_many" | "busy":
                return _too_many(self.messenger, fault, retry_after)
            case "down":
                return _down(self.messenger)
            case "page":
                return web.Response(status=502, text="<html>Bad Gateway</html>", content_type="text/html")
            case "unheard":
                return _broken(request)
            case "unanswered":
                await handler(request)
                return _broken(request)

    def _fault(self, draw: Random) -> Fault:
        now, weather = self._clock.now(), self.weather
        if any(begins <= now < ends for begins, ends in weather.outages):
            return "page" if draw.random() < 0.5 else "down"
        if any(begins <= now < ends for begins, ends in weather.storms):
            return "too_many"
        number = draw.randrange(100)
        for fault in ("busy", "down", "unheard", "unanswered"):
            number -= int(getattr(weather, fault))
            if number < 0:
                return fault
        return ""

    def _retry_after(self, fault: Fault, draw: Random) -> int:
        """Return the seconds of a 429. VK names none: after 6 it wants a second, and after 29 we give it a minute."""
        if fault not in ("too_many", "busy"):
            return 0
        return draw.randint(1, 40) if self.messenger != "vk" else 60 if fault == "too_many" else 1

    async def _chat(self, request: web.Request) -> str:
        if self.messenger == "max":
            return request.query["user_id"]
        is_json = request.content_type == "application/json"
        sent = await request.json() if is_json else await request.post()
        return str(sent["chat_id" if self.messenger == "telegram" else "peer_id"])


def drawn_storms(
    seed: int, first: datetime, days: int, *, each_day: int, minutes_max: int
) -> tuple[tuple[datetime, datetime], ...]:
    """Return storms of some minutes each, at any time of these days."""
    draw = Random(f"storms {seed}")  # noqa: S311 - weather
    begun = [
        first + timedelta(days=day, minutes=draw.randrange(24 * 60))
        for day in range(days)
        for _ in range(each_day)
    ]
    return tuple((at, at + timedelta(minutes=draw.randint(1, minutes_max))) for at in begun)


def _too_many(messenger: Messenger, fault: Fault, seconds: int) -> web.Response:
    match messenger:
        case "telegram":
            told = {
                "ok": False,
                "error_code": 429,
                "description": f"Too Many Requests: retry after {seconds}",
                "parameters": {"retry_after": seconds},
            }
            return web.json_response(told, status=429)
        case "max":
            told = {"code": "too.many.requests", "message": "Too many requests"}
            return web.json_response(told, status=429, headers={"Retry-After": str(seconds)})
        case "vk":
            code, message = (29, "Rate limit") if fault == "too_many" else (6, "Too many requests per second")
            return web.json_response({"error": {"error_code": code, "error_msg": message}})


def _down(messenger: Messenger) -> web.Response:
    match messenger:
        case "telegram":
            told = {"ok": False, "error_code": 502, "description": "Bad Gateway"}
            return web.json_response(told, status=502)
        case "max":
            return web.json_response({"code": "service.unavailable", "message": "?"}, status=503)
        case "vk":
            return web.json_response({"error": {"error_code": 10, "error_msg": "Internal server error"}})


def _broken(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()
