"""Set-ups under way: the first business's, behind a key that the operator was shown, and those of people signed in.

What was typed is kept as it was typed, so that nobody loses it by going back, by a refresh or by a restart.
A password is kept as its hash only.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from asyncpg import Record

from plushka.domain.founding.model import FoundedAlready, Setup
from plushka.domain.staff.tokens import digest, new_token
from plushka.platform.database import GlobalTx
from plushka.platform.ids import new_id


async def has_business(tx: GlobalTx) -> bool:
    """Tell whether any business was founded here."""
    return bool(
        await tx.fetchval(
            """
            -- founding.has_business
            select exists (select from businesses)
            """
        )
    )


async def show_key(tx: GlobalTx) -> str | None:
    """Return a new key to the set-up of the first business, None when there is one; earlier keys are void.

    What was typed under an earlier key stays.
    """
    if await has_business(tx):
        return None
    key = new_token()
    await tx.execute(
        """
        -- founding.show_key
        insert into setups (id, key_hash, draft, created_at) values ($1, $2, '{}', $3)
        on conflict (account_id) do update set key_hash = excluded.key_hash
        """,
        new_id(),
        digest(key),
        tx.at,
    )
    return key


async def find_first_setup(tx: GlobalTx, key: str) -> Setup | None:
    """Return the set-up of the first business, if ``key`` opens it and there is none yet."""
    return _setup(
        await tx.fetchrow(
            """
            -- founding.find_first_setup
            select id, draft, created_at from setups
            where account_id is null and key_hash = $1 and not exists (select from businesses)
            """,
            digest(key),
        )
    )


async def open_setup(tx: GlobalTx, account_id: UUID) -> Setup:
    """Return the set-up of another business by a person who is signed in: the one they left, or a new one."""
    row = await tx.fetchrow(
        """
        -- founding.open_setup
        insert into setups (id, account_id, draft, created_at) values ($1, $2, '{}', $3)
        on conflict (account_id) do update set account_id = excluded.account_id
        returning id, draft, created_at
        """,
        new_id(),
        account_id,
        tx.at,
    )
    setup = _setup(row)
    assert setup is not None  # noqa: S101 - returned by the insert or the update
    return setup


async def save_draft(tx: GlobalTx, setup_id: UUID, draft: Mapping[str, Any]) -> None:
    """Keep what was typed so far."""
    await tx.execute(
        """
        -- founding.save_draft
        update setups set draft = $2 where id = $1
        """,
        setup_id,
        msgspec.json.encode(draft).decode(),
    )


async def finish(tx: GlobalTx, setup_id: UUID) -> None:
    """End a set-up, in the transaction that founds its business and before it does; of two at once one is refused.

    :raises FoundedAlready: it was ended before, or it was the first business's and there is one
    """
    ended = await tx.fetchval(
        """
        -- founding.finish
        delete from setups
        where id = $1 and (account_id is not null or not exists (select from businesses))
        returning true
        """,
        setup_id,
    )
    if not ended:
        raise FoundedAlready


def _setup(row: Record | None) -> Setup | None:
    if row is None:
        return None
    return Setup(id=row["id"], draft=msgspec.json.decode(row["draft"]), created_at=row["created_at"])
