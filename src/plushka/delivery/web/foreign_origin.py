"""Cross-site request forgery, refused by what browsers themselves say of a request (docs/decisions/0031)."""

from typing import Any, cast
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.types import HTTPScope

from plushka.platform.errors import Denied

Connection = ASGIConnection[Any, Any, Any, State]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITES = frozenset({"same-origin", "none"})


class ForeignOrigin(Denied):
    """A page of another site tried to do something in the name of the person whose browser it is."""

    code = "foreign_origin"


def method_of(connection: Connection) -> str:
    return cast("HTTPScope", connection.scope)["method"]


def refuse_foreign_origin(connection: Connection) -> None:
    """Turn away what changes something unless a page of ours, or no page, has sent it.

    :raises ForeignOrigin: a page of another site has
    """
    if method_of(connection) in SAFE_METHODS:
        return
    site = connection.headers.get("sec-fetch-site")
    if site is not None:
        if site not in _OWN_SITES:
            raise ForeignOrigin
        return
    # Browsers leave Sec-Fetch-Site out on plain HTTP; a request without either header is not a browser's.
    origin = connection.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != connection.headers.get("host"):
        raise ForeignOrigin
