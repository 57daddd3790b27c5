"""Random secrets: session tokens, links and API keys.

They carry 256 random bits, so there is nothing to guess and a plain SHA-256 is a safe thing to store.
"""

import hashlib
import re
import secrets
from uuid import UUID

from msgspec import Struct

HINT_LENGTH = 4

_KEY = re.compile(r"plk_([0-9a-f]{32})_[A-Za-z0-9_-]{43}", re.ASCII)
_INVITATION = re.compile(r"([0-9a-f]{32})_[A-Za-z0-9_-]{43}", re.ASCII)


class PresentedKey(Struct, frozen=True):
    """A well-formed API key as it came: whose it claims to be, and what to look for."""

    tenant_id: UUID
    secret_hash: bytes


def new_token() -> str:
    """Return a token of a session, a step of signing in or a link."""
    return secrets.token_urlsafe(32)


def new_key(tenant_id: UUID) -> str:
    """Return an API key. It names its tenant, so that it is looked up among that tenant's rows."""
    return f"plk_{tenant_id.hex}_{secrets.token_urlsafe(32)}"


def new_invitation_token(tenant_id: UUID) -> str:
    """Return the secret of an invitation, which names its tenant as a key does."""
    return f"{tenant_id.hex}_{secrets.token_urlsafe(32)}"


def read_invitation_token(text: str) -> UUID | None:
    """Return the tenant that an invitation's secret names, None when it is not even of the form of one."""
    match = _INVITATION.fullmatch(text)
    return match and UUID(match[1])


def digest(secret: str) -> bytes:
    """Return what is stored of a secret."""
    return hashlib.sha256(secret.encode()).digest()


def read_key(text: str) -> PresentedKey | None:
    """Return the key as presented, None when it is not even of the form of one."""
    match = _KEY.fullmatch(text)
    return match and PresentedKey(tenant_id=UUID(match[1]), secret_hash=digest(text))
