"""Values of the audit trail."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from plushka.platform.errors import Fact


class Entry(Struct, frozen=True):
    """One change: ``actor`` did ``action`` (``key.issue``) to ``subject`` (``key:0192…``), from ``address``.

    ``changes`` are what was before and what is after, by the name of the thing.
    """

    id: UUID
    at: datetime
    actor: str
    address: str | None
    action: str
    subject: str
    details: dict[str, Fact]
    changes: dict[str, tuple[Fact, Fact]]


class EntryFilter(Struct, frozen=True):
    """Which entries to list; ``group`` is what stands before the dot of an action, ``until`` is exclusive."""

    actor: str | None = None
    group: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None
