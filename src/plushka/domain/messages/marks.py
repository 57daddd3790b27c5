"""The mark that a letter bears outside, so that what comes back is known by it, and nobody makes one up.

It is the letter's id and a signature that only this business's key makes: letters and digits of one case, as servers of
mail change the case of what stands before an @.
"""

from base64 import b32decode, b32encode
from collections.abc import Sequence
from hmac import compare_digest
from uuid import UUID

from plushka.domain.messages.gateways.mailboxes import ReturnTo
from plushka.platform.database import Tx

SIGNATURE_BYTES = 8
_ID_BYTES = 16
MARK_LENGTH = 39
"""24 bytes in letters of five bits each."""
TAG = "+"


def mark_of(tx: Tx, letter_id: UUID) -> str:
    """Return the mark of a letter: the same whenever it is sent."""
    signature = tx.fingerprint(f"returned letter {letter_id}")[:SIGNATURE_BYTES]
    return b32encode(letter_id.bytes + signature).decode().rstrip("=").lower()


def find_marked(tx: Tx, marks: Sequence[str]) -> UUID | None:
    """Return the letter of the first mark that is one of this business's; None: none is."""
    for mark in marks:
        try:
            content = b32decode(mark.upper() + "=" * (-len(mark) % 8))
        except ValueError:
            continue
        if len(content) != _ID_BYTES + SIGNATURE_BYTES:
            continue
        letter_id = UUID(bytes=content[:_ID_BYTES])
        if compare_digest(mark_of(tx, letter_id), mark):
            return letter_id
    return None


def address_of_return(return_to: ReturnTo | None, mark: str) -> str:
    """Return whom a letter names as whom to return it to, with its mark where the server takes that (VERP).

    As ``returns+mark@shop.example``; empty: nobody but its sender.
    """
    if return_to is None:
        return ""
    name, _, domain = return_to.address.rpartition("@")
    return f"{name}{TAG}{mark}@{domain}" if return_to.is_tagged else return_to.address
