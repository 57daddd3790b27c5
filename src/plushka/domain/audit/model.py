"""Values of the audit trail."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from plushka.platform.errors import Fact


class Entry(Struct, frozen=True):
    """One change: ``actor`` did ``action`` (``key.issue``) to ``subject`` (``key:0192…``)."""

    id: UUID
    at: datetime
    actor: str
    action: str
    subject: str
    details: dict[str, Fact]
