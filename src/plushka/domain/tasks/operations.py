"""Leaving long work, giving it up, and clearing away what nobody needs any more."""

from collections.abc import Mapping
from uuid import UUID

import msgspec

from plushka.domain.audit import operations as audit
from plushka.domain.tasks.model import INPUT_BYTES_MAX, KEPT, PART_BYTES, InputTooLarge, Task, TaskClosed
from plushka.domain.tasks.queries import get_task
from plushka.platform import jobs
from plushka.platform.database import Tx
from plushka.platform.errors import Fact
from plushka.platform.ids import new_id

JOB = "task"


async def leave(
    tx: Tx,
    *,
    kind: str,
    arguments: Mapping[str, Fact],
    total: int | None = None,
    file_name: str = "",
    content: bytes | None = None,
) -> UUID:
    """Leave a task to be done if ``tx`` commits, and return its id. ``content`` is its input, such as a file.

    :raises InputTooLarge: ``content`` is more than ``INPUT_BYTES_MAX``
    """
    if content is not None and len(content) > INPUT_BYTES_MAX:
        raise InputTooLarge(field="file", megabytes_max=INPUT_BYTES_MAX // PART_BYTES)
    task_id = new_id()
    await tx.execute(
        """
        -- tasks.leave
        insert into tasks
            (tenant_id, id, kind, arguments, state, total, file_name, actor, branch_ids, created_at)
        values ($1, $2, $3, $4, 'waiting', $5, $6, $7, $8, $9)
        """,
        tx.tenant_id,
        task_id,
        kind,
        msgspec.json.encode(arguments).decode(),
        total,
        file_name,
        tx.actor,
        list(tx.branch_ids),
        tx.at,
    )
    if content is not None:
        await tx.execute(
            """
            -- tasks.leave_input
            insert into task_parts (tenant_id, task_id, is_input, number, content)
            select $1, $2, true, number, content
            from unnest($3::bytea[]) with ordinality as given (content, number)
            """,
            tx.tenant_id,
            task_id,
            [content[start : start + PART_BYTES] for start in range(0, len(content), PART_BYTES)],
        )
    await audit.record(tx, action="task.leave", subject=f"task:{task_id}", kind=kind)
    # The queue asks for a key so that what is left twice runs once; a task is left once.
    await jobs.enqueue(tx, JOB, f"{tx.tenant_id} {task_id}".encode(), key=f"task:{task_id}")
    return task_id


async def cancel(tx: Tx, task_id: UUID) -> Task:
    """Give a task up: its next step will not begin. What its steps have done so far stays done.

    :raises UnknownTask: when the business has none of this id
    :raises TaskClosed: it has ended already
    """
    cancelled = await tx.fetchval(
        """
        -- tasks.cancel
        update tasks set state = 'cancelled', finished_at = $3
        where tenant_id = $1 and id = $2 and state in ('waiting', 'running')
        returning true
        """,
        tx.tenant_id,
        task_id,
        tx.at,
    )
    task = await get_task(tx, task_id)
    if not cancelled:
        raise TaskClosed
    await audit.record(tx, action="task.cancel", subject=f"task:{task_id}", kind=task.kind)
    return task


async def clear(tx: Tx) -> int:
    """Delete input and output of tasks that ended ``KEPT`` ago; return how many parts went."""
    count: int = await tx.fetchval(
        """
        -- tasks.clear
        with gone as (
            delete from task_parts
            where tenant_id = $1 and task_id in (
                select id from tasks where tenant_id = $1 and finished_at < $2
            )
            returning 1
        )
        select count(*) from gone
        """,
        tx.tenant_id,
        tx.at - KEPT,
    )
    return count
