"""Numbers of certificates: eleven random characters and one that checks them, in groups of four.

The alphabet has 23 characters, none like another on paper or on screen: no 0, 1, O, Q, D, I, L, U, V, and of 2 and Z,
5 and S, 6 and G, 8 and B the digit. As 23 is a prime, a weighted sum finds every single wrong character and every two
that changed places. 23^11 numbers are some 10^15: of a million certificates one guess in a thousand million hits one.
"""

import secrets

from plushka.domain.certificates.model import CertificateMistyped

ALPHABET = "23456789ACEFHJKMNPRTWXY"
LENGTH = 12
GROUP = 4
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_LOOK_ALIKES = str.maketrans("АСЕНКМРТХ", "ACEHKMPTX")
_DROPPED = str.maketrans("", "", " -–—\u00a0")


def new_number() -> str:
    """Return a number that nobody can guess."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return body + check_character(body)


def check_character(body: str) -> str:
    """Return what goes behind the first eleven characters."""
    return ALPHABET[-sum(_weighted(body)) * pow(LENGTH, -1, len(ALPHABET)) % len(ALPHABET)]


def read_number(typed: str, *, field: str) -> str:
    """Return a number as it is stored, however it was typed: groups, small letters and Cyrillic ones do not matter.

    :raises CertificateMistyped: nobody's number is written so
    """
    number = "".join(typed.split()).translate(_DROPPED).upper().translate(_LOOK_ALIKES)
    if len(number) != LENGTH or any(character not in _VALUE for character in number):
        raise CertificateMistyped(field=field)
    if sum(_weighted(number)) % len(ALPHABET):
        raise CertificateMistyped(field=field)
    return number


def shown(number: str) -> str:
    """Return a number in groups, as it is printed."""
    return "-".join(number[start : start + GROUP] for start in range(0, len(number), GROUP))


def _weighted(text: str) -> list[int]:
    return [place * _VALUE[character] for place, character in enumerate(text, start=1)]
