"""Hashing passwords, off the event loop: argon2 is slow on purpose."""

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from plushka.domain.staff.model import (
    PASSWORD_LENGTH_MAX,
    PASSWORD_LENGTH_MIN,
    PasswordTooLong,
    PasswordTooShort,
)

_hasher = PasswordHasher()


async def hash_password(password: str) -> str:
    """Return the argon2 hash to store.

    :raises Invalid: when the password is too short or too long
    """
    if len(password) < PASSWORD_LENGTH_MIN:
        raise PasswordTooShort(field="password", length_min=PASSWORD_LENGTH_MIN)
    if len(password) > PASSWORD_LENGTH_MAX:
        raise PasswordTooLong(field="password", length_max=PASSWORD_LENGTH_MAX)
    return await asyncio.to_thread(_hasher.hash, password)


async def password_fits(password_hash: str | None, password: str) -> bool:
    """Tell whether the password is the hashed one.

    Without a hash (no such account) the same work is done, so that time does not tell who has an account.
    """
    return await asyncio.to_thread(_verify, password_hash, password[:PASSWORD_LENGTH_MAX])


def _verify(password_hash: str | None, password: str) -> bool:
    try:
        _hasher.verify(password_hash or _hash_of_nobody(), password)
    except VerifyMismatchError:
        return False
    return password_hash is not None


@cache
def _hash_of_nobody() -> str:
    return _hasher.hash("nobody")
