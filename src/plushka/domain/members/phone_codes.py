"""Proving a phone by a code that is sent to it.

Whether the phone is a member's is never told before the code is right. Only hashes are stored; six digits could be
guessed from theirs by whoever reads the database within the five minutes that a code lives.
"""

import secrets
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from msgspec import Struct

from plushka.domain.staff.tokens import digest, new_token
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

DIGITS = 6
TTL = timedelta(minutes=5)
PROOF_TTL = timedelta(minutes=15)
"""How long a right code lets its owner do what it was asked for."""
TRIES_MAX = 5
WINDOW = timedelta(minutes=15)
CODES_OF_PHONE_MAX = 3
CODES_OF_NETWORK_MAX = 30
"""Of a mobile operator thousands share an address, so this is against scripts, not against people."""
CODES_OF_PHONE_A_DAY_MAX = 10
DAY = timedelta(days=1)


class SentCode(Struct, frozen=True):
    """A code to be sent: whoever brings ``token`` back with the ``digits`` has the phone."""

    token: str
    phone: str
    digits: str


class CodesTooMany(Struct, frozen=True):
    """Too many codes were asked for; the next one may be after ``wait``."""

    wait: timedelta


class Proof(Struct, frozen=True):
    """Whoever brings ``token`` has ``phone``, in E.164."""

    token: str
    phone: str


class WrongDigits(Struct, frozen=True):
    """Not these; so many tries are left."""

    tries_left: int


class CodeOver(Struct, frozen=True):
    """The code has run out, was used, or was tried too often."""


async def make_code(tx: Tx, phone: str, *, network: str) -> SentCode | CodesTooMany:
    """Make a code for a phone (E.164), unless its phone or the ``network`` of who asks has had too many lately.

    Requests for one phone or from one network come one after another until ``tx`` ends.
    """
    await tx.execute(
        """
        -- members.make_code: lock
        select pg_advisory_xact_lock(key) from unnest($1::bigint[]) as key
        """,
        sorted(_lock_key(tx.tenant_id, text) for text in (f"phone {phone}", f"network {network}")),
    )
    full_since = await tx.fetchval(
        """
        -- members.make_code: too many
        select greatest(
            (select created_at + $4::interval from phone_codes
             where tenant_id = $1 and phone = $2 and created_at > $5::timestamptz - $4::interval
             order by created_at desc offset $6 limit 1),
            (select created_at + $7::interval from phone_codes
             where tenant_id = $1 and phone = $2 and created_at > $5::timestamptz - $7::interval
             order by created_at desc offset $8 limit 1),
            (select created_at + $4::interval from phone_codes
             where tenant_id = $1 and network = $3 and created_at > $5::timestamptz - $4::interval
             order by created_at desc offset $9 limit 1)
        )
        """,
        tx.tenant_id,
        phone,
        network,
        WINDOW,
        tx.at,
        CODES_OF_PHONE_MAX - 1,
        DAY,
        CODES_OF_PHONE_A_DAY_MAX - 1,
        CODES_OF_NETWORK_MAX - 1,
    )
    if full_since is not None:
        return CodesTooMany(full_since - tx.at)
    code = SentCode(token=new_token(), phone=phone, digits=f"{secrets.randbelow(10**DIGITS):0{DIGITS}}")
    await tx.execute(
        """
        -- members.make_code
        insert into phone_codes (tenant_id, id, token_hash, phone, network, digits_hash, created_at, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        tx.tenant_id,
        new_id(),
        digest(code.token),
        phone,
        network,
        _hash_of(code.token, code.digits),
        tx.at,
        tx.at + TTL,
    )
    return code


async def take_code(tx: Tx, token: str, digits: str) -> Proof | WrongDigits | CodeOver:
    """Count a try of a code. What comes of it is a value: a wrong try must be kept, so the caller commits.

    Of two tries at the same moment both are counted; a code is right once.
    """
    row = await tx.fetchrow(
        """
        -- members.take_code: count
        update phone_codes set tries = tries + 1
        where tenant_id = $1 and token_hash = $2 and digits_hash is not null and expires_at > $3 and tries < $4
        returning phone, digits_hash, tries
        """,
        tx.tenant_id,
        digest(token),
        tx.at,
        TRIES_MAX,
    )
    if row is None:
        return CodeOver()
    if not secrets.compare_digest(row["digits_hash"], _hash_of(token, "".join(digits.split()))):
        left = TRIES_MAX - row["tries"]
        return WrongDigits(left) if left else CodeOver()
    await tx.execute(
        """
        -- members.take_code: proved
        update phone_codes set digits_hash = null, expires_at = $3 where tenant_id = $1 and token_hash = $2
        """,
        tx.tenant_id,
        digest(token),
        tx.at + PROOF_TTL,
    )
    return Proof(token, row["phone"])


async def prove(tx: Tx, phone: str, *, network: str) -> Proof:
    """Note a phone (E.164) that was proved in another way: a messenger has signed that it is theirs."""
    proof = Proof(new_token(), phone)
    await tx.execute(
        """
        -- members.prove
        insert into phone_codes (tenant_id, id, token_hash, phone, network, created_at, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        tx.tenant_id,
        new_id(),
        digest(proof.token),
        phone,
        network,
        tx.at,
        tx.at + PROOF_TTL,
    )
    return proof


async def find_waiting(tx: Tx, token: str) -> str | None:
    """Return the phone whose code may still be tried."""
    phone: str | None = await tx.fetchval(
        """
        -- members.find_waiting
        select phone from phone_codes
        where tenant_id = $1 and token_hash = $2 and digits_hash is not null and expires_at > $3 and tries < $4
        """,
        tx.tenant_id,
        digest(token),
        tx.at,
        TRIES_MAX,
    )
    return phone


async def find_proof(tx: Tx, token: str) -> Proof | None:
    """Return what was proved and not used yet; None: nothing, or too long ago."""
    phone = await tx.fetchval(
        """
        -- members.find_proof
        select phone from phone_codes
        where tenant_id = $1 and token_hash = $2 and digits_hash is null and expires_at > $3
        """,
        tx.tenant_id,
        digest(token),
        tx.at,
    )
    return None if phone is None else Proof(token, phone)


async def use_proof(tx: Tx, proof: Proof) -> bool:
    """Use a proof up; False: somebody did before. The row stays to be counted."""
    used = await tx.fetchval(
        """
        -- members.use_proof
        update phone_codes set expires_at = created_at
        where tenant_id = $1 and token_hash = $2 and digits_hash is null and expires_at > $3
        returning true
        """,
        tx.tenant_id,
        digest(proof.token),
        tx.at,
    )
    return used is not None


def _hash_of(token: str, digits: str) -> bytes:
    return sha256(f"{token} {digits}".encode()).digest()


def _lock_key(tenant_id: UUID, text: str) -> int:
    return int.from_bytes(digest(f"{tenant_id} {text}")[:8], signed=True)
