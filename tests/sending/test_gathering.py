"""What many want to have written is written together: in order, once, each failing by itself."""

import asyncio
from collections.abc import Sequence

import pytest

from plushka.delivery.sending.gathering import Gathering


class Books:
    """Writes batches down, each when it is let, and refuses those with ``poison`` among them."""

    def __init__(self, *, poison: int | None = None) -> None:
        self.batches: list[list[int]] = []
        self.may_write = asyncio.Event()
        self._poison = poison

    async def write(self, batch: Sequence[int]) -> None:
        await self.may_write.wait()
        if self._poison in batch:
            raise ValueError(batch)
        self.batches.append(list(batch))


async def test_what_comes_while_one_is_written_is_the_next_batch() -> None:
    books = Books()
    gathering = Gathering(books.write)
    tasks = [asyncio.create_task(gathering.add(0))]
    await asyncio.sleep(0)
    tasks += [asyncio.create_task(gathering.add(number)) for number in range(1, 6)]
    await asyncio.sleep(0)
    books.may_write.set()
    await asyncio.gather(*tasks)
    assert books.batches == [[0], [1, 2, 3, 4, 5]]
    await gathering.add(6)
    assert books.batches[2:] == [[6]]


async def test_what_comes_in_the_same_turn_of_the_loop_is_written_together() -> None:
    books = Books()
    books.may_write.set()
    gathering = Gathering(books.write)
    await asyncio.gather(*(gathering.add(number) for number in range(3)))
    assert books.batches == [[0, 1, 2]]


async def test_who_is_cancelled_before_it_writes_leaves_the_others_to_the_next() -> None:
    books = Books()
    books.may_write.set()
    gathering = Gathering(books.write)
    tasks = [asyncio.create_task(gathering.add(number)) for number in range(3)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    async with asyncio.timeout(10):
        results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [result is None for result in results] == [False, True, True]
    assert books.batches == [[1, 2]]


async def test_who_cannot_be_written_fails_alone() -> None:
    books = Books(poison=3)
    gathering = Gathering(books.write)
    tasks = [asyncio.create_task(gathering.add(number)) for number in range(6)]
    await asyncio.sleep(0)
    books.may_write.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [isinstance(result, ValueError) for result in results] == [number == 3 for number in range(6)]
    assert [one for batch in books.batches for one in batch] == [0, 1, 2, 4, 5]


@pytest.mark.parametrize("cancelled", [0, 1, 2])
async def test_whoever_is_cancelled_holds_nobody_up(cancelled: int) -> None:
    books = Books()
    gathering = Gathering(books.write)
    tasks = [asyncio.create_task(gathering.add(0))]
    await asyncio.sleep(0)
    tasks += [asyncio.create_task(gathering.add(number)) for number in range(1, 4)]
    await asyncio.sleep(0)
    tasks[cancelled].cancel()
    await asyncio.sleep(0)
    books.may_write.set()
    async with asyncio.timeout(10):
        results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [number for number, result in enumerate(results) if result is not None] == [cancelled]
    # The first was being written: that is done to its end.
    assert [one for batch in books.batches for one in batch] == [
        one for one in range(4) if one != cancelled or one == 0
    ]


async def test_a_batch_is_written_to_its_end_though_who_came_first_is_cancelled() -> None:
    books = Books()
    gathering = Gathering(books.write)
    tasks = [asyncio.create_task(gathering.add(number)) for number in range(3)]
    for _ in range(3):
        await asyncio.sleep(0)
    tasks[0].cancel()
    await asyncio.sleep(0)
    books.may_write.set()
    async with asyncio.timeout(10):
        results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [result is None for result in results] == [False, True, True]
    assert books.batches == [[0, 1, 2]]
