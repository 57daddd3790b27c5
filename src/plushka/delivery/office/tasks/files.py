"""Who may have the file that came of a task: asking for it once gives no right to it for ever."""

from plushka.delivery.office.permissions import ACTIONS
from plushka.delivery.office.visit import Visit
from plushka.domain.staff.roles import Rights
from plushka.domain.tasks.model import Task


def may_have_file(visit: Visit, task: Task) -> bool:
    """Tell whether this person may see now what the file of their ``task`` holds.

    A kind of task that makes a file is called after the action that it needs, and may name more that its content
    ``needs``; what was written without the
    restriction to branches that the person has now, or with another one, is more than they may see.
    """
    return (
        bool(task.file_name)
        and task.kind in ACTIONS
        and all(map(visit.may, [task.kind, *str(task.arguments.get("needs", "")).split()]))
        and visit.rights.cover(Rights(frozenset({task.kind}), task.branch_ids))
    )
