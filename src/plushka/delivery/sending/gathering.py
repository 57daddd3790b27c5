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
    """``turn`` ends with whether it has been written; if not, it is this one's turn to write."""

    one: T
    turn: asyncio.Future[bool] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    failure: Exception | None = None


class Gathering(Generic[T]):
    """Lets ``write`` have what is added, in the order in which it came; one batch is written at a time."""

    def __init__(self, write: Callable[[Sequence[T]], Awaitable[None]]) -> None:
        self._write = write
        self._waiting: list[_Waiting[T]] = []
        self._is_writing = False

    async def add(self, one: T) -> None:
        """Return when it is written. What cannot be written fails by itself: its neighbours are written without it."""
        own = _Waiting(one)
        self._waiting.append(own)
        if self._is_writing and await own.turn:
            return
        self._is_writing = True
        batch: Sequence[_Waiting[T]] = ()
        try:
            await asyncio.sleep(0)
            batch = [each for each in self._waiting if each is own or not each.turn.cancelled()]
            self._waiting = []
            await self._write_batch(batch)
        finally:
            # Who is cancelled before the batch is taken leaves it to the next.
            self._waiting = [each for each in self._waiting if each is not own]
            self._end(own, batch)
        if own.failure is not None:
            raise own.failure

    async def _write_batch(self, batch: Sequence[_Waiting[T]]) -> None:
        try:
            await self._write([each.one for each in batch])
        except Exception as failure:  # noqa: BLE001  whoever has added it raises it
            if len(batch) == 1:
                batch[0].failure = failure
                return
            for each in batch:
                await self._write_batch([each])

    def _end(self, own: _Waiting[T], batch: Sequence[_Waiting[T]]) -> None:
        """Let all know what came of theirs, and whoever waits first write the next batch."""
        for each in batch:
            if each is own or each.turn.done():
                continue
            if each.failure is None:
                each.turn.set_result(True)
            else:
                each.turn.set_exception(each.failure)
        following = next((each for each in self._waiting if not each.turn.done()), None)
        self._is_writing = following is not None
        if following is not None:
            following.turn.set_result(False)
