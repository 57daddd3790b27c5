"""Statements that write events. Who notes one also gives for it: see ``domain/occasions``."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

import msgspec
from msgspec import Struct

from plushka.domain.events.checking import check_data
from plushka.domain.events.kinds import get_kind
from plushka.domain.events.model import (
    AGE_MAX,
    Event,
    EventDiffers,
    EventInFuture,
    EventTooOld,
    UnknownEvent,
    UnknownEventKind,
    Value,
)
from plushka.domain.events.queries import SELECT, event_of
from plushka.domain.members.model import UnknownMember
from plushka.domain.members.store import keep_apart
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

CLOCK_AHEAD_MAX = timedelta(minutes=10)


class Told(Struct, frozen=True):
    """An event as it is told. ``till_id`` with its own number, or neither; without ``occurred_at`` it is now.

    ``named``: how whoever tells it named the member, which stays the same when cards are merged. ``form_id``: of the
    form in which staff noted it, which may be sent twice; who notes one by hand has locked the member.
    """

    member_id: UUID
    kind: str
    data: Mapping[str, object]
    occurred_at: datetime | None = None
    till_id: UUID | None = None
    external_id: str | None = None
    named: str = ""
    form_id: UUID | None = None


async def insert_event(tx: Tx, told: Told) -> tuple[Event, bool]:
    """Write an event down, once for ever by the till's number; True: it was there before.

    Of two that tell it at once the second waits for the first.

    :raises UnknownEventKind: there is no such kind, or no more
    :raises UnknownMember: the business has none of this id
    :raises EventDiffers: the till has told another event under this number
    :raises EventInFuture: it has not happened yet
    :raises EventTooOld: it was more than a year ago
    :raises Invalid: what it says is not what its kind asks for
    """
    digest = _digest(told)
    if (known := await _find_known(tx, told, digest)) is not None:
        return _same(known, digest), True
    kind = await get_kind(tx, told.kind)
    if kind.retired_at is not None:
        raise UnknownEventKind(field="kind")
    data = check_data(kind, told.data)
    event = Event(
        id=new_id(),
        member_id=told.member_id,
        kind=kind.name,
        till_id=told.till_id,
        external_id=told.external_id,
        data=data,
        occurred_at=_moment(tx, told.occurred_at),
        noted_at=tx.at,
        actor=tx.actor,
    )
    if await _insert(tx, event, digest):
        return event, False
    known = await _find_known(tx, told, digest)
    if known is None:
        raise UnknownEvent
    return _same(known, digest), True


def _digest(told: Told) -> bytes:
    """Return what tells a repeat from another event. By Python's own JSON: data may hold what no kind allows."""
    said = [told.named or str(told.member_id), told.kind, told.data, str(told.occurred_at)]
    if told.form_id is not None:
        said.append(str(told.form_id))
    return sha256(json.dumps(said, sort_keys=True).encode()).digest()


def _moment(tx: Tx, occurred_at: datetime | None) -> datetime:
    if occurred_at is None:
        return tx.at
    # A till's clock may run ahead by a little.
    if occurred_at > tx.at + CLOCK_AHEAD_MAX:
        raise EventInFuture(field="occurred_at")
    if occurred_at < tx.at - AGE_MAX:
        raise EventTooOld(field="occurred_at", days_max=AGE_MAX.days)
    return min(occurred_at, tx.at)


def _same(known: tuple[Event, bytes], digest: bytes) -> Event:
    event, before = known
    if before != digest:
        raise EventDiffers(field="external_id")
    return event


async def _find_known(tx: Tx, told: Told, digest: bytes) -> tuple[Event, bytes] | None:
    if told.external_id is not None:
        row = await tx.fetchrow(
            f"-- events.find_known\n{SELECT} and e.till_id = $2 and e.external_id = $3",
            tx.tenant_id,
            told.till_id,
            told.external_id,
        )
    elif told.form_id is not None:
        row = await tx.fetchrow(
            f"-- events.find_noted\n{SELECT} and e.member_id = $2 and e.till_id is null and e.digest = $3",
            tx.tenant_id,
            told.member_id,
            digest,
        )
    else:
        return None
    return None if row is None else (event_of(row), row["digest"])


async def _insert(tx: Tx, event: Event, digest: bytes) -> bool:
    # Nobody is erased or merged meanwhile: what is written now would outlive that they are forgotten.
    if not await keep_apart(tx, [event.member_id]):
        raise UnknownMember(field="member")
    inserted: bool | None = await tx.fetchval(
        """
        -- events.insert
        insert into member_events
            (tenant_id, id, member_id, kind, till_id, external_id, digest, data, occurred_at, noted_at, actor)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        on conflict (tenant_id, till_id, external_id) do nothing
        returning true
        """,
        tx.tenant_id,
        event.id,
        event.member_id,
        event.kind,
        event.till_id,
        event.external_id,
        digest,
        msgspec.json.encode(event.data).decode(),
        event.occurred_at,
        event.noted_at,
        event.actor,
    )
    return inserted is True


async def write_outcome(tx: Tx, event_id: UUID, outcome: str) -> None:
    """Keep what an event gave, as JSON, to answer with when it is told again."""
    await tx.execute(
        """
        -- events.write_outcome
        update member_events set outcome = $3 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        event_id,
        outcome,
    )


async def write_data(tx: Tx, event_id: UUID, data: Mapping[str, Value]) -> None:
    """Write anew what an event says: what was checked against its kind, as it was when it was noted."""
    await tx.execute(
        """
        -- events.write_data
        update member_events set data = $3 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        event_id,
        msgspec.json.encode(data).decode(),
    )


async def lock_event(tx: Tx, event_id: UUID) -> Event:
    """Return an event that nobody else cancels meanwhile.

    :raises UnknownEvent: the business has none of this id
    """
    row = await tx.fetchrow(
        f"-- events.lock_event\n{SELECT} and e.id = $2 for no key update", tx.tenant_id, event_id
    )
    if row is None:
        raise UnknownEvent
    return event_of(row)


async def write_cancelled(tx: Tx, event_id: UUID, *, reason: str) -> None:
    await tx.execute(
        """
        -- events.write_cancelled
        update member_events set cancelled_at = $3, cancelled_by = $4, cancel_reason = $5
        where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        event_id,
        tx.at,
        tx.actor,
        reason,
    )


async def forget_events(tx: Tx, member_id: UUID) -> None:
    """Empty what events of a member say, and of those who were merged into them: their data are destroyed."""
    await tx.execute(
        """
        -- events.forget
        update member_events set data = '{}', outcome = '[]'
        where tenant_id = $1 and member_id in (
            select id from members where tenant_id = $1 and $2 in (id, merged_into)
        )
        """,
        tx.tenant_id,
        member_id,
    )
