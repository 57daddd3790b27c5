"""Reading the audit trail."""

import msgspec

from plushka.domain.audit.model import Entry
from plushka.platform.database import Tx


async def list_entries(tx: Tx, *, subject: str | None = None, limit: int = 100) -> tuple[Entry, ...]:
    """Return the latest entries first, of one ``subject`` or of all."""
    rows = await tx.fetch(
        """
        -- audit.list_entries
        select id, at, actor, action, subject, details::text
        from audit_entries
        where tenant_id = $1 and ($2::text is null or subject = $2)
        order by id desc
        limit $3
        """,
        tx.tenant_id,
        subject,
        limit,
    )
    return tuple(Entry(**{**row, "details": msgspec.json.decode(row["details"])}) for row in rows)
