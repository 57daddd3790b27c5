"""Writing the audit trail."""

import msgspec

from plushka.platform.database import Tx
from plushka.platform.errors import Fact
from plushka.platform.ids import new_id


async def record(tx: Tx, *, action: str, subject: str, **details: Fact) -> None:
    """Note that the transaction's actor did ``action`` (``slice.verb``) to ``subject`` (``kind:id``).

    The note stands or falls with the change itself. ``details`` are facts, never secrets.
    """
    await tx.execute(
        """
        -- audit.record
        insert into audit_entries (tenant_id, id, at, actor, action, subject, details)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        tx.tenant_id,
        new_id(),
        tx.at,
        tx.actor,
        action,
        subject,
        msgspec.json.encode(details).decode(),
    )
