"""Time that passes when nobody has anything to do: months of sending in seconds, to the moment."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

PATIENCE_SECONDS = 60.0
"""Real ones, for what is done at one moment of the virtual time."""


class VirtualTime:
    """A clock, and the timing of senders. It stands still until ``step`` is called."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self._began = at
        self._waiting: dict[asyncio.Event, float] = {}
        self._stirred = asyncio.Event()

    def now(self) -> datetime:
        return self.at

    def seconds(self) -> float:
        return (self.at - self._began).total_seconds()

    async def wait(self, woken: asyncio.Event, seconds: float) -> None:
        self._waiting[woken] = self.seconds() + seconds
        self.stir()
        try:
            await woken.wait()
        finally:
            del self._waiting[woken]

    @property
    def quiet(self) -> int:
        """How many wait, and were not woken."""
        return sum(not woken.is_set() for woken in self._waiting)

    async def settled(self, is_settled: Callable[[], bool]) -> None:
        """Return when all has been done that is to be done at this moment."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not is_settled():
                self._stirred.clear()
                await self._stirred.wait()

    def stir(self, *_: object) -> None:
        """Let who waits for ``settled`` look again: somebody has begun to wait, or has ended, as a letter does."""
        self._stirred.set()

    def next_alarm(self) -> datetime | None:
        """Return when the next of those who wait wants to go on."""
        deadlines = self._waiting.values()
        # Rounded up: at a microsecond before its moment nobody would be let go on.
        return self._began + timedelta(seconds=min(deadlines), microseconds=1) if deadlines else None

    def skip(self, at: datetime) -> None:
        """Let time pass and nobody go on: who looks then would find nothing."""
        self.at = max(self.at, at)

    def move(self, at: datetime) -> None:
        """Let time pass, and those go on whose moment has come."""
        self.at = max(self.at, at)
        for woken, deadline in self._waiting.items():
            if deadline <= self.seconds():
                woken.set()


def stir_when_done(time: VirtualTime) -> None:
    """Let who waits for ``settled`` look again when the task that calls this is done: nothing else may happen then."""
    task = asyncio.current_task()
    assert task is not None
    task.add_done_callback(time.stir)
