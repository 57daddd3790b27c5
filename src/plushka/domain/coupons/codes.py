"""How codes are written, compared and made."""

import secrets
from collections.abc import Iterator
from itertools import islice
from urllib.parse import unquote

from plushka.domain.coupons.model import CODE_LENGTH_MAX, CodeInvalid, PatternTooNarrow

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""No I, L, O, 0 and 1: they are taken for one another."""
BLANK = "#"
"""What stands in a pattern for a character to be drawn."""
DENSITY = 100
"""Of so many codes that a pattern can make one is used: guessing is no way to a discount."""
OWN_CODE_LENGTH = 8
"""31 ** 8 codes: nobody guesses one, and two that are drawn are never alike."""

LINK = "/codes/"
"""What stands before a code in the address that its QR holds."""


def key_of(typed: str) -> str:
    """Return what a code is compared by: capitals, without spaces and dashes. Of an address of a QR: its code.

    :raises CodeInvalid: it is empty, too long, or has other characters than letters and digits
    """
    _, link, code = typed.rpartition(LINK)
    typed = unquote(code) if link else typed
    key = "".join(typed.split()).replace("-", "").upper()
    if not 0 < len(key) <= CODE_LENGTH_MAX or not key.isalnum():
        raise CodeInvalid(field="code")
    return key


def find_key(typed: str) -> str | None:
    """Return what a code is compared by; None for what is no code."""
    try:
        return key_of(typed)
    except CodeInvalid:
        return None


def draw_own_code() -> str:
    """Return a code for one member, of a coupon or a gift, as it is compared."""
    return "".join(secrets.choice(ALPHABET) for _ in range(OWN_CODE_LENGTH))


def in_halves(code: str) -> str:
    """Return such a code as people read it: two halves with a dash between."""
    half = len(code) // 2
    return f"{code[:half]}-{code[half:]}"


def draw_codes(pattern: str, count: int, *, alphabet: str = ALPHABET) -> Iterator[str]:
    """Yield ``count`` codes of a pattern such as ``SPRING-####-####``, all different.

    :raises PatternTooNarrow: it has no room for so many
    :raises CodeInvalid: it has characters that a code cannot have
    """
    key_of(pattern.replace(BLANK, "A"))
    blanks = pattern.count(BLANK)
    if len(alphabet) ** blanks < count * DENSITY:
        raise PatternTooNarrow(field="pattern")
    return islice(_distinct(pattern, blanks, alphabet), count)


def _distinct(pattern: str, blanks: int, alphabet: str) -> Iterator[str]:
    seen: set[int] = set()
    parts = pattern.split(BLANK)
    room = len(alphabet) ** blanks
    while True:
        number = secrets.randbelow(room)
        if number in seen:
            continue
        seen.add(number)
        drawn = []
        for _ in range(blanks):
            number, index = divmod(number, len(alphabet))
            drawn.append(alphabet[index])
        yield parts[0] + "".join(map("".join, zip(drawn, parts[1:], strict=True)))
