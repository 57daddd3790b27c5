"""Where Chromium registers for notifications, at this machine: its answers are Google's, and nothing else of it is.

A browser that is told of these addresses subscribes as it does for everybody: it checks in, registers, makes keys of
its own and gives the page an endpoint. What it hears by is left out: nothing is listened to at ``gcm-mcs-endpoint``.
"""

import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from tests.serving import serving

TOKEN = "token-of-a-phone:APA91b"
_DEVICE, _SECRET = 1234567890, 9876543210
_CHECKED_IN = b"\x08\x01\x39" + struct.pack("<Q", _DEVICE) + b"\x41" + struct.pack("<Q", _SECRET)
"""``AndroidCheckinResponse`` of Chromium's ``checkin.proto``: all is well, the device's number and its secret."""


@dataclass
class Registry:
    """What browsers have asked for, and whether they are refused.

    ``registered`` are the keys by which a business may send, by subscription; ``gone`` those of what was ended.
    """

    address: str = ""
    is_refusing: bool = False
    registered: dict[str, str] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)

    @property
    def flags(self) -> tuple[str, ...]:
        """What tells Chromium to register here (``google_apis/gcm/engine/gservices_switches.cc``)."""
        return (
            f"--gcm-checkin-url={self.address}/checkin",
            f"--gcm-registration-url={self.address}/register",
            f"--gcm-mcs-endpoint={self.address.replace('http:', 'https:')}",
        )

    async def check_in(self, request: web.Request) -> web.Response:  # noqa: ARG002  of the protocol
        return web.Response(body=_CHECKED_IN, content_type="application/x-protobuf")

    async def register(self, request: web.Request) -> web.Response:
        asked = await request.post()
        if self.is_refusing:
            return web.Response(text="Error=INVALID_SENDER")
        subscription = str(asked.get("X-subtype", ""))
        if asked.get("delete") == "true":
            self.gone.append(self.registered[subscription])
        else:
            self.registered[subscription] = str(asked["sender"])
        return web.Response(text=f"token={TOKEN}")


@asynccontextmanager
async def open_registry() -> AsyncIterator[Registry]:
    registry = Registry()
    routes = [web.post("/checkin", registry.check_in), web.post("/register", registry.register)]
    async with serving(routes) as address:
        registry.address = address
        yield registry
