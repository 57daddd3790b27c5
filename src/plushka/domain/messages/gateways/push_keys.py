"""The pair of keys that a business's pushes are signed with (VAPID, RFC 8292)."""

from base64 import urlsafe_b64encode

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from msgspec import Struct


class PushKeys(Struct, frozen=True):
    """``private`` is PEM; ``public`` is what a browser subscribes with."""

    private: str
    public: str


def new_keys() -> PushKeys:
    """Return a new pair."""
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return PushKeys(private.decode(), urlsafe_b64encode(point).rstrip(b"=").decode())
