"""Long work: the list, one piece of it as it goes on, and the file that came of it."""

from collections.abc import AsyncIterator
from urllib.parse import quote
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Stream

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.people import load_actors
from plushka.delivery.office.tasks.files import may_have_file
from plushka.delivery.office.tasks.telling import task_line
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.notices import sent_on
from plushka.delivery.web.security import PAGE_HEADERS
from plushka.domain.tasks import operations
from plushka.domain.tasks.model import Task, UnknownTask
from plushka.domain.tasks.queries import get_task, list_tasks, read_parts, size_of_output
from plushka.platform.errors import Denied

_TYPES = {
    "csv": "text/csv",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@get("/tasks", opt={"action": "tasks.read"})
async def show_tasks(visit: NamedDependency[Visit]) -> Response[str]:
    """Show this person's long work, the latest first."""
    async with visit.reading() as tx:
        tasks, actors = await list_tasks(tx, actor=visit.actor), await load_actors(tx)
    return visit.page("tasks/list.html", section="", tasks=[task_line(task, visit, actors) for task in tasks])


@get("/tasks/{task_id:uuid}", opt={"action": "tasks.read"})
async def show_task(
    visit: NamedDependency[Visit], request: OfficeRequest, task_id: FromPath[UUID]
) -> Response[str]:
    """Show how far a task is; an open page asks again by itself."""
    async with visit.reading() as tx:
        task, actors = _own(visit, await get_task(tx, task_id)), await load_actors(tx)
    line = task_line(task, visit, actors)
    if "hx-request" in request.headers:
        return visit.fragment("tasks/progress.html", task=line)
    return visit.page("tasks/task.html", section="", task=line)


@post("/tasks/{task_id:uuid}/cancel", opt={"action": "tasks.read"})
async def cancel_task(visit: NamedDependency[Visit], task_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        _own(visit, await get_task(tx, task_id))
        await operations.cancel(tx, task_id)
    return sent_on(f"/tasks/{task_id}", visit.words.gettext("Stopped. What was done before that stays done."))


@get("/tasks/{task_id:uuid}/file", opt={"action": "tasks.read"})
async def download(visit: NamedDependency[Visit], task_id: FromPath[UUID]) -> Stream:
    """Send what came of a task.

    :raises Denied: this person may no longer see what the file holds
    :raises UnknownTask: it made no file, has not ended, or the file is no longer kept
    """
    async with visit.reading() as tx:
        task = _own(visit, await get_task(tx, task_id))
        if not may_have_file(visit, task):
            raise Denied
        size = await size_of_output(tx, task_id) if task.state == "done" else 0
    if not size:
        raise UnknownTask
    return Stream(
        _content(visit, task_id),
        media_type=_TYPES.get(task.file_name.rpartition(".")[2], "application/octet-stream"),
        headers={
            **PAGE_HEADERS,
            "content-disposition": f"attachment; filename*=UTF-8''{quote(task.file_name)}",
            "content-length": str(size),
        },
    )


async def _content(visit: Visit, task_id: UUID) -> AsyncIterator[bytes]:
    async with visit.reading() as tx:
        async for part in read_parts(tx, task_id, is_input=False):
            yield part


def _own(visit: Visit, task: Task) -> Task:
    """Return ``task`` if this person asked for it: another's file may hold what this one must not see.

    :raises UnknownTask: somebody else did
    """
    if task.actor != visit.actor:
        raise UnknownTask
    return task
