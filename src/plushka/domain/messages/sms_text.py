"""How a text is counted in SMS: in parts, of one of two alphabets."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

Alphabet = Literal["gsm", "ucs2"]
PARTS_MAX = 10
"""More than this nobody reads, and no network promises to put together."""
_ALONE: Mapping[Alphabet, int] = MappingProxyType({"gsm": 160, "ucs2": 70})
_OF_SEVERAL: Mapping[Alphabet, int] = MappingProxyType({"gsm": 153, "ucs2": 67})
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWO = frozenset("\f^{}\\[~]|€")
"""Signs of the alphabet that take the room of two."""


def alphabet_of(text: str) -> Alphabet:
    """Return the alphabet that a text is sent in: one sign outside of GSM 03.38 makes all of it UCS-2."""
    return "gsm" if _GSM.union(_GSM_TWO).issuperset(text) else "ucs2"


def count_parts(text: str) -> int:
    """Return how many parts a text is sent in, and paid for; an empty one is sent in none.

    A sign of two units is not torn apart between two parts.
    """
    alphabet = alphabet_of(text)
    units = [_units_of(sign, alphabet) for sign in text]
    if sum(units) <= _ALONE[alphabet]:
        return 1 if text else 0
    parts, room = 1, _OF_SEVERAL[alphabet]
    for unit in units:
        if unit > room:
            parts, room = parts + 1, _OF_SEVERAL[alphabet]
        room -= unit
    return parts


def _units_of(sign: str, alphabet: Alphabet) -> int:
    if alphabet == "gsm":
        return 2 if sign in _GSM_TWO else 1
    return len(sign.encode("utf-16-be")) // 2
