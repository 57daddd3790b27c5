"""Chats of those who work here: bound by a code that their own page gives out, and written to by the business's bot."""

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from plushka.domain.audit import operations as audit
from plushka.domain.bots.links import start_link
from plushka.domain.bots.model import UnknownBot
from plushka.domain.bots.talk import STAFF
from plushka.domain.members.channels import Address, Messenger
from plushka.domain.staff.queries import get_staff
from plushka.domain.staff.tokens import digest
from plushka.platform.database import Tx

CODE_BYTES = 24
GOOD_FOR = timedelta(minutes=15)


class StaffChat(Struct, frozen=True):
    """Where somebody who works here is written to; ``name`` is what the messenger calls them."""

    staff_id: UUID
    messenger: Messenger
    external_id: str
    name: str
    bound_at: datetime


async def ask_for_chat(tx: Tx, staff_id: UUID, messenger: Messenger) -> str:
    """Return a link that opens the bot and binds that chat, once, within ``GOOD_FOR``; an earlier one is good no more.

    :raises UnknownBot: the business has no bot there
    """
    username = (await list_messengers(tx)).get(messenger)
    if username is None:
        raise UnknownBot
    start = f"{STAFF}{secrets.token_urlsafe(CODE_BYTES)}"
    await tx.execute(
        """
        -- bots.ask_for_chat
        insert into staff_chat_codes (tenant_id, staff_id, code_hash, expires_at) values ($1, $2, $3, $4)
        on conflict (tenant_id, staff_id) do update
        set code_hash = excluded.code_hash, expires_at = excluded.expires_at
        """,
        tx.tenant_id,
        staff_id,
        digest(start),
        tx.at + GOOD_FOR,
    )
    return start_link(messenger, username, start)


async def bind_chat(tx: Tx, start: str, address: Address, *, name: str) -> bool:
    """Let ``address`` be the chat of whom ``start`` was given out to; False: it is good no more.

    A person has one chat in a messenger, and a chat is one person's: what was bound before is not any more.
    """
    row = await tx.fetchrow(
        """
        -- bots.use_chat_code
        delete from staff_chat_codes where tenant_id = $1 and code_hash = $2
        returning staff_id, expires_at
        """,
        tx.tenant_id,
        digest(start),
    )
    if row is None or row["expires_at"] <= tx.at:
        return False
    person = await get_staff(tx, row["staff_id"])
    if person.dismissed_at is not None:
        return False
    await tx.execute(
        """
        -- bots.take_chat_over
        delete from staff_chats where tenant_id = $1 and messenger = $2 and external_id = $3 and staff_id <> $4
        """,
        tx.tenant_id,
        address.messenger,
        address.external_id,
        person.id,
    )
    await tx.execute(
        """
        -- bots.bind_chat
        insert into staff_chats (tenant_id, staff_id, messenger, external_id, name, bound_at)
        values ($1, $2, $3, $4, $5, $6)
        on conflict (tenant_id, staff_id, messenger) do update
        set external_id = excluded.external_id, name = excluded.name, bound_at = excluded.bound_at
        """,
        tx.tenant_id,
        person.id,
        address.messenger,
        address.external_id,
        name,
        tx.at,
    )
    await audit.record(
        tx,
        action="staff.bind_chat",
        subject=f"staff:{person.id}",
        name=person.name,
        messenger=address.messenger,
    )
    return True


async def unbind_chat(tx: Tx, staff_id: UUID, messenger: Messenger) -> None:
    """Write to somebody in a messenger no more; safe to repeat."""
    gone = await tx.fetchval(
        """
        -- bots.unbind_chat
        delete from staff_chats where tenant_id = $1 and staff_id = $2 and messenger = $3
        returning true
        """,
        tx.tenant_id,
        staff_id,
        messenger,
    )
    if gone:
        person = await get_staff(tx, staff_id)
        await audit.record(
            tx,
            action="staff.unbind_chat",
            subject=f"staff:{staff_id}",
            name=person.name,
            messenger=messenger,
        )


async def list_chats(tx: Tx, staff_ids: Collection[UUID]) -> Mapping[UUID, tuple[StaffChat, ...]]:
    """Return the chats of these people in messengers where the business has a bot now; who has none is left out."""
    rows = await tx.fetch(
        """
        -- bots.list_staff_chats
        select c.staff_id, c.messenger, c.external_id, c.name, c.bound_at
        from staff_chats c
        join bots b on b.tenant_id = $1 and b.messenger = c.messenger and b.disconnected_at is null
        where c.tenant_id = $1 and c.staff_id = any($2::uuid[])
        order by c.messenger
        """,
        tx.tenant_id,
        list(staff_ids),
    )
    chats: dict[UUID, tuple[StaffChat, ...]] = {}
    for chat in (StaffChat(**row) for row in rows):
        chats[chat.staff_id] = (*chats.get(chat.staff_id, ()), chat)
    return chats


async def list_messengers(tx: Tx) -> Mapping[Messenger, str]:
    """Return where the business has a bot, and what stands in links to it."""
    rows = await tx.fetch(
        """
        -- bots.list_messengers
        select messenger, username from bots where tenant_id = $1 and disconnected_at is null order by messenger
        """,
        tx.tenant_id,
    )
    return {row["messenger"]: row["username"] for row in rows}
