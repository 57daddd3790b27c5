"""The members whom a filter finds, page by page in any order, both ways."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct, structs

from plushka.domain.insights.members.conditions import MemberFilter, conditions
from plushka.domain.members.model import Identity, Source
from plushka.platform.database import Tx

PAGE_MAX = 1000
COUNT_MAX = 10_000
"""Further than this a page does not count: “more than 10,000”."""

Key = str | int | date | datetime


class MemberSort(StrEnum):
    """What a list may be ordered by."""

    ENROLLED = "enrolled"
    NAME = "name"
    AVAILABLE = "available"
    SEEN = "seen"
    SPEND = "spend"


class Order(Struct, frozen=True):
    """An order of members; those who are equal in it follow by their ids."""

    by: MemberSort = MemberSort.ENROLLED
    descending: bool = True


class Mark(Struct, frozen=True):
    """A place in an ordered list: that of the member ``id`` when they had the ``key``."""

    id: UUID
    key: Key


class MemberRow(Struct, frozen=True):
    """A member in a list: balances as last booked, sums of a life; who never bought has no ``last_purchase_on``."""

    id: UUID
    name: str
    birthday: date | None
    tags: tuple[str, ...]
    personal_discount_bp: int
    enrolled_at: datetime
    source: Source
    is_blocked: bool
    tier: str | None
    available: int
    pending: int
    debt: int
    purchases: int
    spend_minor: int
    last_purchase_on: date | None
    key: Key
    identities: tuple[Identity, ...] = ()

    @property
    def mark(self) -> Mark:
        return Mark(self.id, self.key)


class Page(Struct, frozen=True):
    """Rows in their order, and whether there are others on either side."""

    rows: tuple[MemberRow, ...]
    has_previous: bool
    has_next: bool


KEY_TYPES: dict[MemberSort, type] = {
    MemberSort.ENROLLED: datetime,
    MemberSort.NAME: str,
    MemberSort.AVAILABLE: int,
    MemberSort.SEEN: date,
    MemberSort.SPEND: int,
}
_KEYS = {
    MemberSort.ENROLLED: "m.enrolled_at",
    MemberSort.NAME: "m.name_key",
    MemberSort.AVAILABLE: "coalesce(w.available, 0)",
    # Who never bought stands before all who did. Python's first day is PostgreSQL's -infinity.
    MemberSort.SEEN: "coalesce(w.last_purchase_on, '-infinity')",
    MemberSort.SPEND: "coalesce(s.spend_minor, 0)",
}
_FROM = """
    from members m
    left join wallets w on w.tenant_id = $1 and w.member_id = m.id and w.program_id = $2
    left join standings s on s.tenant_id = $1 and s.member_id = m.id and s.program_id = $2
    where m.tenant_id = $1 and m.merged_into is null and m.erased_at is null
"""
_ROW = """
    m.id, m.name, m.birthday, m.tags, m.personal_discount_bp, m.enrolled_at, m.source,
    m.blocked_at is not null as is_blocked, s.tier, coalesce(w.available, 0) as available,
    coalesce(w.pending, 0) as pending, coalesce(w.debt, 0) as debt, coalesce(s.purchases, 0) as purchases,
    coalesce(s.spend_minor, 0) as spend_minor, w.last_purchase_on
"""
_KNOWN_AS = """(
    select json_agg(json_build_object('kind', kind, 'value', value) order by created_at, kind, value)::text
    from identities where tenant_id = $1 and member_id = found.id
) as identities
"""
_identities = msgspec.json.Decoder(tuple[Identity, ...])


async def list_found(
    tx: Tx,
    where: MemberFilter,
    *,
    program_id: UUID | None,
    country: str,
    order: Order,
    after: Mark | None = None,
    before: Mark | None = None,
    limit: int,
) -> Page:
    """Return a page of those whom ``where`` finds: behind ``after``, ahead of ``before``, or the first one.

    Wallets and standings are those of ``program_id``. A page is exact as of now: who has moved since ``after``
    was read is shown where they stand now, if that is on this page.
    """
    backwards = before is not None
    descending = order.descending != backwards
    direction, beyond = ("desc", "<") if descending else ("asc", ">")
    key = _KEYS[order.by]
    args: list[Any] = [tx.tenant_id, program_id]
    condition = conditions(where, country=country, args=args)
    if (mark := before or after) is not None:
        args += [mark.key, mark.id]
        condition += f" and ({key}, m.id) {beyond} (${len(args) - 1}, ${len(args)})"
    args.append(min(limit, PAGE_MAX) + 1)
    records = await tx.fetch(
        f"""
        -- insights.list_found_members
        with found as materialized (
            select {_ROW}, {key} as key
            {_FROM} {condition}
            order by key {direction}, m.id {direction}
            limit ${len(args)}
        )
        select found.*, {_KNOWN_AS}
        from found
        order by key {direction}, id {direction}
        """,  # noqa: S608  composed of the fixed parts above
        *args,
    )
    rows = [_row(record) for record in records[: min(limit, PAGE_MAX)]]
    has_more = len(records) > len(rows)
    if backwards:
        return Page(tuple(reversed(rows)), has_previous=has_more, has_next=True)
    return Page(tuple(rows), has_previous=after is not None, has_next=has_more)


async def list_rows(tx: Tx, member_ids: Sequence[UUID], *, program_id: UUID | None) -> list[MemberRow]:
    """Return those members in the order of their ids; who became part of another is left out."""
    records = await tx.fetch(
        f"""
        -- insights.list_member_rows
        with found as materialized (
            select {_ROW}, m.enrolled_at as key {_FROM} and m.id = any($3)
        )
        select found.*, {_KNOWN_AS}
        from found
        order by id
        """,  # noqa: S608  composed of the fixed parts above
        tx.tenant_id,
        program_id,
        member_ids,
    )
    return [_row(record) for record in records]


async def count_found(
    tx: Tx, where: MemberFilter, *, program_id: UUID | None, country: str, count_max: int | None = COUNT_MAX
) -> int:
    """Return how many ``where`` finds; one more than ``count_max`` when there are more than that."""
    args: list[Any] = [tx.tenant_id, program_id]
    condition = conditions(where, country=country, args=args)
    args.append(None if count_max is None else count_max + 1)
    count: int = await tx.fetchval(
        f"""
        -- insights.count_found_members
        select count(*) from (select {_FROM} {condition} limit ${len(args)}) as found
        """,  # noqa: S608  composed of the fixed parts above
        *args,
    )
    return count


async def list_found_ids(tx: Tx, where: MemberFilter, *, program_id: UUID | None, country: str) -> list[UUID]:
    """Return the ids of all whom ``where`` finds, in their own order."""
    args: list[Any] = [tx.tenant_id, program_id]
    condition = conditions(where, country=country, args=args)
    rows = await tx.fetch(
        f"""
        -- insights.list_found_member_ids
        select m.id {_FROM} {condition} order by m.id
        """,
        *args,
    )
    return [row["id"] for row in rows]


def _row(record: Any) -> MemberRow:
    values = dict(record)
    identities = _identities.decode(values.pop("identities") or "[]")
    row = MemberRow(**{**values, "tags": tuple(values["tags"])})
    return structs.replace(row, identities=identities)
