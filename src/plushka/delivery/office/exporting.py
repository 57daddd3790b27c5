"""What filters have found, written to a file: the same way for every list."""

import msgspec
from litestar.response import Redirect
from msgspec import Struct

from plushka.delivery.office.visit import Visit
from plushka.delivery.web.notices import sent_on
from plushka.domain.tasks import operations as tasks


async def leave_export(visit: Visit, kind: str, where: Struct, *, file_name: str, **more: str) -> Redirect:
    """Leave a task of ``kind`` that writes what ``where`` finds, and send the person to its progress.

    ``more`` stands beside the filter and the language in the arguments of the task.
    """
    async with visit.writing() as tx:
        task_id = await tasks.leave(
            tx,
            kind=kind,
            arguments={
                "filter": msgspec.json.encode(where).decode(),
                "language": visit.look.language,
                **more,
            },
            file_name=file_name,
        )
    return sent_on(f"/tasks/{task_id}", visit.words.gettext("The file is being written."))
