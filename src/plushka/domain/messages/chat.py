"""What members and the business write to each other: one talk a member, answered in the office's inbox (F174, F220)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from plushka.domain.audit import operations as audit
from plushka.domain.members.model import TextMissing, TextTooLong
from plushka.domain.members.store import lock_member
from plushka.domain.messages.contents import Answered
from plushka.domain.messages.outgoing import Notice, tell_members
from plushka.platform.database import Tx
from plushka.platform.errors import Conflict
from plushka.platform.ids import new_id

BODY_LENGTH_MAX = 2000
UNANSWERED_MAX = 20
"""Messages of a member in a row: more is no talk."""


class ChatMessage(Struct, frozen=True):
    """``is_from_member`` or from ``actor`` of the business; ``seen_at``: when the other side first saw it."""

    id: UUID
    is_from_member: bool
    body: str
    actor: str
    at: datetime
    seen_at: datetime | None


class Chat(Struct, frozen=True):
    """A talk in the inbox with its latest message; ``unseen`` messages of the member wait."""

    member_id: UUID
    member_name: str
    last_id: UUID
    last_body: str
    last_at: datetime
    last_is_from_member: bool
    unseen: int


class Unanswered(Conflict):
    """The business has not answered the last ``messages_max`` messages."""

    code = "chat_unanswered"


async def write(tx: Tx, member_id: UUID, body: str) -> None:
    """Leave a message of a member for the business.

    :raises Unanswered: too many wait for an answer
    """
    body = _checked(body)
    await lock_member(tx, member_id)
    if await _unanswered(tx, member_id) >= UNANSWERED_MAX:
        raise Unanswered(field="body", messages_max=UNANSWERED_MAX)
    await _insert(tx, member_id, body, is_from_member=True)


async def answer(tx: Tx, member_id: UUID, body: str) -> None:
    """Answer a member: in the app, and in the messenger that they used last.

    :raises UnknownMember: the business has none of this id
    """
    body = _checked(body)
    await lock_member(tx, member_id)
    message_id = await _insert(tx, member_id, body, is_from_member=False)
    await tell_members(tx, [Notice(member_id, f"answer:{message_id}", Answered(body))])
    await audit.record(tx, action="chat.answer", subject=f"member:{member_id}")


async def list_messages(
    tx: Tx, member_id: UUID, *, before: UUID | None = None, limit: int = 50
) -> Sequence[ChatMessage]:
    """Return a talk, the latest first; what was written by who became part of the member is in it."""
    rows = await tx.fetch(
        """
        -- messages.list_messages
        select id, is_from_member, body, actor, at, seen_at
        from chat_messages
        where tenant_id = $1 and ($3::uuid is null or id < $3) and member_id in (
            select id from members where tenant_id = $1 and $2 in (id, merged_into)
        )
        order by id desc
        limit $4
        """,
        tx.tenant_id,
        member_id,
        before,
        limit,
    )
    return [ChatMessage(**row) for row in rows]


async def note_seen(tx: Tx, member_id: UUID, *, by_member: bool) -> None:
    """Note that one side has seen all that the other has written so far."""
    await tx.execute(
        """
        -- messages.note_seen
        update chat_messages set seen_at = $4
        where tenant_id = $1 and is_from_member <> $3 and seen_at is null and member_id in (
            select id from members where tenant_id = $1 and $2 in (id, merged_into)
        )
        """,
        tx.tenant_id,
        member_id,
        by_member,
        tx.at,
    )


async def count_unseen_answers(tx: Tx, member_id: UUID) -> int:
    """Return how many answers a member has not seen in the app."""
    unseen: int = await tx.fetchval(
        """
        -- messages.count_unseen_answers
        select count(*) from chat_messages
        where tenant_id = $1 and not is_from_member and seen_at is null and member_id in (
            select id from members where tenant_id = $1 and $2 in (id, merged_into)
        )
        """,
        tx.tenant_id,
        member_id,
    )
    return unseen


async def count_unseen_chats(tx: Tx) -> int:
    """Return in how many talks something waits for the business."""
    unseen: int = await tx.fetchval(
        """
        -- messages.count_unseen_chats
        select count(distinct member_id) from chat_messages
        where tenant_id = $1 and is_from_member and seen_at is null
        """,
        tx.tenant_id,
    )
    return unseen


async def list_chats(tx: Tx, *, before: UUID | None = None, limit: int = 50) -> Sequence[Chat]:
    """Return the talks, that of the latest message first; ``before`` is the ``last_id`` of the last one seen."""
    rows = await tx.fetch(
        """
        -- messages.list_chats
        with latest as (
            select coalesce(m.merged_into, m.id) as member_id, max(c.id::text)::uuid as last_id,
                   count(*) filter (where c.is_from_member and c.seen_at is null) as unseen
            from chat_messages c
            join members m on m.tenant_id = c.tenant_id and m.id = c.member_id
            where c.tenant_id = $1
            group by 1
        )
        select l.member_id, m.name as member_name, l.last_id, c.body as last_body, c.at as last_at,
               c.is_from_member as last_is_from_member, l.unseen
        from latest l
        join members m on m.tenant_id = $1 and m.id = l.member_id
        join chat_messages c on c.tenant_id = $1 and c.id = l.last_id
        where $2::uuid is null or l.last_id < $2
        order by l.last_id desc
        limit $3
        """,
        tx.tenant_id,
        before,
        limit,
    )
    return [Chat(**row) for row in rows]


async def forget_chat(tx: Tx, member_id: UUID) -> None:
    """Delete a talk: the member's data are destroyed."""
    await tx.execute(
        """
        -- messages.forget_chat
        delete from chat_messages where tenant_id = $1 and member_id in (
            select id from members where tenant_id = $1 and $2 in (id, merged_into)
        )
        """,
        tx.tenant_id,
        member_id,
    )


def _checked(body: str) -> str:
    body = body.strip()
    if not body:
        raise TextMissing(field="body")
    if len(body) > BODY_LENGTH_MAX:
        raise TextTooLong(field="body", length_max=BODY_LENGTH_MAX)
    return body


async def _unanswered(tx: Tx, member_id: UUID) -> int:
    count = 0
    for message in await list_messages(tx, member_id, limit=UNANSWERED_MAX):
        if not message.is_from_member:
            break
        count += 1
    return count


async def _insert(tx: Tx, member_id: UUID, body: str, *, is_from_member: bool) -> UUID:
    message_id = new_id()
    await tx.execute(
        """
        -- messages.insert_chat_message
        insert into chat_messages (tenant_id, id, member_id, is_from_member, body, actor, at)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        tx.tenant_id,
        message_id,
        member_id,
        is_from_member,
        body,
        tx.actor,
        tx.at,
    )
    return message_id
