"""Messages written in the transaction that decides them, taken up one by one, and finished."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from plushka.domain.members.channels import Address, Messenger, mark_unreachable, rename_address
from plushka.domain.messages.contents import Content
from plushka.domain.messages.model import (
    ATTEMPTS_MAX,
    USEFUL_FOR,
    Failing,
    Moved,
    Outgoing,
    Refused,
    Result,
    Sent,
    Unreachable,
    Unsure,
    Wait,
)
from plushka.platform.database import Tx
from plushka.platform.i18n import Language
from plushka.platform.ids import new_id

KEPT_FOR = timedelta(days=180)
FAILURE_LENGTH_MAX = 500
TOO_LATE = "too late"
CHANNEL = "plushka_outgoing"
"""Where it is said (``platform.bell``) that a business has something to send."""

_encode = msgspec.json.Encoder().encode
_content = msgspec.json.Decoder(Content)


class Notice(Struct, frozen=True):
    """Something to tell a member, once however often it is decided: ``key`` says what it is about."""

    member_id: UUID
    key: str
    content: Content


async def tell_members(tx: Tx, notices: Sequence[Notice]) -> int:
    """Leave notices for those members who can be written to, at the account that they used last; return how many.

    One statement, so that a purchase is not kept waiting: who has no account costs a look into an index.
    """
    if not notices:
        return 0
    rows = await tx.fetch(
        """
        -- messages.tell_members
        insert into outgoing
            (tenant_id, id, key, messenger, external_id, member_id, language, content, created_at)
        select $1, notice.id, notice.key, a.messenger, a.external_id, notice.member_id, a.language,
               notice.content, $2
        from unnest($3::uuid[], $4::uuid[], $5::text[], $6::jsonb[]) as notice (id, member_id, key, content)
        cross join lateral (
            select messenger, external_id, language from channel_addresses
            where tenant_id = $1 and member_id = notice.member_id and state = 'open'
            order by seen_at desc, messenger, external_id
            limit 1
        ) as a
        on conflict (tenant_id, key) do nothing
        returning id
        """,
        tx.tenant_id,
        tx.at,
        [new_id() for _ in notices],
        [notice.member_id for notice in notices],
        [notice.key for notice in notices],
        [_encode(notice.content).decode() for notice in notices],
    )
    return len(rows)


async def say(
    tx: Tx,
    address: Address,
    contents: Sequence[Content],
    *,
    language: Language,
    key: str,
    member_id: UUID | None = None,
) -> None:
    """Leave ``contents`` for whoever is at ``address``, in this order; ``key`` as of a ``Notice``."""
    await tx.execute(
        """
        -- messages.say
        insert into outgoing
            (tenant_id, id, key, messenger, external_id, member_id, language, content, created_at)
        select $1, id, key, $2, $3, $4, $5, content, $6
        from unnest($7::uuid[], $8::text[], $9::jsonb[]) as said (id, key, content)
        on conflict (tenant_id, key) do nothing
        """,
        tx.tenant_id,
        address.messenger,
        address.external_id,
        member_id,
        language,
        tx.at,
        [new_id() for _ in contents],
        [f"{key}:{number}" for number, _ in enumerate(contents)],
        [_encode(content).decode() for content in contents],
    )


async def forget(tx: Tx, member_id: UUID) -> None:
    """Delete what was ever written to a member, sent or not: their data are destroyed."""
    await tx.execute(
        """
        -- messages.forget
        delete from outgoing where tenant_id = $1 and (
            member_id in (select id from members where tenant_id = $1 and $2 in (id, merged_into))
            or (messenger, external_id) in (
                select messenger, external_id from channel_addresses where tenant_id = $1 and member_id = $2
            )
        )
        """,
        tx.tenant_id,
        member_id,
    )


async def take_next(tx: Tx, messenger: Messenger, *, except_to: Collection[str] = ()) -> Outgoing | None:
    """Take up the oldest waiting message, passing over chats that have had enough for now.

    A messenger's bot of a business has one sender, so nobody else takes any meanwhile.
    """
    row = await tx.fetchrow(
        """
        -- messages.take_next
        update outgoing set state = 'sending', attempts = attempts + 1
        where tenant_id = $1 and id = (
            select id from outgoing
            where tenant_id = $1 and messenger = $2 and finished_at is null and state = 'waiting'
              and external_id <> all($3::text[])
            order by id
            limit 1
        )
        returning id, messenger, external_id, member_id, language, content::text, attempts, created_at
        """,
        tx.tenant_id,
        messenger,
        list(except_to),
    )
    if row is None:
        return None
    return Outgoing(
        id=row["id"],
        address=Address(row["messenger"], row["external_id"]),
        member_id=row["member_id"],
        language=row["language"],
        content=_content.decode(row["content"]),
        attempts=row["attempts"],
        created_at=row["created_at"],
    )


async def put_back_interrupted(tx: Tx, messenger: Messenger) -> int:
    """Let what a sender had taken up when it died wait again: one message at most, which may arrive twice."""
    rows = await tx.fetch(
        """
        -- messages.put_back_interrupted
        update outgoing set state = 'waiting'
        where tenant_id = $1 and messenger = $2 and finished_at is null and state = 'sending'
        returning id
        """,
        tx.tenant_id,
        messenger,
    )
    return len(rows)


def is_late(message: Outgoing, tx: Tx) -> bool:
    """Tell whether a message has lost its use."""
    return tx.at - message.created_at > USEFUL_FOR


async def finish(tx: Tx, message: Outgoing, result: Result) -> None:
    """Write down what became of a message that was taken up."""
    match result:
        case Sent():
            await _close(tx, message.id, "sent")
        case Unreachable(state):
            await mark_unreachable(tx, message.address, state)
            await _close(tx, message.id, "blocked")
        case Refused(reason):
            await _close(tx, message.id, "failed", reason)
        case Moved(external_id):
            await _redirect(tx, message.address, external_id)
            await _wait_again(tx, message.id, counts=True)
        case Wait():
            await _wait_again(tx, message.id, counts=False)
        case Failing(reason) | Unsure(reason):
            if message.attempts >= ATTEMPTS_MAX:
                await _close(tx, message.id, "failed", reason)
            else:
                await _wait_again(tx, message.id, counts=True)


async def count_waiting(tx: Tx, messenger: Messenger) -> int:
    """Return how many messages wait to be sent."""
    count: int = await tx.fetchval(
        """
        -- messages.count_waiting
        select count(*) from outgoing where tenant_id = $1 and messenger = $2 and finished_at is null
        """,
        tx.tenant_id,
        messenger,
    )
    return count


async def clear(tx: Tx) -> None:
    """Forget messages of long ago."""
    await tx.execute(
        """
        -- messages.clear
        delete from outgoing where tenant_id = $1 and finished_at < $2
        """,
        tx.tenant_id,
        tx.at - KEPT_FOR,
    )


async def _close(tx: Tx, message_id: UUID, state: str, failure: str = "") -> None:
    """Finish a message; the code that it may have told is not kept any longer than on the phone."""
    await tx.execute(
        """
        -- messages.close
        update outgoing
        set state = $3, failure = $4, finished_at = $5, content = content - '{digits,qr}'::text[]
        where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        message_id,
        state,
        failure[:FAILURE_LENGTH_MAX],
        tx.at,
    )


async def _wait_again(tx: Tx, message_id: UUID, *, counts: bool) -> None:
    await tx.execute(
        """
        -- messages.wait_again
        update outgoing set state = 'waiting', attempts = attempts - $3 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        message_id,
        0 if counts else 1,
    )


async def _redirect(tx: Tx, address: Address, external_id: str) -> None:
    """Send what waits for a chat, and all that comes, to where it has moved."""
    await tx.execute(
        """
        -- messages.redirect_waiting
        update outgoing set external_id = $4
        where tenant_id = $1 and messenger = $2 and external_id = $3 and finished_at is null
        """,
        tx.tenant_id,
        address.messenger,
        address.external_id,
        external_id,
    )
    await rename_address(tx, address, external_id)
