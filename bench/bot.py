"""A bot of a measured business: without one connected nobody is reached by Telegram."""

from plushka.domain.bots.model import BotAccount, Credentials
from plushka.domain.bots.operations import connect_bot
from plushka.platform.database import Tx
from plushka.platform.vault import Vault


async def connect_telegram(tx: Tx) -> None:
    """Connect a bot that no process runs: letters are left for it, and none is sent."""
    account = BotAccount(account_id=str(tx.tenant_id), username="bench_bot", name="Bench")
    await connect_bot(
        tx,
        Vault(b"b" * 32),
        "telegram",
        account,
        credentials=Credentials(token="1:bench", secret="bench"),  # noqa: S106  of nobody
        is_polled=True,
    )
