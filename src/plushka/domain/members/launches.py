"""Launches of the app in messengers: each opens it once, and somebody new is remembered until they prove a phone."""

from datetime import timedelta

from plushka.domain.members.channels import Address
from plushka.domain.staff.tokens import digest, new_token
from plushka.platform.database import Tx

LAUNCH_KNOWN_FOR = timedelta(minutes=30)


async def note_launch(tx: Tx, address: Address, signature_digest: bytes) -> str | None:
    """Note a launch and return a token that names it; None: there was one with these signed data before."""
    token = new_token()
    is_new = await tx.fetchval(
        """
        -- members.note_launch
        insert into launches (tenant_id, digest, messenger, external_id, token_hash, at)
        values ($1, $2, $3, $4, $5, $6)
        on conflict (tenant_id, digest) do nothing
        returning true
        """,
        tx.tenant_id,
        signature_digest,
        address.messenger,
        address.external_id,
        digest(token),
        tx.at,
    )
    return token if is_new else None


async def find_launch(tx: Tx, token: str) -> Address | None:
    """Return whose launch of lately a token names."""
    row = await tx.fetchrow(
        """
        -- members.find_launch
        select messenger, external_id from launches where tenant_id = $1 and token_hash = $2 and at > $3
        """,
        tx.tenant_id,
        digest(token),
        tx.at - LAUNCH_KNOWN_FOR,
    )
    return None if row is None else Address(**row)
