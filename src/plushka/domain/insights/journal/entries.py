"""Movements of points of all members, in the order in which they were booked."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from plushka.domain.ledger.model import Movement
from plushka.platform.database import Tx
from plushka.platform.ids import floor_of

ROWS_MAX = 5000


class JournalFilter(Struct, frozen=True, omit_defaults=True):
    """Which movements: booked from ``booked_from`` and before ``booked_before``, of ``kinds`` (none: of all)."""

    booked_from: datetime | None = None
    booked_before: datetime | None = None
    kinds: tuple[str, ...] = ()
    member_id: UUID | None = None


class Entry(Struct, frozen=True):
    """A movement and whose it is."""

    movement: Movement
    member_id: UUID
    member_name: str
    program_id: UUID


async def list_entries(
    tx: Tx,
    where: JournalFilter,
    *,
    before: UUID | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> tuple[Entry, ...]:
    """Return the latest first; those after ``after``, the earliest first, when it is given."""
    args: list[Any] = [tx.tenant_id]
    wanted: list[tuple[str, Any]] = []
    if where.booked_from is not None:
        wanted.append(("p.id >= ${}", floor_of(where.booked_from)))
    if where.booked_before is not None:
        wanted.append(("p.id < ${}", floor_of(where.booked_before)))
    if where.kinds:
        wanted.append(("p.kind = any(${})", list(where.kinds)))
    if where.member_id is not None:
        # By the wallets, so that the index of a wallet's postings finds them.
        of_member = "p.wallet_id in (select id from wallets where tenant_id = $1 and member_id = ${})"
        wanted.append((of_member, where.member_id))
    if before is not None:
        wanted.append(("p.id < ${}", before))
    if after is not None:
        wanted.append(("p.id > ${}", after))
    conditions = []
    for condition, value in wanted:
        args.append(value)
        conditions.append(" and " + condition.format(len(args)))
    args.append(min(limit, ROWS_MAX))
    rows = await tx.fetch(
        f"""
        -- insights.list_entries
        select p.id, p.kind, p.debit, p.credit, p.points, p.lot_id, p.document_id, p.at,
               w.member_id, m.name as member_name, w.program_id
        from postings p
        join wallets w on w.tenant_id = p.tenant_id and w.id = p.wallet_id
        join members m on m.tenant_id = w.tenant_id and m.id = w.member_id
        where p.tenant_id = $1 {"".join(conditions)}
        order by p.id {"" if after is not None else "desc"}
        limit ${len(args)}
        """,  # noqa: S608  composed of the fixed conditions above
        *args,
    )
    return tuple(
        Entry(
            movement=Movement(
                id=row["id"],
                kind=row["kind"],
                debit=row["debit"],
                credit=row["credit"],
                points=row["points"],
                lot_id=row["lot_id"],
                document_id=row["document_id"],
                at=row["at"],
            ),
            member_id=row["member_id"],
            member_name=row["member_name"],
            program_id=row["program_id"],
        )
        for row in rows
    )
