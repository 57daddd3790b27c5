"""Reads of bots; credentials are opened with the installation's vault."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from asyncpg import Record
from msgspec import Struct

from plushka.domain.bots.model import Bot, Credentials, Health, UnknownBot
from plushka.domain.members.channels import Messenger
from plushka.platform.database import GlobalTx, Tx
from plushka.platform.vault import Vault


class Posted(Struct, frozen=True):
    """Where a connected bot is found."""

    tenant_id: UUID
    bot_id: UUID


async def find_bot(tx: Tx, vault: Vault, messenger: Messenger) -> Bot | None:
    """Return the business's bot in a messenger, with its token opened; None: it has none.

    :raises WrongKey: the token was sealed with another key than the installation has now
    """
    row = await tx.fetchrow(f"-- bots.find_bot\n{_SELECT} and messenger = $2", tx.tenant_id, messenger)
    return None if row is None else _bot_of(row, vault, tx.tenant_id)


async def get_bot(tx: Tx, vault: Vault, bot_id: UUID) -> Bot:
    """Return a connected bot.

    :raises UnknownBot: there is none of this id, or it was disconnected
    :raises WrongKey: its token was sealed with another key
    """
    row = await tx.fetchrow(f"-- bots.get_bot\n{_SELECT} and id = $2", tx.tenant_id, bot_id)
    if row is None:
        raise UnknownBot
    return _bot_of(row, vault, tx.tenant_id)


async def list_bots(tx: Tx, vault: Vault) -> Sequence[Bot]:
    """Return the business's bots, one a messenger at most."""
    rows = await tx.fetch(f"-- bots.list_bots\n{_SELECT} order by id", tx.tenant_id)
    return [_bot_of(row, vault, tx.tenant_id) for row in rows]


async def get_rest(tx: Tx, bot_id: UUID) -> datetime | None:
    """Return before when a bot is to send nothing; None: that was never wanted."""
    until: datetime | None = await tx.fetchval(
        """
        -- bots.get_rest
        select rests_until from bots where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        bot_id,
    )
    return until


async def list_posted(tx: GlobalTx, messenger: Messenger) -> Sequence[Posted]:
    """Return where all bots of a messenger are, of every business."""
    rows = await tx.fetch(
        """
        -- bots.list_posted
        select tenant_id, bot_id from bot_accounts where messenger = $1 order by bot_id
        """,
        messenger,
    )
    return [Posted(**row) for row in rows]


def place_of(tenant_id: UUID, bot_id: UUID) -> str:
    """Return where a bot's credentials are sealed for."""
    return f"bots:{tenant_id}:{bot_id}"


def _bot_of(row: Record, vault: Vault, tenant_id: UUID) -> Bot:
    sealed = vault.unseal(row["credentials"], place=place_of(tenant_id, row["id"]))
    return Bot(
        id=row["id"],
        messenger=row["messenger"],
        account_id=row["account_id"],
        username=row["username"],
        name=row["name"],
        credentials=msgspec.json.decode(sealed, type=Credentials),
        is_polled=row["is_polled"],
        cursor=row["cursor"],
        connected_at=row["connected_at"],
        health=Health(
            checked_at=row["checked_at"],
            pending_updates=row["pending_updates"],
            problem=row["problem"],
            problem_at=row["problem_at"],
        ),
    )


_SELECT = """
    select id, messenger, account_id, username, name, credentials, is_polled, cursor, connected_at,
           checked_at, pending_updates, problem, problem_at
    from bots where tenant_id = $1 and disconnected_at is null
"""
