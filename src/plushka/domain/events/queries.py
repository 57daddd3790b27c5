"""Finding events."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from asyncpg import Record
from msgspec import Struct

from plushka.domain.events.model import Event, UnknownEvent, Value
from plushka.platform.database import Tx
from plushka.platform.ids import floor_of

ROWS_MAX = 5000

_COLUMNS = """
    e.id, e.member_id, e.kind, e.till_id, e.external_id, e.data::text, e.occurred_at, e.noted_at, e.actor,
    e.outcome::text, e.cancelled_at, e.cancelled_by, e.cancel_reason
"""
SELECT = f"select {_COLUMNS}, e.digest from member_events e where e.tenant_id = $1"  # noqa: S608  a constant
_data = msgspec.json.Decoder(dict[str, Value]).decode


class EventFilter(Struct, frozen=True, omit_defaults=True):
    """Which events are asked for.

    ``text``: in the member's name, or the till's number; ``is_cancelled`` None: either; ``member_id``: theirs and of
    whoever became part of them.
    """

    kind: str = ""
    text: str = ""
    noted_from: datetime | None = None
    noted_before: datetime | None = None
    is_cancelled: bool | None = None
    member_id: UUID | None = None


class FoundEvent(Struct, frozen=True):
    """An event with the name of whose it is now."""

    event: Event
    member_id: UUID
    member_name: str


async def get_event(tx: Tx, event_id: UUID) -> Event:
    """Return an event.

    :raises UnknownEvent: the business has none of this id
    """
    row = await tx.fetchrow(f"-- events.get_event\n{SELECT} and e.id = $2", tx.tenant_id, event_id)
    if row is None:
        raise UnknownEvent
    return event_of(row)


async def find_events(tx: Tx, event_ids: Collection[UUID]) -> Mapping[UUID, Event]:
    """Return the events of these ids that there are."""
    rows = await tx.fetch(
        f"-- events.find_events\n{SELECT} and e.id = any($2::uuid[])", tx.tenant_id, list(event_ids)
    )
    return {row["id"]: event_of(row) for row in rows}


async def list_events(
    tx: Tx, where: EventFilter, *, before: UUID | None = None, limit: int = 50
) -> Sequence[FoundEvent]:
    """Return the latest first, those before ``before``; of a merged member's events the one who has them."""
    conditions, args = _conditions(tx, where)
    if before is not None:
        args.append(before)
        conditions += f" and e.id < ${len(args)}"
    args.append(min(limit, ROWS_MAX))
    rows = await tx.fetch(
        f"""
        -- events.list_events
        select {_COLUMNS}, m.id as holder_id, m.name as holder_name
        {_FROM} {conditions}
        order by e.id desc
        limit ${len(args)}
        """,
        *args,
    )
    return [FoundEvent(event_of(row), row["holder_id"], row["holder_name"]) for row in rows]


async def count_events(tx: Tx, where: EventFilter) -> int:
    """Return how many there are."""
    conditions, args = _conditions(tx, where)
    count: int = await tx.fetchval(f"-- events.count_events\nselect count(*) {_FROM} {conditions}", *args)
    return count


_FROM = """
    from member_events e
    join members own on own.tenant_id = e.tenant_id and own.id = e.member_id
    join members m on m.tenant_id = e.tenant_id and m.id =
        case when own.merged_into is null then own.id else own.merged_into end
    where e.tenant_id = $1
"""


def _conditions(tx: Tx, where: EventFilter) -> tuple[str, list[Any]]:
    args: list[Any] = [tx.tenant_id]
    wanted: list[tuple[str, Any]] = []
    if where.kind:
        wanted.append(("e.kind = ${0}", where.kind))
    if where.noted_from is not None:
        wanted.append(("e.id >= ${0}", floor_of(where.noted_from)))
    if where.noted_before is not None:
        wanted.append(("e.id < ${0}", floor_of(where.noted_before)))
    if where.is_cancelled is not None:
        wanted.append(("(e.cancelled_at is not null) = ${0}", where.is_cancelled))
    if where.member_id is not None:
        wanted.append(
            (
                "e.member_id in (select id from members where tenant_id = $1 and ${0} in (id, merged_into))",
                where.member_id,
            )
        )
    if where.text:
        wanted.append(
            (
                "(position(replace(lower(${0}), 'ё', 'е') in m.name_key) > 0 or e.external_id = ${0})",
                where.text,
            )
        )
    conditions = []
    for condition, value in wanted:
        args.append(value)
        conditions.append(" and " + condition.format(len(args)))
    return "".join(conditions), args


def event_of(row: Record) -> Event:
    """Return the event of a row of ``SELECT``."""
    return Event(
        id=row["id"],
        member_id=row["member_id"],
        kind=row["kind"],
        till_id=row["till_id"],
        external_id=row["external_id"],
        data=_data(row["data"]),
        occurred_at=row["occurred_at"],
        noted_at=row["noted_at"],
        actor=row["actor"],
        outcome=row["outcome"],
        cancelled_at=row["cancelled_at"],
        cancelled_by=row["cancelled_by"],
        cancel_reason=row["cancel_reason"],
    )
