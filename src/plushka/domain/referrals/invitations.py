"""A member's own link: it carries who invites, wherever it is opened."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

_MARK = "f"
"""With it begins what a link for friends carries; codes of registration links are shorter."""
_LENGTH = 23
"""The mark, and sixteen bytes as base64."""


def friend_start(member_id: UUID) -> str:
    """Return what a member's link for friends carries."""
    return _MARK + urlsafe_b64encode(member_id.bytes).decode().rstrip("=")


def link_of(member_id: UUID, app_url: str) -> str:
    """Return a member's link for friends: a page of the app at ``app_url`` where whoever opens it gets a card."""
    return f"{app_url}/join/{friend_start(member_id)}"


def is_of_friend(start: str) -> bool:
    """Tell whether what a link carries is too long to be the code of a registration link."""
    return len(start) >= _LENGTH


def inviter_of(start: str) -> UUID | None:
    """Return the id that a link for friends carries; None: it is none."""
    if not start.startswith(_MARK) or len(start) != _LENGTH:
        return None
    try:
        return UUID(bytes=urlsafe_b64decode(f"{start.removeprefix(_MARK)}=="))
    except ValueError:
        return None
