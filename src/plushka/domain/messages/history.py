"""What a member was written: all of it for staff, and what lies in the inbox of their app."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Literal
from uuid import UUID

import msgspec
from asyncpg import Record
from msgspec import Struct

from plushka.domain.messages.contents import Content
from plushka.domain.messages.model import Channel, Purpose, State
from plushka.platform.database import Tx
from plushka.platform.errors import NotFound

Fate = Literal["arrived", "waits", "failed"]
FATES: Mapping[Fate, tuple[State, ...]] = MappingProxyType(
    {
        "arrived": ("sent", "delivered"),
        "waits": ("waiting", "sending"),
        "failed": ("failed", "blocked", "skipped", "unknown"),
    }
)
"""What became of messages, in three words."""
_content = msgspec.json.Decoder(Content)
_OF_MEMBER = "select id from members where tenant_id = $1 and $2 in (id, merged_into)"


class Try(Struct, frozen=True):
    """A channel that was given up, and what came of it."""

    channel: Channel
    failure: str
    cost_minor: int
    at: datetime


class Written(Struct, frozen=True):
    """A message to a member; ``said`` is None until it is sent, and of notices, whose ``content`` tells what it says.

    ``failure`` is a ``Reason`` where it was skipped.
    """

    id: UUID
    channel: Channel
    purpose: Purpose
    campaign_id: UUID | None
    content: Content
    said: str | None
    state: State
    failure: str
    parts: int
    cost_minor: int
    created_at: datetime
    not_before: datetime
    finished_at: datetime | None
    delivered_at: datetime | None
    tries: tuple[Try, ...] = ()


class InboxLetter(Struct, frozen=True):
    """A letter in the app's inbox."""

    id: UUID
    said: str
    content: Content
    at: datetime
    is_read: bool
    advertises: bool


class UnknownLetter(NotFound):
    code = "letter_not_found"


async def list_written(
    tx: Tx,
    member_id: UUID,
    *,
    channel: Channel | None = None,
    purpose: Purpose | None = None,
    fate: Fate | None = None,
    before: UUID | None = None,
    limit: int,
) -> Sequence[Written]:
    """Return what a member was or will be written, and who became part of them, the latest first."""
    rows = await tx.fetch(
        f"""
        -- messages.list_written
        select id, channel, purpose, campaign_id, content::text, said, state, failure, parts, cost_minor, created_at,
               not_before, finished_at, delivered_at
        from outgoing
        where tenant_id = $1 and member_id in ({_OF_MEMBER}) and ($3::uuid is null or id < $3)
          and ($5::text is null or channel = $5) and ($6::text is null or purpose = $6)
          and ($7::text[] is null or state = any($7))
        order by id desc
        limit $4
        """,  # noqa: S608  a constant
        tx.tenant_id,
        member_id,
        before,
        limit,
        channel,
        purpose,
        None if fate is None else list(FATES[fate]),
    )
    tries = await tx.fetch(
        """
        -- messages.list_tries
        select outgoing_id, channel, failure, cost_minor, at from outgoing_tries
        where tenant_id = $1 and outgoing_id = any($2::uuid[])
        order by number
        """,
        tx.tenant_id,
        [row["id"] for row in rows],
    )
    return [
        _written_of(row, tuple(_try_of(one) for one in tries if one["outgoing_id"] == row["id"]))
        for row in rows
    ]


async def list_inbox(tx: Tx, member_id: UUID, *, limit: int) -> Sequence[InboxLetter]:
    """Return the letters in a member's inbox that they have not deleted, the latest first."""
    rows = await tx.fetch(
        f"""
        -- messages.list_inbox
        select id, said, content::text, finished_at, read_at is not null as is_read, purpose from outgoing
        where tenant_id = $1 and member_id in ({_OF_MEMBER}) and channel = 'inbox' and state = 'delivered'
          and hidden_at is null
        order by id desc
        limit $3
        """,  # noqa: S608  a constant
        tx.tenant_id,
        member_id,
        limit,
    )
    return [_letter_of(row) for row in rows]


async def count_unread(tx: Tx, member_id: UUID) -> int:
    """Return how many letters in a member's inbox they have not opened."""
    count: int = await tx.fetchval(
        f"""
        -- messages.count_unread
        select count(*) from outgoing
        where tenant_id = $1 and member_id in ({_OF_MEMBER}) and channel = 'inbox' and state = 'delivered'
          and hidden_at is null and read_at is null
        """,  # noqa: S608  a constant
        tx.tenant_id,
        member_id,
    )
    return count


async def open_letter(tx: Tx, member_id: UUID, letter_id: UUID) -> InboxLetter:
    """Return a letter of a member's inbox, which is read from now on.

    :raises UnknownLetter: the member has none of this id, or has deleted it
    """
    row = await tx.fetchrow(
        f"""
        -- messages.open_letter
        update outgoing set read_at = coalesce(read_at, $4)
        where tenant_id = $1 and member_id in ({_OF_MEMBER}) and id = $3 and channel = 'inbox'
          and state = 'delivered' and hidden_at is null
        returning id, said, content::text, finished_at, true as is_read, purpose
        """,  # noqa: S608  a constant
        tx.tenant_id,
        member_id,
        letter_id,
        tx.at,
    )
    if row is None:
        raise UnknownLetter
    return _letter_of(row)


async def hide_letter(tx: Tx, member_id: UUID, letter_id: UUID) -> None:
    """Take a letter out of a member's inbox; what the business wrote stays known to it. Safe to repeat."""
    await tx.execute(
        f"""
        -- messages.hide_letter
        update outgoing set hidden_at = coalesce(hidden_at, $4), read_at = coalesce(read_at, $4)
        where tenant_id = $1 and member_id in ({_OF_MEMBER}) and id = $3 and channel = 'inbox'
          and state = 'delivered'
        """,  # noqa: S608  a constant
        tx.tenant_id,
        member_id,
        letter_id,
        tx.at,
    )


def _written_of(row: Record, tries: tuple[Try, ...]) -> Written:
    facts = {name: value for name, value in row.items() if name != "content"}
    return Written(**facts, content=_content.decode(row["content"]), tries=tries)


def _try_of(row: Record) -> Try:
    return Try(row["channel"], row["failure"], row["cost_minor"], row["at"])


def _letter_of(row: Record) -> InboxLetter:
    return InboxLetter(
        id=row["id"],
        said=row["said"] or "",
        content=_content.decode(row["content"]),
        at=row["finished_at"],
        is_read=row["is_read"],
        advertises=row["purpose"] == "marketing",
    )
