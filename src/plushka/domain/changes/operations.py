"""Noting what was written, and taking what was noted."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from asyncpg import Record

from plushka.domain.changes.model import Kind, Subjects, Taken
from plushka.platform.database import Tx
from plushka.platform.ids import new_id


def noting(kind: Kind, ids: str, *, change_id: str, at: str) -> str:
    """Return the SQL that notes ``ids`` (an expression of ``uuid[]``), for a statement that writes what they are of.

    It stands in a ``with`` of a statement whose ``$1`` is the tenant; no ids, no row.
    """
    return f"""
        insert into changes (tenant_id, id, kind, subjects, at)
        select $1, {change_id}::uuid, '{kind}', ids, {at}::timestamptz from (select {ids} as ids) as noted
        where cardinality(ids) > 0
    """  # noqa: S608  constants only


async def note(tx: Tx, kind: Kind, ids: Iterable[UUID]) -> None:
    """Note what was written by a statement that cannot do so itself; no ids, no row."""
    await tx.execute(
        f"""
        -- changes.note
        {noting(kind, "$2::uuid[]", change_id="$3", at="$4")}
        """,
        tx.tenant_id,
        list(ids),
        new_id(),
        tx.at,
    )


async def note_calendar(tx: Tx) -> None:
    """Note that the business's days begin at another moment: what is kept by its days is to be made anew."""
    await tx.execute(
        """
        -- changes.note_calendar
        insert into changes (tenant_id, id, kind, subjects, at) values ($1, $2, 'calendar', '{}', $3)
        """,
        tx.tenant_id,
        new_id(),
        tx.at,
    )


async def take(tx: Tx, *, subjects_max: int | None = None) -> Taken:
    """Delete changes, the oldest first, and return what they tell of: some ``subjects_max`` ids, or all.

    One change is never parted. The transaction must see one moment: what it reads of receipts is then what ``Taken``
    knows of.

    :raises SerializationError: another transaction has taken some of them meanwhile
    """
    waiting = await tx.fetch(
        """
        -- changes.waiting
        select id, cardinality(subjects) as size from changes where tenant_id = $1 order by id
        """,
        tx.tenant_id,
    )
    ids = _first(waiting, subjects_max)
    taken = await tx.fetch(
        """
        -- changes.take
        delete from changes where tenant_id = $1 and id = any($2::uuid[]) returning kind, subjects
        """,
        tx.tenant_id,
        ids,
    )
    has_calendar = any(row["kind"] == "calendar" for row in taken)
    left = []
    if len(ids) < len(waiting):
        left = await tx.fetch(
            """
            -- changes.left
            select kind, subjects from changes where tenant_id = $1 and kind = any($2::text[])
            """,
            tx.tenant_id,
            ["receipts", "returns", "postings"] if has_calendar else ["receipts", "returns"],
        )
    return Taken(
        count=len(taken),
        subjects=_subjects(taken),
        has_calendar=has_calendar,
        has_left=len(ids) < len(waiting),
        left=_subjects(left),
    )


def _first(waiting: Sequence[Record], subjects_max: int | None) -> list[UUID]:
    ids: list[UUID] = []
    size = 0
    for row in waiting:
        if subjects_max is not None and ids and size + row["size"] > subjects_max:
            break
        ids.append(row["id"])
        size += row["size"]
    return ids


def _subjects(rows: Sequence[Record]) -> Subjects:
    found: Subjects = {"receipts": [], "returns": [], "postings": [], "members": [], "calendar": []}
    for row in rows:
        found[row["kind"]] += row["subjects"]
    return found
