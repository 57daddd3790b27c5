"""Secrets at rest: what others trust us with (tokens of bots) is sealed before it goes into the database.

What must be recognised but never read again (whose data were destroyed) goes in as a fingerprint.

The key is not in the database: it is the operator's (``PLUSHKA_SECRET_KEY``), or a file in the data folder. A backup
of the database without it opens nothing, so it is to be kept beside the backups.
"""

import hmac
import os
import secrets
from base64 import b64decode, b64encode
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from plushka.platform import data_folder
from plushka.platform.errors import PermanentFailure
from plushka.platform.settings import Settings

KEY_BYTES = 32
NONCE_BYTES = 12
KEY_FILE = "secret.key"


class WrongKey(PermanentFailure):
    """What was sealed was sealed with another key, or for another place."""


class Vault:
    """Seals texts with one key (AES-256-GCM) and opens them again."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._fingerprint_key = hmac.digest(key, b"plushka fingerprints", "sha256")

    @classmethod
    def of(cls, settings: Settings) -> "Vault":
        """Return the installation's vault; its key file is made when it is first needed."""
        if settings.secret_key is not None:
            return cls(sha256(settings.secret_key.encode()).digest())
        return cls(_key_of(settings.data_folder))

    def seal(self, text: str, *, place: str) -> bytes:
        """Return ``text`` sealed: it opens in no other ``place``, so that a row cannot pass for another's."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, text.encode(), place.encode())

    def unseal(self, sealed: bytes, *, place: str) -> str:
        """Return what was sealed for this place.

        :raises WrongKey: it was sealed with another key or elsewhere
        """
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode()).decode()
        except InvalidTag as error:
            raise WrongKey("a secret of the database does not open with this key") from error

    def fingerprint(self, text: str) -> bytes:
        """Return 32 bytes by which ``text`` is known again, and cannot be found without the key."""
        return hmac.digest(self._fingerprint_key, text.encode(), "sha256")


def _key_of(folder: Path) -> bytes:
    path = folder / KEY_FILE
    if not path.exists():
        _make_key(path)
    return b64decode(path.read_text())


def _make_key(path: Path) -> None:
    """Make the key at once and for its owner's eyes only; of several processes the first one's stays."""
    data_folder.create(path.parent)
    new = path.with_suffix(f".{secrets.token_hex(4)}")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        path.hardlink_to(new)
    new.unlink()
