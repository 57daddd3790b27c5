"""What a phone shows: chats with bots, messenger by messenger, in memory."""

import re
import time
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct, field

Side = Literal["bot", "person"]
KeyboardShown = Literal["none", "contact", "menu"]
_TAG = re.compile(r"</?([a-z]+)>")
_ALLOWED = {"b", "i", "u", "s", "code"}


class Pressable(Struct, frozen=True):
    """A button under a message: it sends ``action``, opens a ``link``, opens the ``app``, or asks for the contact."""

    text: str
    action: str = ""
    link: str = ""
    app: str = ""
    asks_contact: bool = False


class Shown(Struct, frozen=True):
    """A message on the screen; ``html`` was checked by ``broken_markup``. ``file``: the name of one that came along."""

    id: int
    side: Side
    html: str
    at: float
    rows: tuple[tuple[Pressable, ...], ...] = ()
    picture: int | None = None
    file: str = ""


class Chat(Struct):
    """One person's chat with one bot. ``keyboard`` stands below it: rows of labels, or the button for the contact."""

    messages: list[Shown] = field(default_factory=list)
    keyboard: list[list[Pressable]] = field(default_factory=list)
    is_blocked: bool = False
    was_begun: bool = False

    def show(
        self,
        message_id: int,
        side: Side,
        html: str,
        *,
        rows: Sequence[Sequence[Pressable]] = (),
        picture: int | None = None,
        file: str = "",
    ) -> None:
        shown = Shown(message_id, side, html, time.time(), tuple(map(tuple, rows)), picture, file)
        self.messages.append(shown)


def broken_markup(html: str) -> str:
    """Return the first tag that a messenger would not take; empty: all are fine."""
    open_tags: list[str] = []
    for tag in re.findall(r"<[^>]*>", html):
        matched = _TAG.fullmatch(tag)
        if matched is None or matched[1] not in _ALLOWED:
            return str(tag)
        if tag.startswith("</"):
            if not open_tags or open_tags.pop() != matched[1]:
                return str(tag)
        else:
            open_tags.append(matched[1])
    return f"<{open_tags[-1]}>" if open_tags else ""
