"""Connecting a bot, noting how it does, disconnecting it."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from plushka.domain.audit import operations as audit
from plushka.domain.bots.model import (
    Bot,
    BotAccount,
    BotTaken,
    Credentials,
    Health,
    MessengerTaken,
)
from plushka.domain.bots.queries import find_bot, place_of
from plushka.domain.members.channels import Messenger
from plushka.platform.database import Tx
from plushka.platform.ids import new_id
from plushka.platform.vault import Vault

SECRET_BYTES = 32
PROBLEM_LENGTH_MAX = 500
UPDATES_KEPT_FOR = timedelta(days=7)
"""Messengers repeat themselves for a day at most."""


def new_secret() -> str:
    """Return what a messenger is to send with each call: letters, digits, ``-`` and ``_``."""
    return secrets.token_urlsafe(SECRET_BYTES)


async def connect_bot(
    tx: Tx,
    vault: Vault,
    messenger: Messenger,
    account: BotAccount,
    *,
    credentials: Credentials,
    is_polled: bool,
) -> Bot:
    """Connect a bot whose token the messenger has confirmed to be ``account``'s.

    :raises MessengerTaken: the business has one there already
    :raises BotTaken: another business has connected it
    """
    if await find_bot(tx, vault, messenger) is not None:
        raise MessengerTaken(field="token")
    bot = Bot(
        id=new_id(),
        messenger=messenger,
        account_id=account.account_id,
        username=account.username,
        name=account.name,
        credentials=credentials,
        is_polled=is_polled,
        cursor="",
        connected_at=tx.at,
        health=Health(),
    )
    await _claim(tx, bot)
    sealed = vault.seal(msgspec.json.encode(credentials).decode(), place=place_of(tx.tenant_id, bot.id))
    await tx.execute(
        """
        -- bots.connect_bot
        insert into bots
            (tenant_id, id, messenger, account_id, username, name, credentials, is_polled, connected_at, connected_by)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        tx.tenant_id,
        bot.id,
        messenger,
        account.account_id,
        account.username,
        account.name,
        sealed,
        is_polled,
        tx.at,
        tx.actor,
    )
    await audit.record(
        tx, action="bot.connect", subject=f"bot:{bot.id}", messenger=messenger, username=account.username
    )
    return bot


async def disconnect_bot(tx: Tx, bot: Bot) -> None:
    """Let go of a bot: nothing is sent by it any more, and its token is forgotten."""
    await tx.execute(
        """
        -- bots.disconnect_bot
        update bots set disconnected_at = $3, credentials = '' where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        bot.id,
        tx.at,
    )
    await tx.execute(
        """
        -- bots.release_account
        delete from bot_accounts where tenant_id = $1 and bot_id = $2
        """,
        tx.tenant_id,
        bot.id,
    )
    await audit.record(
        tx,
        action="bot.disconnect",
        subject=f"bot:{bot.id}",
        messenger=bot.messenger,
        username=bot.username,
    )


async def note_health(
    tx: Tx, bot_id: UUID, *, begun_at: datetime | None = None, pending_updates: int = 0, problem: str = ""
) -> None:
    """Note how a bot was found at ``tx.at``: no ``problem`` takes back the last one, but while it rests.

    What has come up since ``begun_at``, when it began to be looked at, is not taken back by that look.
    """
    await tx.execute(
        """
        -- bots.note_health
        update bots
        set checked_at = $3, pending_updates = $4,
            problem = case when $5 = '' and (rests_until > $3 or problem_at >= $6) then problem else $5 end,
            problem_at = case when $5 <> '' then $3 when rests_until > $3 or problem_at >= $6 then problem_at end
        where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        bot_id,
        tx.at,
        pending_updates,
        problem[:PROBLEM_LENGTH_MAX],
        begun_at,
    )


async def note_well(tx: Tx, bot_id: UUID) -> None:
    """Take back the last problem: something has gone out since, or staff have looked and found all well."""
    await tx.execute(
        """
        -- bots.note_well
        update bots set problem = '', problem_at = null where tenant_id = $1 and id = $2 and problem <> ''
        """,
        tx.tenant_id,
        bot_id,
    )


async def note_rest(tx: Tx, bot_id: UUID, until: datetime) -> None:
    """Note before when a bot is to send nothing, as its messenger wants it; the latest of several moments counts."""
    await tx.execute(
        """
        -- bots.note_rest
        update bots set rests_until = greatest(rests_until, $3) where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        bot_id,
        until,
    )


async def note_cursor(tx: Tx, bot_id: UUID, cursor: str) -> None:
    """Note where a bot is to go on asking for news: what it was told before was taken in."""
    await tx.execute(
        """
        -- bots.note_cursor
        update bots set cursor = $3 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        bot_id,
        cursor,
    )


async def clear_updates(tx: Tx) -> None:
    """Forget updates that no messenger will repeat any more."""
    await tx.execute(
        """
        -- bots.clear_updates
        delete from bot_updates where tenant_id = $1 and at < $2
        """,
        tx.tenant_id,
        tx.at - UPDATES_KEPT_FOR,
    )


async def _claim(tx: Tx, bot: Bot) -> None:
    """Keep the account from other businesses; of two at once the second waits for the first."""
    claimed = await tx.fetchval(
        """
        -- bots.claim_account
        insert into bot_accounts (messenger, account_id, tenant_id, bot_id) values ($1, $2, $3, $4)
        on conflict do nothing
        returning bot_id
        """,
        bot.messenger,
        bot.account_id,
        tx.tenant_id,
        bot.id,
    )
    if claimed is None:
        raise BotTaken(field="token")
