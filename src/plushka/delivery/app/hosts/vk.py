"""Launch parameters of a VK mini app (dev.vk.com/mini-apps/development/launch-params-sign).

A query string whose ``sign`` is HMAC-SHA256, base64 for addresses without padding, of the pairs that begin with
``vk_``, sorted and encoded again; the key is the app's secret. A phone (VKWebAppGetPhoneNumber) has a ``sign`` of its
own, for which VK has published no example: one that is not right here proves nothing, and an SMS has to.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode

from plushka.delivery.app.hosts.launch import (
    SIGNED_LENGTH_MAX,
    Launch,
    LaunchRefused,
    SharedPhone,
    check_age,
    digest_of,
)
from plushka.domain.members.model import NAME_LENGTH_MAX
from plushka.platform.i18n import LANGUAGES

_PREFIX = "vk_"


def read_launch(signed: str, *, app_id: str, app_secret: str, at: datetime) -> Launch:
    """Return who has opened the app ``app_id``.

    :raises LaunchRefused: the signature is not right, too old, of the future, or of another app
    """
    if len(signed) > SIGNED_LENGTH_MAX or not app_secret:
        raise LaunchRefused
    pairs = dict(parse_qsl(signed.removeprefix("?"), keep_blank_values=True))
    if not hmac.compare_digest(pairs.get("sign", "").encode(), sign_of(pairs, app_secret).encode()):
        raise LaunchRefused
    if pairs.get("vk_app_id") != app_id or not pairs.get("vk_user_id", "").isdecimal():
        raise LaunchRefused
    try:
        signed_at = datetime.fromtimestamp(int(pairs.get("vk_ts", "")), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise LaunchRefused from error
    check_age(signed_at, at)
    return Launch(
        external_id=pairs["vk_user_id"],
        name="",
        language=next((one for one in LANGUAGES if pairs.get("vk_language") == one), None),
        start="",
        digest=digest_of(pairs["sign"]),
    )


def read_phone(signed: str, *, app_id: str, app_secret: str, external_id: str) -> SharedPhone:
    """Return the phone that ``external_id`` has shared, and whether VK has signed that it is theirs.

    ``signed`` are ``phone_number``, ``sign`` and, as VK tells it but nobody signs it, ``first_name``.
    """
    pairs = dict(parse_qsl(signed)) if len(signed) <= SIGNED_LENGTH_MAX else {}
    phone = pairs.get("phone_number", "")
    right = phone_sign_of(phone, app_id=app_id, app_secret=app_secret, external_id=external_id)
    return SharedPhone(
        phone=f"+{phone.lstrip('+')}",
        name=pairs.get("first_name", "")[:NAME_LENGTH_MAX],
        is_signed=bool(app_secret) and hmac.compare_digest(pairs.get("sign", "").encode(), right.encode()),
    )


def phone_sign_of(phone: str, *, app_id: str, app_secret: str, external_id: str) -> str:
    """Return the signature of a phone, spelled as VK tells it."""
    told = f"{app_id}{app_secret}{external_id}phone_number{phone}"
    return _unpadded(sha256(told.encode()).digest())


def sign_of(pairs: Mapping[str, str], app_secret: str) -> str:
    """Return the signature of the pairs that begin with ``vk_``."""
    query = urlencode(sorted((name, value) for name, value in pairs.items() if name.startswith(_PREFIX)))
    return _unpadded(hmac.new(app_secret.encode(), query.encode(), sha256).digest())


def _unpadded(digest: bytes) -> str:
    return urlsafe_b64encode(digest).decode().rstrip("=")
