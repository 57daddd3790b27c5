"""Notices and answers, written in the transaction that decides them: to a member where they are, to a chat."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from plushka.domain.members.channels import Address
from plushka.domain.messages.contents import Content
from plushka.domain.messages.model import USEFUL_FOR, Channel
from plushka.platform.database import Tx
from plushka.platform.i18n import Language
from plushka.platform.ids import new_id

KEPT_FOR = timedelta(days=180)
CHANNEL = "plushka_outgoing"
"""Where it is said (``platform.bell``) that a business has something to send."""

_encode = msgspec.json.Encoder().encode


class Notice(Struct, frozen=True):
    """Something to tell a member, once however often it is decided: ``key`` says what it is about."""

    member_id: UUID
    key: str
    content: Content


async def tell_members(tx: Tx, notices: Sequence[Notice]) -> int:
    """Leave notices for those members who can be written to; return how many.

    At the account that they used last, of the messenger that they prefer where they have one.

    One statement, so that a purchase is not kept waiting: who has no account costs a look into an index.
    """
    if not notices:
        return 0
    rows = await tx.fetch(
        """
        -- messages.tell_members
        insert into outgoing
            (tenant_id, id, key, channel, address, member_id, language, content, not_before, useful_until, created_at)
        select $1, notice.id, notice.key, a.messenger, a.external_id, notice.member_id, a.language,
               notice.content, $2, $7, $2
        from unnest($3::uuid[], $4::uuid[], $5::text[], $6::jsonb[]) as notice (id, member_id, key, content)
        cross join lateral (
            select messenger, external_id, language from channel_addresses
            where tenant_id = $1 and member_id = notice.member_id and state = 'open'
            order by messenger = (
                select coalesce(preferred_channel, '') from members where tenant_id = $1 and id = notice.member_id
            ) desc, seen_at desc, messenger, external_id
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
        tx.at + USEFUL_FOR,
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
            (tenant_id, id, key, channel, address, member_id, language, content, not_before, useful_until, created_at)
        select $1, id, key, $2, $3, $4, $5, content, $6, $10, $6
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
        tx.at + USEFUL_FOR,
    )


async def write_to_staff(
    tx: Tx, channel: Channel, address: str, content: Content, *, language: Language, key: str
) -> None:
    """Leave a message for somebody who works here, by mail or in a chat; ``key`` as of a ``Notice``."""
    await tx.execute(
        """
        -- messages.write_to_staff
        insert into outgoing
            (tenant_id, id, key, channel, address, language, content, not_before, useful_until, created_at)
        values ($1, $2, $3, $9, $4, $5, $6, $7, $8, $7)
        on conflict (tenant_id, key) do nothing
        """,
        tx.tenant_id,
        new_id(),
        key,
        address,
        language,
        _encode(content).decode(),
        tx.at,
        tx.at + USEFUL_FOR,
        channel,
    )


async def forget(tx: Tx, member_id: UUID) -> None:
    """Delete what was ever written to a member, sent or not: their data are destroyed."""
    await tx.execute(
        """
        -- messages.forget
        delete from outgoing where tenant_id = $1 and (
            member_id in (select id from members where tenant_id = $1 and $2 in (id, merged_into))
            or (channel, address) in (
                select messenger, external_id from channel_addresses where tenant_id = $1 and member_id = $2
            )
        )
        """,
        tx.tenant_id,
        member_id,
    )


async def count_waiting(tx: Tx, channel: Channel) -> int:
    """Return how many messages wait to be sent or are on their way."""
    count: int = await tx.fetchval(
        """
        -- messages.count_waiting
        select count(*) from outgoing
        where tenant_id = $1 and channel = $2 and state in ('waiting', 'sending')
        """,
        tx.tenant_id,
        channel,
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
