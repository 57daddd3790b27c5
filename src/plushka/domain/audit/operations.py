"""Writing the audit trail."""

from collections.abc import Mapping

import msgspec

from plushka.platform.database import Tx
from plushka.platform.errors import Fact
from plushka.platform.ids import new_id

Changes = Mapping[str, tuple[Fact, Fact]]
"""What was before and what is after, by the name of the thing."""


async def record(
    tx: Tx, *, action: str, subject: str, changes: Changes | None = None, **details: Fact
) -> None:
    """Note that the transaction's actor did ``action`` (``noun.verb``) to ``subject`` (``kind:id``).

    The note stands or falls with the change itself. ``details`` and ``changes`` are facts, never secrets;
    what stayed as it was is left out of ``changes``.
    """
    changed = {name: pair for name, pair in (changes or {}).items() if pair[0] != pair[1]}
    await tx.execute(
        """
        -- audit.record
        insert into audit_entries (tenant_id, id, at, actor, address, action, subject, details, changes)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        tx.tenant_id,
        new_id(),
        tx.at,
        tx.actor,
        tx.address,
        action,
        subject,
        msgspec.json.encode(details).decode(),
        msgspec.json.encode(changed).decode(),
    )
