"""What was typed into the try-it panel, kept in a cookie: sections of the draft come and go, what is tried stays."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from zlib import compress, decompressobj
from zlib import error as NotCompressed  # noqa: N812  a name among ours

import msgspec
from litestar import Response
from litestar.datastructures import Cookie

from plushka.delivery.office.engagement.draft import trying, trying_occasion
from plushka.delivery.office.engagement.draft.typist import Typed
from plushka.delivery.web.forms import Form

_NAMES = {trying.PREFIX: "plushka_trial", trying_occasion.PREFIX: "plushka_happening"}
"""Each panel has its own: a page sends but one of them."""
_SECONDS = 60 * 60
_LENGTH_MAX = 3500
"""A browser keeps 4096 characters of a cookie, its name and attributes included."""
_BYTES_MAX = 64 * 1024
_SEARCH = ".search"

_decode = msgspec.json.Decoder(dict[str, list[str]]).decode


def keep_trial(answer: Response[str], form: Form, *, path: str) -> None:
    """Let the pages below ``path`` begin with what the panel of ``form`` has; a trial too long to keep is let go."""
    for prefix, cookie in _NAMES.items():
        typed = {
            name: form.values(name)
            for name in form.names()
            if name.startswith(f"{prefix}.") and not name.endswith(_SEARCH)
        }
        if not typed:
            continue
        value = urlsafe_b64encode(compress(msgspec.json.encode(typed), 9)).decode()
        if len(value) <= _LENGTH_MAX:
            answer.set_cookie(
                Cookie(key=cookie, value=value, max_age=_SECONDS, path=path, httponly=True, samesite="lax")
            )


def kept_trial(cookies: Mapping[str, str]) -> Typed:
    """Return what the panels had; nothing where nothing was kept, or what is no panel."""
    kept: Typed = {}
    for prefix, cookie in _NAMES.items():
        value = cookies.get(cookie, "")
        if not value or len(value) > _LENGTH_MAX:
            continue
        try:
            typed = _decode(decompressobj().decompress(urlsafe_b64decode(value), _BYTES_MAX))
        except (NotBase64, NotCompressed, ValueError, msgspec.MsgspecError):
            continue
        kept |= {name: values for name, values in typed.items() if name.startswith(f"{prefix}.")}
    return kept
