"""What a person is told after they were sent on: what was done, and how to undo it."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping

import msgspec
from litestar.datastructures import Cookie
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER
from msgspec import Struct

from plushka.delivery.web.local_path import local_path

_NAME = "plushka_notice"
_SECONDS = 60
"""Long enough for a slow phone to follow; a notice nobody has seen by then is old news."""
_LENGTH_MAX = 2000


class Notice(Struct, frozen=True):
    """``text`` is a finished sentence; ``undo`` the path that a press of the button posts to, if it can be undone."""

    text: str
    undo: str = ""


def sent_on(path: str, text: str, *, undo: str = "") -> Redirect:
    """Send to ``path``, where the next page shows ``text`` once."""
    value = urlsafe_b64encode(msgspec.json.encode(Notice(text=text, undo=undo))).decode()
    return Redirect(path, status_code=HTTP_303_SEE_OTHER, cookies=[_cookie(value, seconds=_SECONDS)])


def notice_of(cookies: Mapping[str, str]) -> Notice | None:
    """Return the notice that waits in ``cookies``; what is none is passed over."""
    value = cookies.get(_NAME, "")
    if not value or len(value) > _LENGTH_MAX:
        return None
    try:
        notice = msgspec.json.decode(urlsafe_b64decode(value), type=Notice)
    except (NotBase64, ValueError, msgspec.MsgspecError):
        return None
    # A neighbour on our domain may set cookies too: it shall not choose where a press of the button goes.
    return notice if notice.undo == "" or local_path(notice.undo) == notice.undo else None


def _cookie(value: str, *, seconds: int) -> Cookie:
    return Cookie(key=_NAME, value=value, max_age=seconds, path="/", httponly=True, samesite="lax")


NO_NOTICE = _cookie("", seconds=0)
"""Takes the notice away: it has been shown."""
