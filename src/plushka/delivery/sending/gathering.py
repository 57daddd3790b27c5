"""What many want to have written, written for some of them together: what comes while one batch is written is the next.

As with purchases there is no timer: a lone one waits for one turn of the event loop, as others may come in the same.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class _Waiting(Generic[T]):
    one: T
    written: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Gathering(Generic[T]):
    """Lets ``write`` have what is added, in the order in which it came; one batch is written at a time."""

    def __init__(self, write: Callable[[Sequence[T]], Awaitable[None]]) -> None:
        self._write = write
        self._waiting: list[_Waiting[T]] = []
        self._writing: asyncio.Task[None] | None = None

    async def add(self, one: T) -> None:
        """Return when it is written. What cannot be written fails by itself: its neighbours are written without it.

        Who is cancelled meanwhile holds nobody up: a batch that is being written is written to its end.
        """
        own = _Waiting(one)
        self._waiting.append(own)
        if self._writing is None:
            # Of nobody's own: whoever is cancelled would take the others' along.
            self._writing = asyncio.create_task(self._write_all())
        await own.written

    async def _write_all(self) -> None:
        try:
            while batch := [each for each in self._waiting if not each.written.cancelled()]:
                self._waiting = []
                await self._write_batch(batch)
        finally:
            self._writing = None

    async def _write_batch(self, batch: Sequence[_Waiting[T]]) -> None:
        try:
            await self._write([each.one for each in batch])
        except Exception as failure:  # noqa: BLE001  whoever has added it raises it
            if len(batch) > 1:
                for each in batch:
                    await self._write_batch([each])
            elif not batch[0].written.done():
                batch[0].written.set_exception(failure)
            return
        for each in batch:
            if not each.written.done():
                each.written.set_result(None)
