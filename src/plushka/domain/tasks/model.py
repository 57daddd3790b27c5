"""A task and its states."""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.platform.errors import Conflict, Fact, NotFound

State = Literal["waiting", "running", "done", "failed", "cancelled"]

OPEN: tuple[State, ...] = ("waiting", "running")
PART_BYTES = 1024 * 1024
INPUT_BYTES_MAX = 64 * PART_BYTES
"""A file of 100,000 members has some 20 MB."""
KEPT = timedelta(days=30)
"""How long input and output are kept; what was done stays told for good."""


class Task(Struct, frozen=True):
    """A piece of long work. ``done`` of ``total`` units are finished; ``total`` None: not yet known how many.

    ``kind`` (``members.export``) says which work it is, ``arguments`` what it was asked to do, ``cursor``
    where it goes on, ``result`` what came of it, ``failure`` why it failed. ``file_name`` names the
    output, empty where there is none. ``branch_ids`` are those that who asked for it is restricted to.
    """

    id: UUID
    kind: str
    arguments: dict[str, Fact]
    state: State
    done: int
    total: int | None
    cursor: str
    result: dict[str, Fact]
    failure: str
    file_name: str
    actor: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    branch_ids: frozenset[UUID] = frozenset()

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class UnknownTask(NotFound):
    code = "task_not_found"


class TaskClosed(Conflict):
    """It has ended already."""

    code = "task_closed"


class InputTooLarge(Conflict):
    """A file of more than ``megabytes_max``."""

    code = "file_too_large"
