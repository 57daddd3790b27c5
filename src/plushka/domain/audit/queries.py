"""Reading the audit trail."""

from typing import Any
from uuid import UUID

import msgspec

from plushka.domain.audit.model import Entry, EntryFilter
from plushka.platform.database import Tx
from plushka.platform.errors import Fact

ENTRIES_MAX = 1000
"""Of one page."""

_changes = msgspec.json.Decoder(dict[str, tuple[Fact, Fact]])
_CONDITIONS = {
    "actor": "actor = ${}",
    "group": "split_part(action, '.', 1) = ${}",
    "subject": "subject = ${}",
    "since": "at >= ${}",
    "until": "at < ${}",
    "before": "id < ${}",
}


async def list_entries(
    tx: Tx, where: EntryFilter | None = None, *, before: UUID | None = None, limit: int = 100
) -> tuple[Entry, ...]:
    """Return the latest entries first; ``before`` is the id of the last one seen."""
    conditions, args = _conditions(tx, where or EntryFilter(), before=before)
    rows = await tx.fetch(
        f"""
        -- audit.list_entries
        select id, at, actor, address, action, subject, details::text, changes::text
        from audit_entries
        where tenant_id = $1{conditions}
        order by id desc
        limit ${len(args) + 1}
        """,  # noqa: S608  composed of the fixed conditions above
        *args,
        min(limit, ENTRIES_MAX),
    )
    return tuple(
        Entry(
            **{
                **row,
                "details": msgspec.json.decode(row["details"]),
                "changes": _changes.decode(row["changes"]),
            }
        )
        for row in rows
    )


async def count_entries(tx: Tx, where: EntryFilter) -> int:
    """Return how many entries there are."""
    conditions, args = _conditions(tx, where)
    count: int = await tx.fetchval(
        f"""
        -- audit.count_entries
        select count(*) from audit_entries where tenant_id = $1{conditions}
        """,  # noqa: S608  composed of the fixed conditions above
        *args,
    )
    return count


def _conditions(tx: Tx, where: EntryFilter, *, before: UUID | None = None) -> tuple[str, list[Any]]:
    args: list[Any] = [tx.tenant_id]
    conditions = ""
    for name, value in {**msgspec.structs.asdict(where), "before": before}.items():
        if value is not None:
            args.append(value)
            conditions += " and " + _CONDITIONS[name].format(len(args))
    return conditions, args
