"""Data signed as Telegram does, and MAX after it (core.telegram.org/bots/webapps, dev.max.ru/docs/webapps/validation).

A query string whose ``hash`` is HMAC-SHA256 of its other pairs, decoded, sorted, a line each; the key is
HMAC-SHA256 of the bot's token under the key ``WebAppData``.
"""

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import TypeVar
from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct

from plushka.delivery.app.hosts.launch import (
    SIGNED_LENGTH_MAX,
    Launch,
    LaunchRefused,
    check_age,
    digest_of,
)
from plushka.platform.i18n import LANGUAGES

_SALT = b"WebAppData"
Kind = TypeVar("Kind")


class WebAppUser(Struct, frozen=True):
    """Who has opened the app, as far as we look; a name in two parts."""

    id: int
    first_name: str = ""
    last_name: str = ""
    language_code: str = ""


class Contact(Struct, frozen=True):
    """A phone that somebody shares; without ``user_id`` it is nobody's in the messenger."""

    phone_number: str
    user_id: int | None = None


def read_launch(signed: str, *, token: str, at: datetime) -> Launch:
    """Return who has opened the app of the bot with this ``token``.

    :raises LaunchRefused: the signature is not theirs, too old, or of the future
    """
    pairs = read_pairs(signed, token=token, at=at)
    user = _decoded(pairs.get("user", ""), WebAppUser)
    return Launch(
        external_id=str(user.id),
        name=f"{user.first_name} {user.last_name}".strip(),
        language=next((one for one in LANGUAGES if user.language_code.startswith(one)), None),
        start=pairs.get("start_param", ""),
        # By the hash, as the same pairs can be written in many ways.
        digest=digest_of(dict(parse_qsl(signed))["hash"]),
    )


def read_contact(signed: str, *, token: str, external_id: str, at: datetime) -> str:
    """Return the phone that ``external_id`` has shared of their own.

    :raises LaunchRefused: the signature is not right, or the phone is somebody else's
    """
    contact = _decoded(read_pairs(signed, token=token, at=at).get("contact", ""), Contact)
    if str(contact.user_id) != external_id:
        raise LaunchRefused
    return f"+{contact.phone_number.lstrip('+')}"


def read_pairs(signed: str, *, token: str, at: datetime) -> Mapping[str, str]:
    """Return the pairs of signed data that are right and fresh.

    :raises LaunchRefused: they are not
    """
    if len(signed) > SIGNED_LENGTH_MAX:
        raise LaunchRefused
    pairs = dict(parse_qsl(signed, keep_blank_values=True))
    given = pairs.pop("hash", "")
    if not hmac.compare_digest(given.encode(), hash_of(pairs, token).encode()):
        raise LaunchRefused
    try:
        signed_at = datetime.fromtimestamp(int(pairs.get("auth_date", "")), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise LaunchRefused from error
    check_age(signed_at, at)
    return pairs


def hash_of(pairs: Mapping[str, str], token: str) -> str:
    """Return the hash of pairs for the bot with this ``token``, in hexadecimal."""
    lines = "\n".join(f"{name}={value}" for name, value in sorted(pairs.items()))
    key = hmac.new(_SALT, token.encode(), sha256).digest()
    return hmac.new(key, lines.encode(), sha256).hexdigest()


def _decoded(text: str, kind: type[Kind]) -> Kind:
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.MsgspecError as error:
        raise LaunchRefused from error
