"""How a sender tells how long ago something was, and waits."""

import asyncio
import time
from contextlib import suppress
from typing import Protocol


class Timing(Protocol):
    """Time that passes evenly, whatever happens to the clock."""

    def seconds(self) -> float:
        """Return the seconds since some moment, always the same one."""
        ...

    async def wait(self, woken: asyncio.Event, seconds: float) -> None:
        """Return when so many seconds have passed, or as soon as ``woken`` is set."""
        ...


class MachineTiming:
    """The machine's own."""

    def seconds(self) -> float:
        return time.monotonic()

    async def wait(self, woken: asyncio.Event, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(woken.wait(), seconds)
