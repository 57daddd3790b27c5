"""Paths that come with a request and are gone back to: only our own, never another site's."""

from urllib.parse import urlsplit

_HOME = "/"


def local_path(text: str) -> str:
    """Return ``text`` when it is a path on this site, else the home page."""
    try:
        parts = urlsplit(text)
    except ValueError:  # an address of no form at all, such as «//[»
        return _HOME
    # Browsers read a backslash as a slash, so that «/\\other.example» leads to another site.
    if parts.scheme or parts.netloc or not text.startswith("/") or text.startswith("//") or "\\" in text:
        return _HOME
    return text if text.isprintable() else _HOME
