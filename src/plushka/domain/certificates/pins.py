"""PINs of certificates: four digits that are nowhere stored, not even hashed by themselves.

A hash of four digits is read by trying ten thousand. So a PIN is the keyed hash of a random salt: with the
installation's key it is the same each time (a card can be printed again), without it the database says nothing.
"""

import hmac
import secrets

from plushka.platform.database import Tx

DIGITS = 4
SALT_BYTES = 16


def new_salt() -> bytes:
    """Return what makes a PIN; another one makes another PIN, and the old one is good no more."""
    return secrets.token_bytes(SALT_BYTES)


def pin_of(tx: Tx, salt: bytes) -> str:
    """Return the PIN of a certificate of this business."""
    digest = tx.fingerprint(f"certificate pin {salt.hex()}")
    return f"{int.from_bytes(digest[:8]) % 10**DIGITS:0{DIGITS}}"


def is_right(tx: Tx, salt: bytes, typed: str | None) -> bool:
    """Tell whether a PIN is the certificate's, however it was typed."""
    bare = "".join((typed or "").split())
    return hmac.compare_digest(bare.encode(), pin_of(tx, salt).encode())
