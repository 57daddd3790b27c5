"""Weighing and hashing passwords, off the event loop: argon2 is slow on purpose."""

import asyncio
from collections.abc import Sequence
from functools import cache
from threading import Lock

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from plushka.domain.staff.model import (
    PASSWORD_LENGTH_MAX,
    PASSWORD_LENGTH_MIN,
    PasswordTooEasy,
    PasswordTooLong,
    PasswordTooShort,
)

SCORE_MIN = 3
"""Of zxcvbn's 0 to 4: over 10^8 guesses, by dictionaries of passwords, names, words, dates and keyboard rows."""
WEIGHED_LENGTH = 72
"""What is longer is no easier than its beginning, and the estimate takes long over long texts."""

_hasher = PasswordHasher()
_weighing = Lock()


async def hash_password(password: str, *, about: Sequence[str] = ()) -> str:
    """Return the argon2 hash to store; ``about`` are words of its owner that a guesser would try first.

    :raises Invalid: when the password is too short, too long or too easy to guess
    """
    if len(password) < PASSWORD_LENGTH_MIN:
        raise PasswordTooShort(field="password", length_min=PASSWORD_LENGTH_MIN)
    if len(password) > PASSWORD_LENGTH_MAX:
        raise PasswordTooLong(field="password", length_max=PASSWORD_LENGTH_MAX)
    return await asyncio.to_thread(_weighed_hash, password, about)


async def hash_secret(secret: str) -> str:
    """Return the argon2 hash of a secret that is short by its nature, such as a PIN: who guesses it must be slowed."""
    return await asyncio.to_thread(_hasher.hash, secret)


async def password_fits(password_hash: str | None, password: str) -> bool:
    """Tell whether the password is the hashed one.

    Without a hash (no such account) the same work is done, so that time does not tell who has an account.
    """
    return await asyncio.to_thread(_verify, password_hash, password[:PASSWORD_LENGTH_MAX])


def about(email: str, name: str) -> tuple[str, ...]:
    """Return the words of a person that must not be their password."""
    return (email, *email.replace("@", ".").split("."), *name.split())


def _weighed_hash(password: str, about: Sequence[str]) -> str:
    from zxcvbn import zxcvbn

    # It keeps the words about the owner in a table that all its calls share.
    with _weighing:
        score = zxcvbn(password[:WEIGHED_LENGTH], user_inputs=list(about))["score"]
    if score < SCORE_MIN:
        raise PasswordTooEasy(field="password")
    return _hasher.hash(password)


def _verify(password_hash: str | None, password: str) -> bool:
    try:
        _hasher.verify(password_hash or _hash_of_nobody(), password)
    except VerifyMismatchError:
        return False
    return password_hash is not None


@cache
def _hash_of_nobody() -> str:
    return _hasher.hash("nobody")
