"""Launch parameters of a VK mini app (dev.vk.com/mini-apps/development/launch-params-sign).

A query string whose ``sign`` is HMAC-SHA256, base64 for addresses without padding, of the pairs that begin with
``vk_``, sorted and encoded again; the key is the app's secret.
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
    check_age,
    digest_of,
)
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


def sign_of(pairs: Mapping[str, str], app_secret: str) -> str:
    """Return the signature of the pairs that begin with ``vk_``."""
    query = urlencode(sorted((name, value) for name, value in pairs.items() if name.startswith(_PREFIX)))
    digest = hmac.new(app_secret.encode(), query.encode(), sha256).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")
