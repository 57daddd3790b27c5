"""Doing a task step by step: each step is a transaction that commits with the progress it made."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Literal
from uuid import UUID

import msgspec

from plushka.domain.tasks.model import PART_BYTES, Task
from plushka.domain.tasks.queries import get_task, read_parts
from plushka.platform.clock import Clock
from plushka.platform.database import Database, Tx
from plushka.platform.errors import Fact, Refusal
from plushka.platform.ids import new_id

ATTEMPTS_MAX = 5


class Superseded(Exception):
    """The task was cancelled, has ended, or another worker has taken it over: nothing of this step is kept."""


class Step:
    """One step: work with ``tx``; what is set here is saved with it."""

    def __init__(self, tx: Tx, task: Task) -> None:
        self.tx = tx
        self.done = task.done
        self.total = task.total
        self.cursor = task.cursor
        self.output = bytearray()
        """Appended to the task's output."""


class Run:
    """A worker's hold on a task. ``task`` is as of the last step.

    Who takes a task over writes their own ``runner`` into it; a step of the one before finds that and
    fails, so no step is done twice, however many workers believe they have the task.
    """

    def __init__(self, database: Database, clock: Clock, tenant_id: UUID, task: Task, runner: UUID) -> None:
        self.database = database
        self.clock = clock
        self.tenant_id = tenant_id
        self.task = task
        self._runner = runner

    @asynccontextmanager
    async def step(self) -> AsyncIterator[Step]:
        """Open a transaction in the name of who asked for the task, who sees what they see; save the progress.

        :raises Superseded: the task is not this worker's any more
        """
        async with self.database.transaction(
            self.tenant_id,
            actor=self.task.actor,
            at=self.clock.now(),
            branch_ids=self.task.branch_ids,
        ) as tx:
            await tx.restrict_reading()
            step = Step(tx, self.task)
            yield step
            row = await tx.fetchval(
                """
                -- tasks.step
                update tasks set done = $4, total = $5, cursor = $6, attempts = 0
                where tenant_id = $1 and id = $2 and runner = $3 and state = 'running'
                returning true
                """,
                tx.tenant_id,
                self.task.id,
                self._runner,
                step.done,
                step.total,
                step.cursor,
            )
            if not row:
                raise Superseded
            await _append(tx, self.task.id, bytes(step.output))
        self.task = msgspec.structs.replace(self.task, done=step.done, total=step.total, cursor=step.cursor)

    async def read_input(self) -> bytes:
        """Return the whole input; ``INPUT_BYTES_MAX`` bounds it."""
        async with self.database.transaction(
            self.tenant_id, actor=self.task.actor, at=self.clock.now(), read_only=True
        ) as tx:
            return b"".join([part async for part in read_parts(tx, self.task.id, is_input=True)])

    async def end(self, state: Literal["done", "failed"], result: Mapping[str, Fact], failure: str) -> None:
        """End the task, if it is still this worker's."""
        async with self.database.transaction(self.tenant_id, actor="job:task", at=self.clock.now()) as tx:
            await tx.execute(
                """
                -- tasks.end
                update tasks set state = $4, result = $5, failure = $6, finished_at = $7
                where tenant_id = $1 and id = $2 and runner = $3 and state = 'running'
                """,
                tx.tenant_id,
                self.task.id,
                self._runner,
                state,
                msgspec.json.encode(result).decode(),
                failure,
                tx.at,
            )


Work = Callable[[Run], Awaitable[Mapping[str, Fact]]]
"""The work of a kind of task: from ``task.cursor`` on, in steps; returns its result. It must bear being stopped
between any two steps and begun again."""


async def run(
    works: Mapping[str, Work], database: Database, clock: Clock, *, tenant_id: UUID, task_id: UUID
) -> None:
    """Do a task, or go on with one that somebody left halfway. A refusal ends it as failed, with its reason.

    Whatever else goes wrong is raised, for the job to be tried again from where it stopped. A task that was
    begun ``ATTEMPTS_MAX`` times without finishing a step is ended as failed.
    """
    runner = new_id()
    async with database.transaction(tenant_id, actor="job:task", at=clock.now()) as tx:
        attempts: int | None = await tx.fetchval(
            """
            -- tasks.take
            update tasks
            set state = 'running', runner = $3, started_at = coalesce(started_at, $4), attempts = attempts + 1
            where tenant_id = $1 and id = $2 and state in ('waiting', 'running')
            returning attempts
            """,
            tenant_id,
            task_id,
            runner,
            tx.at,
        )
        if attempts is None:
            return
        task = await get_task(tx, task_id)
    hold = Run(database, clock, tenant_id, task, runner)
    if attempts > ATTEMPTS_MAX:
        await hold.end("failed", {}, "task_broken")
        return
    try:
        result = await works[task.kind](hold)
    except Superseded:
        return
    except Refusal as refusal:
        await hold.end("failed", refusal.facts, refusal.code)
        return
    await hold.end("done", result, "")


async def _append(tx: Tx, task_id: UUID, content: bytes) -> None:
    """Append to the output in parts; a part is never rewritten, so parts may be short."""
    if not content:
        return
    await tx.execute(
        """
        -- tasks.append
        insert into task_parts (tenant_id, task_id, is_input, number, content)
        select $1, $2, false, last + number, content
        from unnest($3::bytea[]) with ordinality as given (content, number),
            (
                select coalesce(max(number), 0) as last from task_parts
                where tenant_id = $1 and task_id = $2 and not is_input
            ) as before
        """,
        tx.tenant_id,
        task_id,
        [content[start : start + PART_BYTES] for start in range(0, len(content), PART_BYTES)],
    )
