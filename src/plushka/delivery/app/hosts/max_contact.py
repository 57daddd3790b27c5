"""A phone that somebody shares in a mini app of MAX (dev.max.ru/docs/webapps/bridge, requestContact).

Signed is ``hash``, by HMAC-SHA256 in hexadecimal, of the lines ``authDate=…``, ``phone=…`` in digits alone and
``userId=…``; the key is the bot's token as it is. Who they are is not told with the phone: it is known from the launch.
"""

import hmac
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import parse_qsl

from plushka.delivery.app.hosts.launch import SIGNED_LENGTH_MAX, LaunchRefused, SharedPhone, check_age

TTL = timedelta(minutes=5)
"""Whoever shares a phone is asked for it now."""
_LAST_SECOND = 10**11
"""What is more are milliseconds: MAX's clients tell either."""


def read_contact(signed: str, *, token: str, external_id: str, at: datetime) -> SharedPhone:
    """Return the phone that ``external_id`` has shared of their own; ``signed`` are ``phone``, ``authDate``, ``hash``.

    :raises LaunchRefused: the signature is not right, too old, or somebody else's
    """
    pairs = dict(parse_qsl(signed)) if len(signed) <= SIGNED_LENGTH_MAX else {}
    phone = "".join(filter(str.isdecimal, pairs.get("phone", "")))
    told_at = pairs.get("authDate", "")
    right = contact_hash_of(phone, told_at=told_at, external_id=external_id, token=token)
    if not phone or not hmac.compare_digest(pairs.get("hash", "").lower().encode(), right.encode()):
        raise LaunchRefused
    check_age(_moment(told_at), at, ttl=TTL)
    return SharedPhone(f"+{phone}", name="", is_signed=True)


def contact_hash_of(phone: str, *, told_at: str, external_id: str, token: str) -> str:
    """Return the signature of a phone, in digits, of an account; ``told_at`` as MAX has written it."""
    lines = f"authDate={told_at}\nphone={phone}\nuserId={external_id}"
    return hmac.new(token.encode(), lines.encode(), sha256).hexdigest()


def _moment(told: str) -> datetime:
    try:
        number = int(told)
        return datetime.fromtimestamp(number / 1000 if number > _LAST_SECOND else number, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise LaunchRefused from error
