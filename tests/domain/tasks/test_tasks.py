"""Long work: what a step did is kept with its progress, and no step is done twice."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from tests.conftest import SetClock

from plushka.delivery.jobs.long_work import do_task
from plushka.domain.businesses.operations import found_business
from plushka.domain.tasks import operations
from plushka.domain.tasks.model import KEPT, PART_BYTES, InputTooLarge, Task, TaskClosed, UnknownTask
from plushka.domain.tasks.queries import get_task, list_tasks, read_parts, size_of_output
from plushka.domain.tasks.running import ATTEMPTS_MAX, Run, Work
from plushka.platform.database import Database, Tx
from plushka.platform.errors import Fact, Invalid
from plushka.platform.ids import new_id

ACTOR = "staff:anna"


class Office:
    """A business in which Anna asks for long work."""

    def __init__(self, database: Database, clock: SetClock) -> None:
        self.database, self.clock, self.tenant_id = database, clock, new_id()

    @asynccontextmanager
    async def tx(self) -> AsyncIterator[Tx]:
        async with self.database.transaction(self.tenant_id, actor=ACTOR, at=self.clock.now()) as tx:
            yield tx

    async def leave(self, *, content: bytes | None = None) -> UUID:
        async with self.tx() as tx:
            return await operations.leave(
                tx, kind="count", arguments={"up_to": 3}, total=3, file_name="count.txt", content=content
            )

    async def task(self, task_id: UUID) -> Task:
        async with self.tx() as tx:
            return await get_task(tx, task_id)

    async def work(self, work: Work, task_id: UUID) -> Task:
        await do_task({"count": work}, self.database, self.clock, f"{self.tenant_id} {task_id}".encode())
        return await self.task(task_id)

    async def output(self, task_id: UUID) -> bytes:
        async with self.tx() as tx:
            return b"".join([part async for part in read_parts(tx, task_id, is_input=False)])


@pytest.fixture
async def office(database: Database, clock: SetClock) -> Office:
    office = Office(database, clock)
    async with office.tx() as tx:
        await found_business(
            tx, name="Кофейня", currency="RUB", country="RU", language="ru", time_zone="Europe/Moscow"
        )
    return office


async def count(run: Run) -> Mapping[str, Fact]:
    """Write the numbers up to ``up_to``, one a step."""
    while run.task.done < int(run.task.arguments["up_to"] or 0):
        async with run.step() as step:
            step.done += 1
            step.cursor = f"after {step.done}"
            step.output += f"{step.done}\n".encode()
    return {"last": run.task.done}


async def test_a_task_is_done_in_steps_in_the_name_of_who_asked(office: Office) -> None:
    task_id = await office.leave()

    task = await office.work(count, task_id)

    assert (task.state, task.done, task.total, task.cursor) == ("done", 3, 3, "after 3")
    assert task.result == {"last": 3}
    assert task.actor == ACTOR
    assert await office.output(task_id) == b"1\n2\n3\n"
    async with office.tx() as tx:
        assert [known.id for known in await list_tasks(tx, actor=ACTOR)] == [task_id]
        assert await list_tasks(tx, actor="staff:boris") == ()


async def test_what_broke_goes_on_after_the_last_finished_step(office: Office) -> None:
    task_id = await office.leave()

    async def break_in_the_second(run: Run) -> Mapping[str, Fact]:
        async with run.step() as step:
            step.done += 1
            step.output += b"1\n"
        async with run.step() as step:
            step.output += b"lost\n"
            raise ZeroDivisionError
        return {}

    with pytest.raises(ZeroDivisionError):
        await office.work(break_in_the_second, task_id)
    assert (await office.task(task_id)).done == 1

    assert (await office.work(count, task_id)).state == "done"
    assert await office.output(task_id) == b"1\n2\n3\n"


async def test_a_step_of_a_worker_that_lost_the_task_is_not_kept(office: Office) -> None:
    task_id = await office.leave()

    async def be_overtaken(run: Run) -> Mapping[str, Fact]:
        await office.work(count, task_id)
        async with run.step() as step:
            step.done += 1
            step.output += b"twice\n"
        return {"last": -1}

    task = await office.work(be_overtaken, task_id)

    assert (task.state, task.result) == ("done", {"last": 3})
    assert await office.output(task_id) == b"1\n2\n3\n"


async def test_a_cancelled_task_stops_before_its_next_step_and_stays_cancelled(office: Office) -> None:
    task_id = await office.leave()

    async def be_cancelled(run: Run) -> Mapping[str, Fact]:
        async with run.step() as step:
            step.done += 1
        async with office.tx() as tx:
            await operations.cancel(tx, task_id)
        return await count(run)

    task = await office.work(be_cancelled, task_id)

    assert (task.state, task.done) == ("cancelled", 1)
    assert (await office.work(count, task_id)).state == "cancelled"
    with pytest.raises(TaskClosed):
        async with office.tx() as tx:
            await operations.cancel(tx, task_id)


async def test_a_refusal_ends_the_task_with_its_reason(office: Office) -> None:
    class FileUnreadable(Invalid):
        code = "file_unreadable"

    async def refuse(_: Run) -> Mapping[str, Fact]:
        raise FileUnreadable(row=7)

    task = await office.work(refuse, await office.leave())

    assert (task.state, task.failure, task.result) == ("failed", "file_unreadable", {"row": 7})


async def test_a_task_that_breaks_each_time_is_given_up(office: Office) -> None:
    task_id = await office.leave()

    async def break_at_once(_: Run) -> Mapping[str, Fact]:
        raise ZeroDivisionError

    for _ in range(ATTEMPTS_MAX):
        with pytest.raises(ZeroDivisionError):
            await office.work(break_at_once, task_id)
    task = await office.work(break_at_once, task_id)

    assert (task.state, task.failure) == ("failed", "task_broken")


async def test_input_and_output_of_any_size_come_back_as_they_were(office: Office) -> None:
    content = bytes(range(256)) * (PART_BYTES // 100)
    task_id = await office.leave(content=content)

    async def copy(run: Run) -> Mapping[str, Fact]:
        given = await run.read_input()
        async with run.step() as step:
            step.output += given
        return {}

    await office.work(copy, task_id)

    assert await office.output(task_id) == content
    async with office.tx() as tx:
        assert await size_of_output(tx, task_id) == len(content)
        with pytest.raises(InputTooLarge):
            await operations.leave(tx, kind="count", arguments={}, content=bytes(64 * PART_BYTES + 1))


async def test_files_are_cleared_away_and_what_was_done_stays_told(office: Office) -> None:
    task_id = await office.leave(content=b"in")
    open_id = await office.leave(content=b"in")
    await office.work(count, task_id)
    office.clock.advance(KEPT + timedelta(seconds=1))

    async with office.tx() as tx:
        assert await operations.clear(tx) > 0

    assert await office.output(task_id) == b""
    assert (await office.task(task_id)).state == "done"
    async with office.tx() as tx:
        assert [part async for part in read_parts(tx, open_id, is_input=True)] == [b"in"]


async def test_eve_sees_no_task_of_annas(office: Office, database: Database, clock: SetClock) -> None:
    task_id = await office.leave(content=b"secret")

    async with database.transaction(new_id(), actor="staff:eve", at=clock.now()) as tx:
        with pytest.raises(UnknownTask):
            await get_task(tx, task_id)
        assert [part async for part in read_parts(tx, task_id, is_input=True)] == []


async def test_the_database_itself_refuses_a_task_that_ended_and_did_not(office: Office) -> None:
    task_id = await office.leave()
    with pytest.raises(asyncpg.CheckViolationError):
        async with office.tx() as tx:
            await tx.execute(
                "update tasks set state = 'done' where tenant_id = $1 and id = $2", tx.tenant_id, task_id
            )
