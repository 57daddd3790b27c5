"""Tills renamed, moved and put out of use, and the note of when a key was last used."""

from datetime import datetime
from uuid import UUID

from plushka.domain.audit.operations import record
from plushka.domain.businesses.names import check_name
from plushka.domain.businesses.queries import get_branch
from plushka.domain.staff.model import SEEN_EVERY, KeyHolder, TillRetired
from plushka.domain.staff.queries import get_till
from plushka.platform.database import Tx


async def change_till(tx: Tx, till_id: UUID, *, name: str, branch_id: UUID | None) -> None:
    """Rename a till or move it to another branch; without one it names the branch in each request.

    Receipts stay where they were made. Processes that know its key notice within ``keyring.TTL_SECONDS``.

    :raises UnknownTill: when the business has no such till
    :raises BranchNotFound: when it has no such branch
    :raises TillRetired: when the till is out of use
    :raises Invalid: when the name is missing or too long
    """
    check_name(name)
    before = await get_till(tx, till_id)
    if before.retired_at is not None:
        raise TillRetired
    await tx.execute(
        """
        -- tills.change_till
        update tills set name = $3, branch_id = $4 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        till_id,
        name,
        branch_id,
    )
    await record(
        tx,
        action="till.change",
        subject=f"till:{till_id}",
        name=name,
        changes={
            "name": (before.name, name),
            "branch": (await _branch_name(tx, before.branch_id), await _branch_name(tx, branch_id)),
        },
    )


async def lock_till(tx: Tx, till_id: UUID) -> None:
    """Let what is asked of one till come one after another until ``tx`` ends; nothing else waits for it."""
    await tx.execute(
        """
        -- tills.lock_till
        select from tills where tenant_id = $1 and id = $2 for no key update
        """,
        tx.tenant_id,
        till_id,
    )


async def retire_till(tx: Tx, till_id: UUID) -> None:
    """Put a till out of use for good: its keys are revoked, its receipts stay.

    :raises UnknownTill: when the business has no such till
    :raises TillRetired: when it is out of use already
    """
    till = await get_till(tx, till_id)
    retired = await tx.fetchval(
        """
        -- tills.retire_till
        update tills set retired_at = $3 where tenant_id = $1 and id = $2 and retired_at is null returning true
        """,
        tx.tenant_id,
        till_id,
        tx.at,
    )
    if not retired:
        raise TillRetired
    keys = await tx.fetch(
        """
        -- tills.retire_till
        update api_keys set revoked_at = $3
        where tenant_id = $1 and till_id = $2 and revoked_at is null
        returning id
        """,
        tx.tenant_id,
        till_id,
        tx.at,
    )
    await record(tx, action="till.retire", subject=f"till:{till_id}", name=till.name, keys=len(keys))


def is_used_long_ago(holder: KeyHolder, at: datetime) -> bool:
    """Tell whether it is time to note again that a key is in use."""
    return holder.used_at is None or at - holder.used_at >= SEEN_EVERY


async def note_key_use(tx: Tx, key_id: UUID) -> None:
    """Note that a key was used, at most once in ``SEEN_EVERY``, whichever process saw it."""
    await tx.execute(
        """
        -- tills.note_key_use
        update api_keys set used_at = $3
        where tenant_id = $1 and id = $2 and (used_at is null or used_at <= $4)
        """,
        tx.tenant_id,
        key_id,
        tx.at,
        tx.at - SEEN_EVERY,
    )


async def _branch_name(tx: Tx, branch_id: UUID | None) -> str | None:
    return None if branch_id is None else (await get_branch(tx, branch_id)).name
