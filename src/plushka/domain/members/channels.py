"""Where members can be written to: their accounts in messengers."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.domain.audit import operations as audit
from plushka.platform.database import Tx
from plushka.platform.i18n import Language, marked

Messenger = Literal["telegram", "max", "vk"]
MESSENGERS: tuple[Messenger, ...] = ("telegram", "max", "vk")
MESSENGER_NAMES: Mapping[Messenger, str] = MappingProxyType(
    {"telegram": marked("Telegram"), "max": marked("MAX"), "vk": marked("VK")}
)
Channel = Literal[Messenger, "push", "email", "sms", "inbox"]
"""By what a member can be written to at all; ``inbox`` is the app's own."""
AddressState = Literal["open", "blocked", "gone"]
"""``blocked``: the person has stopped our bot; ``gone``: their account is no more."""


class Address(Struct, frozen=True):
    """An account in a messenger, as the messenger names it."""

    messenger: Messenger
    external_id: str


class ChannelAddress(Struct, frozen=True):
    """A member's account in a messenger, and the language in which they are spoken to there."""

    messenger: Messenger
    external_id: str
    member_id: UUID
    language: Language
    state: AddressState


async def bind_address(tx: Tx, member_id: UUID, address: Address, *, language: Language) -> None:
    """Let ``address`` be the member's, who can be written to there from now on.

    It was proved to be theirs: by a contact that the messenger vouches for, or by data that it has signed. Whoever
    had it before has it no more. Safe to repeat.
    """
    known = await find_address(tx, address)
    await tx.execute(
        """
        -- members.bind_address
        insert into channel_addresses
            (tenant_id, messenger, external_id, member_id, language, state, created_at, seen_at)
        values ($1, $2, $3, $4, $5, 'open', $6, $6)
        on conflict (tenant_id, messenger, external_id)
        do update set member_id = $4, language = $5, state = 'open', seen_at = $6
        """,
        tx.tenant_id,
        address.messenger,
        address.external_id,
        member_id,
        language,
        tx.at,
    )
    if known is None or known.member_id != member_id:
        await audit.record(
            tx, action="channel.bind", subject=f"member:{member_id}", messenger=address.messenger
        )


async def find_address(tx: Tx, address: Address) -> ChannelAddress | None:
    """Return whose an account is."""
    row = await tx.fetchrow(
        """
        -- members.find_address
        select messenger, external_id, member_id, language, state from channel_addresses
        where tenant_id = $1 and messenger = $2 and external_id = $3
        """,
        tx.tenant_id,
        address.messenger,
        address.external_id,
    )
    return None if row is None else ChannelAddress(**row)


async def list_addresses(tx: Tx, member_id: UUID) -> Sequence[ChannelAddress]:
    """Return a member's accounts, the one they used last first."""
    rows = await tx.fetch(
        """
        -- members.list_addresses
        select messenger, external_id, member_id, language, state from channel_addresses
        where tenant_id = $1 and member_id = $2
        order by seen_at desc, messenger, external_id
        """,
        tx.tenant_id,
        member_id,
    )
    return [ChannelAddress(**row) for row in rows]


async def list_reachable(tx: Tx, member_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return those of ``member_ids`` who can be written to."""
    rows = await tx.fetch(
        """
        -- members.list_reachable
        select distinct member_id from channel_addresses
        where tenant_id = $1 and member_id = any($2::uuid[]) and state = 'open'
        """,
        tx.tenant_id,
        list(member_ids),
    )
    return frozenset(row["member_id"] for row in rows)


async def note_seen(tx: Tx, address: Address) -> None:
    """Note that its person has written: it can be written to again, and is the one to prefer."""
    await tx.execute(
        """
        -- members.note_seen
        update channel_addresses set state = 'open', seen_at = $4
        where tenant_id = $1 and messenger = $2 and external_id = $3
        """,
        tx.tenant_id,
        address.messenger,
        address.external_id,
        tx.at,
    )


async def speak(tx: Tx, address: Address, language: Language) -> None:
    """Speak this language there from now on."""
    await tx.execute(
        """
        -- members.speak
        update channel_addresses set language = $4
        where tenant_id = $1 and messenger = $2 and external_id = $3
        """,
        tx.tenant_id,
        address.messenger,
        address.external_id,
        language,
    )


async def mark_unreachable(tx: Tx, address: Address, state: AddressState) -> None:
    """Note that nothing gets through any more, until the person writes again."""
    await tx.execute(
        """
        -- members.mark_unreachable
        update channel_addresses set state = $4
        where tenant_id = $1 and messenger = $2 and external_id = $3
        """,
        tx.tenant_id,
        address.messenger,
        address.external_id,
        state,
    )


async def rename_address(tx: Tx, address: Address, external_id: str) -> None:
    """Follow a chat to its new id, unless somebody is known by that already."""
    await tx.execute(
        """
        -- members.rename_address
        update channel_addresses set external_id = $4
        where tenant_id = $1 and messenger = $2 and external_id = $3 and not exists (
            select from channel_addresses where tenant_id = $1 and messenger = $2 and external_id = $4
        )
        """,
        tx.tenant_id,
        address.messenger,
        address.external_id,
        external_id,
    )


async def move_addresses(tx: Tx, source: UUID, target: UUID) -> tuple[Address, ...]:
    """Give a member all addresses of another, and return which these were."""
    rows = await tx.fetch(
        """
        -- members.move_addresses
        update channel_addresses set member_id = $3 where tenant_id = $1 and member_id = $2
        returning messenger, external_id
        """,
        tx.tenant_id,
        source,
        target,
    )
    return tuple(Address(**row) for row in rows)


async def return_addresses(tx: Tx, addresses: Sequence[Address], member_id: UUID) -> None:
    """Give addresses back to whom they were taken from."""
    await tx.execute(
        """
        -- members.return_addresses
        update channel_addresses set member_id = $2
        from unnest($3::text[], $4::text[]) as moved (messenger, external_id)
        where tenant_id = $1 and channel_addresses.messenger = moved.messenger
          and channel_addresses.external_id = moved.external_id
        """,
        tx.tenant_id,
        member_id,
        [address.messenger for address in addresses],
        [address.external_id for address in addresses],
    )
