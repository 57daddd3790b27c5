"""By what a crowd can be written to."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from tests.domain.messages.recipients import connect_bots, connect_gateways

from plushka.domain.messages.gateways.dead import note_dead
from plushka.domain.messages.gateways.model import Credentials, Server
from plushka.domain.messages.gateways.operations import connect_gateway, disconnect_gateway, draft
from plushka.domain.messages.gateways.queries import find_gateway
from plushka.domain.messages.push_devices import subscribe
from plushka.platform.database import Tx
from plushka.platform.vault import Vault

VAULT = Vault(b"k" * 32)


async def reach(tx: Tx, members: Sequence[UUID], *, midnight: datetime) -> None:
    """Let addresses be dead, some of them given anew since, and browsers be subscribed."""
    for number in range(len(members)):
        reason = "давно" if number % 2 else "теперь"
        if number % 4 < 2:
            await note_dead(tx, "phone", f"+7999000{number:04}", reason=reason)
        elif number % 5 < 3:
            await note_dead(tx, "email", f"m{number}@example.org", reason=reason)
    await tx.execute(
        "update dead_addresses set died_at = $2 where tenant_id = $1 and reason = 'давно'",
        tx.tenant_id,
        midnight - timedelta(days=99),
    )
    await connect_gateways(tx)
    await connect_bots(tx)
    await _subscribe(tx, members[::3], "прежний")
    await _subscribe(tx, members[2::4], "нынешний")


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
