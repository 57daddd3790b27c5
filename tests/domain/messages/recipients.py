"""Members who can be written to, and letters to them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from plushka.domain.members.channels import MESSENGERS, Address, bind_address
from plushka.domain.members.consents import note_consent
from plushka.domain.members.model import Identity
from plushka.domain.members.operations import enroll
from plushka.domain.messages.contents import Answered
from plushka.domain.messages.letters import Letter
from plushka.domain.messages.model import Channel
from plushka.platform.database import Tx

HELLO = Answered("Здравствуйте")


async def recipient(
    tx: Tx,
    number: int = 1,
    *,
    channels: Sequence[Channel] = ("telegram",),
    agrees: bool = True,
) -> UUID:
    """Enrol a member with a phone, and an address in each of the channels that need one."""
    identities = [Identity("phone", f"+7999{number:07}")]
    if "email" in channels:
        identities.append(Identity("email", f"m{number}@example.org"))
    member = await enroll(tx, name=f"М{number}", identities=identities)
    await connect_bots(tx)
    for channel in channels:
        if channel in ("telegram", "max", "vk"):
            await bind_address(tx, member.id, Address(channel, str(1000 + number)), language="ru")
    if agrees:
        await note_consent(tx, member.id, "marketing", is_given=True, source="till")
    return member.id


async def connect_bots(tx: Tx) -> None:
    """Let the business have a bot in each messenger."""
    for messenger in MESSENGERS:
        await tx.execute(
            """
            insert into bots
                (tenant_id, id, messenger, account_id, username, name, credentials, is_polled, connected_at,
                 connected_by)
            values ($1, gen_random_uuid(), $2, '777', 'anna_bot', 'Кофейня Анны', '', true, $3, 'test')
            on conflict do nothing
            """,
            tx.tenant_id,
            messenger,
            tx.at,
        )


async def connect_gateways(tx: Tx) -> None:
    """Let SMS and mail leave the business."""
    for kind, provider, host in (("sms", "smsru", ""), ("email", "smtp", "mail.example.org")):
        await tx.execute(
            """
            insert into gateways
                (tenant_id, id, kind, provider, sender, host, port, security, credentials, per_second, public_key,
                 connected_at, connected_by)
            values ($1, gen_random_uuid(), $2, $3, 'Anna', $4, length($4), 'tls', '', 10, '', $5, 'test')
            on conflict do nothing
            """,
            tx.tenant_id,
            kind,
            provider,
            host,
            tx.at,
        )


def letter(member_id: UUID, key: str = "k", **more: Any) -> Letter:
    """Return a letter that advertises by Telegram, if nothing else is said."""
    facts: dict[str, Any] = {"purpose": "marketing", "content": HELLO, "route": ("telegram",)}
    return Letter(member_id=member_id, key=f"{key}:{member_id}", **(facts | more))


async def state_of(tx: Tx, member_id: UUID) -> tuple[str, str]:
    """Return the state of the member's only letter, and why."""
    row = await tx.fetchrow("select state, failure from outgoing where member_id = $1", member_id)
    assert row is not None
    return row["state"], row["failure"]


async def waits_until(tx: Tx, member_id: UUID) -> datetime:
    """Return before when the member's only letter is not sent."""
    at: datetime = await tx.fetchval("select not_before from outgoing where member_id = $1", member_id)
    return at
