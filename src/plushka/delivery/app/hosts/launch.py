"""A launch of the app as a messenger has signed it."""

from datetime import datetime, timedelta
from hashlib import sha256

from msgspec import Struct

from plushka.platform.errors import Denied
from plushka.platform.i18n import Language

LAUNCH_TTL = timedelta(hours=1)
"""What was signed earlier opens nothing: it may have been copied from anywhere since."""
CLOCKS_DIFFER = timedelta(seconds=60)
SIGNED_LENGTH_MAX = 8000


class LaunchRefused(Denied):
    """The signature is not the messenger's for this business's bot, is too old, or was used before."""

    code = "launch_refused"


class Launch(Struct, frozen=True):
    """Who has opened the app: their id in the messenger, and what it tells of them.

    ``start`` is what the link carried that was followed. ``digest`` names the signed data: they open the app once.
    """

    external_id: str
    name: str
    language: Language | None
    start: str
    digest: bytes


class SharedPhone(Struct, frozen=True):
    """A phone as somebody has shared it: theirs only if it ``is_signed``. ``name`` is what they are called, if told."""

    phone: str
    name: str
    is_signed: bool


def digest_of(signature: str) -> bytes:
    """Return what is remembered of signed data: of their signature."""
    return sha256(signature.encode()).digest()


def check_age(signed_at: datetime, at: datetime, *, ttl: timedelta = LAUNCH_TTL) -> None:
    """Refuse what was signed too long ago, or will be.

    :raises LaunchRefused: it was
    """
    if not signed_at - CLOCKS_DIFFER <= at <= signed_at + ttl:
        raise LaunchRefused
