"""By what a crowd can be written to, and what it was written."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from tests.domain.messages.recipients import connect_gateways, letter

from plushka.domain.messages.gateways.dead import note_dead
from plushka.domain.messages.gateways.model import Credentials, Server
from plushka.domain.messages.gateways.operations import connect_gateway, disconnect_gateway, draft
from plushka.domain.messages.gateways.queries import find_gateway
from plushka.domain.messages.letters import post
from plushka.domain.messages.push_devices import subscribe
from plushka.platform.database import Tx
from plushka.platform.vault import Vault

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
VAULT = Vault(b"k" * 32)


async def reach(tx: Tx, members: Sequence[UUID], campaigns: Sequence[UUID], *, midnight: datetime) -> None:
    """Let addresses be dead, some of them given anew since; let browsers be subscribed, and letters have been sent."""
    for number in range(len(members)):
        reason = "давно" if number % 2 else "теперь"
        if number % 4 < 2:
            await note_dead(tx, "phone", f"+7999000{number:04}", reason=reason)
        elif number % 5 < 3:
            await note_dead(tx, "email", f"m{number}@example.org", reason=reason)
    await tx.execute(
        "update dead_addresses set died_at = $2 where tenant_id = $1 and reason = 'давно'",
        tx.tenant_id,
        midnight - 99 * DAY,
    )
    await connect_gateways(tx)
    await _subscribe(tx, members[::3], "прежний")
    await _subscribe(tx, members[2::4], "нынешний")
    await _write(tx, members, campaigns, midnight)


async def _subscribe(tx: Tx, members: Sequence[UUID], key: str) -> None:
    """Let pushes go by another gateway, and a browser of each of these members show them."""
    if (before := await find_gateway(tx, VAULT, "push")) is not None:
        await disconnect_gateway(tx, before)
    gateway = draft(
        "webpush",
        sender="anna@example.org",
        credentials=Credentials(secret="s"),
        server=Server(),
        per_second=10,
        at=tx.at,
        public_key=key,
    )
    await connect_gateway(tx, VAULT, gateway)
    for member in members:
        endpoint = f"https://push.example/{key}/{member}"
        await subscribe(tx, member, key=key, endpoint=endpoint, p256dh="p", auth="a", device="Chromium")


async def _write(tx: Tx, members: Sequence[UUID], campaigns: Sequence[UUID], midnight: datetime) -> None:
    """Send letters of the campaigns, at the edges of days; some of them have not arrived."""
    states = ("sent", "delivered", "sent", "unknown")
    for number, member in enumerate(members):
        for which, campaign in enumerate(campaigns):
            if (number + which) % 3 == 0:
                continue
            key = f"{campaign}:{number}"
            await post(
                tx, [letter(member, key, campaign_id=campaign, route=("inbox",), purpose="transactional")]
            )
            state, at = states[(number + which) % 4], midnight - DAY * (number % 9) - SECOND * (number % 2)
            await tx.execute(
                """
                update outgoing set state = $3, finished_at = $4::timestamptz,
                    delivered_at = case $3 when 'delivered' then $4::timestamptz end
                where tenant_id = $1 and key = $2
                """,
                tx.tenant_id,
                f"{key}:{member}",
                state,
                at,
            )
