"""Movements of points of all members, in the order in which they were booked."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct

from plushka.domain.insights.constructor.matching import Matching, matched
from plushka.domain.insights.points.ways import COMING, WAYS, Way, accounts_of
from plushka.domain.ledger.model import Movement
from plushka.platform.database import Tx
from plushka.platform.ids import floor_of

ROWS_MAX = 5000


class JournalFilter(Struct, frozen=True, omit_defaults=True):
    """Which movements: booked from ``booked_from`` and before ``booked_before``, of ``kinds`` (none: of all).

    Figures of reports are found by the rest: by when points moved, which may be before that is booked, by the ways by
    which they came or went (none: any movement), by when their lot was earned, and by programme. ``matching``: what a
    cell of a report of one's own is of.
    """

    booked_from: datetime | None = None
    booked_before: datetime | None = None
    kinds: tuple[str, ...] = ()
    member_id: UUID | None = None
    moved_from: datetime | None = None
    moved_before: datetime | None = None
    ways: tuple[Way, ...] = ()
    earned_from: datetime | None = None
    earned_before: datetime | None = None
    program_id: UUID | None = None
    matching: Matching | None = None


class Moved(Struct, frozen=True):
    """How many movements there are, and what they brought to members and took from them."""

    movements: int
    came: int
    went: int


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
    conditions = _conditions(where, args)
    for edge, beyond in ((before, "<"), (after, ">")):
        if edge is not None:
            args.append(edge)
            conditions += f" and p.id {beyond} ${len(args)}"
    args.append(min(limit, ROWS_MAX))
    rows = await tx.fetch(
        f"""
        -- insights.list_entries
        select p.id, p.kind, p.debit, p.credit, p.points, p.lot_id, p.document_id, p.at,
               w.member_id, m.name as member_name, w.program_id
        from postings p
        join wallets w on w.tenant_id = p.tenant_id and w.id = p.wallet_id
        join members m on m.tenant_id = w.tenant_id and m.id = w.member_id
        where p.tenant_id = $1 {conditions}
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


async def sum_entries(tx: Tx, where: JournalFilter) -> Moved:
    """Return what the movements come to; points of one programme alone can be added up."""
    args: list[Any] = [tx.tenant_id]
    conditions = _conditions(where, args)
    coming, going = accounts_of(COMING), accounts_of([way for way in WAYS if way not in COMING])
    args += [coming[0], going[1]]
    row = await tx.fetchrow(
        f"""
        -- insights.sum_entries
        select count(*) as movements,
               coalesce(sum(p.points) filter (where p.debit = any(${len(args) - 1})), 0)::bigint as came,
               coalesce(sum(p.points) filter (
                   where p.credit = any(${len(args)}) and p.debit <> all(${len(args) - 1})
               ), 0)::bigint as went
        from postings p
        join wallets w on w.tenant_id = p.tenant_id and w.id = p.wallet_id
        where p.tenant_id = $1 {conditions}
        """,  # noqa: S608  composed of the fixed conditions below
        *args,
    )
    return Moved(**row) if row else Moved(0, 0, 0)


def _conditions(where: JournalFilter, args: list[Any]) -> str:
    """Return what is asked as SQL over postings p and wallets w, and append its values to ``args``."""
    conditions = []
    for name, condition in _CONDITIONS.items():
        if (value := getattr(where, name)) not in (None, ()):
            args.append(_READ[name](value) if name in _READ else value)
            conditions.append(" and " + condition.format(len(args)))
    if where.ways:
        left, reached = accounts_of(where.ways)
        args += [left, reached]
        conditions.append(f" and (p.debit = any(${len(args) - 1}) or p.credit = any(${len(args)}))")
    if where.matching is not None:
        conditions.append(f" and p.id in ({matched(where.matching, args)})")
    if where.moved_from is not None:
        # Nothing is booked before it moves, but for clocks that differ: the key passes over all that is older.
        args.append(floor_of(where.moved_from - timedelta(days=1)))
        conditions.append(f" and p.id >= ${len(args)}")
    return "".join(conditions)


_READ: Mapping[str, Callable[[Any], Any]] = {
    "booked_from": floor_of,
    "booked_before": floor_of,
    "kinds": list,
}
_CONDITIONS = {
    "booked_from": "p.id >= ${}",
    "booked_before": "p.id < ${}",
    "moved_from": "p.at >= ${}",
    "moved_before": "p.at < ${}",
    "kinds": "p.kind = any(${})",
    "earned_from": "p.lot_id in (select id from lots where tenant_id = $1 and earned_at >= ${})",
    "earned_before": "p.lot_id in (select id from lots where tenant_id = $1 and earned_at < ${})",
    "program_id": "w.program_id = ${}",
    # By the wallets, so that the index of a wallet's postings finds them.
    "member_id": "p.wallet_id in (select id from wallets where tenant_id = $1 and member_id = ${})",
}
