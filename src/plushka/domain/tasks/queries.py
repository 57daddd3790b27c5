"""Reading tasks, their input and their output."""

from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import msgspec

from plushka.domain.tasks.model import Task, UnknownTask
from plushka.platform.database import Tx

TASKS_MAX = 100

_SELECT = """
    select id, kind, arguments, state, done, total, cursor, result, failure, file_name, actor,
        created_at, started_at, finished_at, branch_ids
    from tasks
    where tenant_id = $1
"""


async def get_task(tx: Tx, task_id: UUID) -> Task:
    """Return a task.

    :raises UnknownTask: when the business has none of this id
    """
    row = await tx.fetchrow(
        f"""
        -- tasks.get_task
        {_SELECT} and id = $2
        """,
        tx.tenant_id,
        task_id,
    )
    if row is None:
        raise UnknownTask
    return _task(row)


async def list_tasks(tx: Tx, *, actor: str | None = None, limit: int = TASKS_MAX) -> tuple[Task, ...]:
    """Return the latest tasks first, of one ``actor`` or of all."""
    rows = await tx.fetch(
        f"""
        -- tasks.list_tasks
        {_SELECT} and ($2::text is null or actor = $2)
        order by id desc
        limit $3
        """,
        tx.tenant_id,
        actor,
        min(limit, TASKS_MAX),
    )
    return tuple(map(_task, rows))


async def read_parts(tx: Tx, task_id: UUID, *, is_input: bool) -> AsyncIterator[bytes]:
    """Yield the parts of a task's input or output in order, one statement a part."""
    number = 0
    while True:
        number += 1
        part = await tx.fetchval(
            """
            -- tasks.read_parts
            select content from task_parts
            where tenant_id = $1 and task_id = $2 and is_input = $3 and number = $4
            """,
            tx.tenant_id,
            task_id,
            is_input,
            number,
        )
        if part is None:
            return
        yield part


async def size_of_output(tx: Tx, task_id: UUID) -> int:
    """Return how many bytes a task's output has; 0 when there is none, or it is no longer kept."""
    size: int = await tx.fetchval(
        """
        -- tasks.size_of_output
        select coalesce(sum(length(content)), 0) from task_parts
        where tenant_id = $1 and task_id = $2 and not is_input
        """,
        tx.tenant_id,
        task_id,
    )
    return size


def _task(row: asyncpg.Record) -> Task:
    return Task(
        **{
            **row,
            "arguments": msgspec.json.decode(row["arguments"]),
            "result": msgspec.json.decode(row["result"]),
            "branch_ids": frozenset(row["branch_ids"]),
        }
    )
