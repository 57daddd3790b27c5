"""Codes that a member shows at a till: who they are, and that they agree to spend now (S19).

Only hashes are stored. Six digits could be guessed from their hash by whoever reads the database within the two
minutes that a code lives; what they could do with it needs a till's key besides.
"""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from msgspec import Struct

from plushka.platform.database import Tx
from plushka.platform.ids import new_id

TTL = timedelta(seconds=120)
LIVE_MAX = 5
"""Codes of one member at a time: what is on a screen stays good when another screen asks for one."""
DIGITS = 6
QR_PREFIX = "PLK1:"
"""What a QR begins with, so that a scanner can tell it from a card."""
_QR_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Capitals and digits: a QR packs two of them into eleven bits."""
_QR_LENGTH = 26
_DRAWS_MAX = 50


class CodesExhausted(Exception):
    """No free code was found: nearly all of the million are alive."""


class IssuedCode(Struct, frozen=True):
    """A code as it is shown: ``digits`` to tell, ``qr`` to scan; using one uses up both."""

    digits: str
    qr: str
    expires_at: datetime


async def issue_code(tx: Tx, member_id: UUID) -> IssuedCode:
    """Make a code for a member; it is unlike every other that lives in the business.

    :raises CodesExhausted: there is no room for another
    """
    await _make_room(tx, member_id)
    qr = QR_PREFIX + "".join(secrets.choice(_QR_ALPHABET) for _ in range(_QR_LENGTH))
    for _ in range(_DRAWS_MAX):
        digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        is_free = await tx.fetchval(
            """
            -- members.issue_code
            insert into member_codes (tenant_id, id, member_id, digits_hash, qr_hash, expires_at)
            values ($1, $2, $3, $4, $5, $6)
            on conflict (tenant_id, digits_hash) do nothing
            returning true
            """,
            tx.tenant_id,
            new_id(),
            member_id,
            hash_of(tx.tenant_id, digits),
            hash_of(tx.tenant_id, qr),
            tx.at + TTL,
        )
        if is_free:
            return IssuedCode(digits=digits, qr=qr, expires_at=tx.at + TTL)
    raise CodesExhausted


async def use_up(tx: Tx, shown: str) -> UUID | None:
    """Return whose live code ``shown`` is and use it up with all others of theirs; None if it is nobody's.

    Of two tills that ask with one code at the same moment one is told the member.
    """
    member_id = await tx.fetchval(
        """
        -- members.use_up: the code
        delete from member_codes
        where tenant_id = $1 and (digits_hash = $2 or qr_hash = $2) and expires_at > $3
        returning member_id
        """,
        tx.tenant_id,
        hash_of(tx.tenant_id, shown),
        tx.at,
    )
    if member_id is None:
        return None
    await forget_codes(tx, member_id)
    found: UUID = await tx.fetchval(
        """
        -- members.use_up: whose it is now
        select coalesce(merged_into, id) from members where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        member_id,
    )
    return found


async def forget_codes(tx: Tx, member_id: UUID) -> None:
    """Let no code of a member be worth anything from now on."""
    await tx.execute(
        """
        -- members.forget_codes
        delete from member_codes where tenant_id = $1 and member_id = $2
        """,
        tx.tenant_id,
        member_id,
    )


def hash_of(tenant_id: UUID, shown: str) -> bytes:
    """Return what is stored of a code: its hash in this business."""
    return sha256(tenant_id.bytes + shown.encode()).digest()


def as_shown(typed: str) -> str:
    """Return a code as it was issued, however it was typed: spaces and dashes between digits are dropped."""
    bare = "".join(typed.split())
    return bare.upper() if bare.upper().startswith(QR_PREFIX) else bare.replace("-", "")


async def _make_room(tx: Tx, member_id: UUID) -> None:
    """Forget what has run out in the business, and the member's oldest codes but ``LIVE_MAX - 1``."""
    await tx.execute(
        """
        -- members.issue_code: make room
        delete from member_codes
        where tenant_id = $1 and (expires_at <= $3 or id in (
            select id from member_codes where tenant_id = $1 and member_id = $2 order by id desc offset $4
        ))
        """,
        tx.tenant_id,
        member_id,
        tx.at,
        LIVE_MAX - 1,
    )
