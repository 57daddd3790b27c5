"""Addresses that people are led to."""

import re
from urllib.parse import urlsplit

_UNSEEN = re.compile(r"[\s\x00-\x1f\x7f]")


def is_link(text: str, *, length_max: int) -> bool:
    """Tell whether somebody can be led there: https, a host, nothing that names a user or is not seen."""
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018  it is only read when it is asked for
    except ValueError:
        return False
    return (
        len(text) <= length_max
        and parts.scheme == "https"
        and bool(parts.hostname)
        and "@" not in parts.netloc
        and _UNSEEN.search(text) is None
    )
