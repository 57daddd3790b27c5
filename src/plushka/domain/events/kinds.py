"""Declaring kinds of events."""

import re
from collections.abc import Sequence

import msgspec
from asyncpg import Record

from plushka.domain.audit import operations as audit
from plushka.domain.events.model import (
    BUILT_IN,
    CHOICES_MAX,
    FIELDS_MAX,
    KINDS_MAX,
    NAME_LENGTH_MAX,
    TITLE_LENGTH_MAX,
    EventField,
    EventFieldsUnsound,
    EventKind,
    EventKindBuiltIn,
    EventKindNameWrong,
    EventKindTaken,
    TooManyEventKinds,
    UnknownEventKind,
)
from plushka.domain.members.model import TextMissing, TextTooLong
from plushka.platform.database import Tx

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_fields = msgspec.json.Decoder(tuple[EventField, ...]).decode


async def list_kinds(tx: Tx, *, also_retired: bool = False) -> Sequence[EventKind]:
    """Return the kinds that are built in, then the business's own by title."""
    rows = await tx.fetch(
        """
        -- events.list_kinds
        select name, title, fields::text, retired_at from event_kinds
        where tenant_id = $1 and ($2 or retired_at is null)
        order by title, name
        """,
        tx.tenant_id,
        also_retired,
    )
    return [*BUILT_IN.values(), *map(_kind, rows)]


async def get_kind(tx: Tx, name: str) -> EventKind:
    """Return a kind, also a retired one.

    :raises UnknownEventKind: the business has none of this name
    """
    if name in BUILT_IN:
        return BUILT_IN[name]
    row = await tx.fetchrow(
        """
        -- events.get_kind
        select name, title, fields::text, retired_at from event_kinds where tenant_id = $1 and name = $2
        """,
        tx.tenant_id,
        name,
    )
    if row is None:
        raise UnknownEventKind(field="kind")
    return _kind(row)


async def declare(tx: Tx, *, name: str, title: str, fields: Sequence[EventField]) -> EventKind:
    """Declare a kind of events.

    :raises EventKindNameWrong: no machine's name is written so
    :raises EventKindTaken: there is one of this name, perhaps retired
    :raises EventFieldsUnsound: a field is there twice, or is a choice between nothing
    """
    name, title = name.strip(), _checked_title(title, field="title")
    if not _is_name(name):
        raise EventKindNameWrong(field="name")
    if name in BUILT_IN:
        raise EventKindTaken(field="name")
    _check_fields(fields)
    if len(await list_kinds(tx, also_retired=True)) - len(BUILT_IN) >= KINDS_MAX:
        raise TooManyEventKinds(field="name", kinds_max=KINDS_MAX)
    inserted = await tx.fetchval(
        """
        -- events.declare
        insert into event_kinds (tenant_id, name, title, fields, created_at) values ($1, $2, $3, $4, $5)
        on conflict do nothing returning true
        """,
        tx.tenant_id,
        name,
        title,
        msgspec.json.encode(fields).decode(),
        tx.at,
    )
    if not inserted:
        raise EventKindTaken(field="name")
    await audit.record(tx, action="event_kind.declare", subject=f"event_kind:{name}", name=title)
    return EventKind(name, title, tuple(fields))


async def redeclare(tx: Tx, name: str, *, title: str, fields: Sequence[EventField]) -> None:
    """Change what a kind is called and what its events say from now on; those noted before stay as they are.

    :raises EventKindBuiltIn: it is not the business's own
    """
    before = await _own(tx, name)
    title = _checked_title(title, field="title")
    _check_fields(fields)
    await tx.execute(
        """
        -- events.redeclare
        update event_kinds set title = $3, fields = $4 where tenant_id = $1 and name = $2
        """,
        tx.tenant_id,
        name,
        title,
        msgspec.json.encode(fields).decode(),
    )
    await audit.record(
        tx,
        action="event_kind.change",
        subject=f"event_kind:{name}",
        name=title,
        changes={
            "title": (before.title, title),
            "fields": (_told(before.fields), _told(fields)),
        },
    )


async def retire(tx: Tx, name: str, *, is_retired: bool = True) -> None:
    """Take no more events of a kind, or take them again.

    :raises EventKindBuiltIn: it is not the business's own
    """
    kind = await _own(tx, name)
    if (kind.retired_at is not None) == is_retired:
        return
    await tx.execute(
        """
        -- events.retire
        update event_kinds set retired_at = $3 where tenant_id = $1 and name = $2
        """,
        tx.tenant_id,
        name,
        tx.at if is_retired else None,
    )
    if is_retired:
        await audit.record(tx, action="event_kind.retire", subject=f"event_kind:{name}", name=kind.title)
    else:
        await audit.record(tx, action="event_kind.resume", subject=f"event_kind:{name}", name=kind.title)


async def _own(tx: Tx, name: str) -> EventKind:
    kind = await get_kind(tx, name)
    if kind.is_built_in:
        raise EventKindBuiltIn(field="name")
    return kind


def _told(fields: Sequence[EventField]) -> str:
    return ", ".join(f"{each.name}: {each.type}{'!' if each.is_required else ''}" for each in fields)


def _checked_title(title: str, *, field: str) -> str:
    title = " ".join(title.split())
    if not title:
        raise TextMissing(field=field)
    if len(title) > TITLE_LENGTH_MAX:
        raise TextTooLong(field=field, length_max=TITLE_LENGTH_MAX)
    return title


def _is_name(name: str) -> bool:
    return len(name) <= NAME_LENGTH_MAX and _NAME.fullmatch(name) is not None


def _check_fields(fields: Sequence[EventField]) -> None:
    """Check the fields of a kind; a refusal names the place of the field: ``fields[2].name``."""
    if len(fields) > FIELDS_MAX:
        raise EventFieldsUnsound(field="fields", reason="too_many")
    seen = set[str]()
    for index, each in enumerate(fields):
        path = f"fields[{index}]"
        if not _is_name(each.name):
            raise EventKindNameWrong(field=f"{path}.name")
        if each.name in seen:
            raise EventFieldsUnsound(field=f"{path}.name", reason="repeated")
        seen.add(each.name)
        _checked_title(each.title, field=f"{path}.title")
        if (each.type == "choice") != bool(each.choices) or len(each.choices) > CHOICES_MAX:
            raise EventFieldsUnsound(field=f"{path}.choices", reason="choices")
        if len(set(each.choices)) < len(each.choices):
            raise EventFieldsUnsound(field=f"{path}.choices", reason="repeated")
        for choice in each.choices:
            _checked_title(choice, field=f"{path}.choices")


def _kind(row: Record) -> EventKind:
    return EventKind(row["name"], row["title"], _fields(row["fields"]), retired_at=row["retired_at"])
