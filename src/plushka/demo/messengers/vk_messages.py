"""Messages as VK checks and shows them: keyboards, and which parts of a text are bold."""

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from msgspec import Struct

from plushka.demo.messengers.chats import Pressable

LABEL_LENGTH_MAX = 40
PAYLOAD_LENGTH_MAX = 255
ROWS_MAX, BUTTONS_MAX, IN_ROW_MAX = 10, 40, 5
INLINE_ROWS_MAX, INLINE_BUTTONS_MAX = 6, 10
COLORS = {"primary", "secondary", "negative", "positive"}
_TAGS = {"bold": "b", "italic": "i", "underline": "u"}


class Refused(Exception):
    """A call that VK answers with an error."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Keyboard(Struct, frozen=True):
    """Under a message if it ``is_inline``, else below the chat."""

    is_inline: bool
    rows: list[list[Pressable]]


def refused_parameter(what: str) -> Refused:
    return Refused(100, f"One of the parameters specified was missing or invalid: {what}")


def read_keyboard(text: str, *, app_id: int, app: str) -> Keyboard | None:
    """Return the keyboard of a message; ``app_id`` of the mini app at ``app`` is the one that may be opened.

    :raises Refused: VK would not take it
    """
    if not text:
        return None
    told = json.loads(text)
    is_inline = told.get("inline", False)
    rows, count = told["buttons"], sum(map(len, told["buttons"]))
    rows_max, count_max = (INLINE_ROWS_MAX, INLINE_BUTTONS_MAX) if is_inline else (ROWS_MAX, BUTTONS_MAX)
    if len(rows) > rows_max or count > count_max or any(not 0 < len(row) <= IN_ROW_MAX for row in rows):
        raise Refused(911, "Keyboard format is invalid: too many buttons")
    if is_inline and told.get("one_time"):
        raise Refused(911, "Keyboard format is invalid: one_time is not for inline keyboards")
    return Keyboard(is_inline, [[_pressable(key, app_id, app) for key in row] for row in rows])


def _pressable(key: Mapping[str, Any], app_id: int, app: str) -> Pressable:
    action = key["action"]
    label, payload = action.get("label", ""), action.get("payload", "")
    if not isinstance(payload, str):
        # VK's own documents want text, and it takes JSON as it is.
        payload = json.dumps(payload)
    if not 0 < len(label) <= LABEL_LENGTH_MAX or len(payload) > PAYLOAD_LENGTH_MAX:
        raise Refused(911, "Keyboard format is invalid: label or payload")
    if "color" in key and (key["color"] not in COLORS or action["type"] not in {"text", "callback"}):
        raise Refused(911, "Keyboard format is invalid: color")
    match action["type"]:
        case "text":
            return Pressable(label)
        case "callback" if json.loads(payload):
            return Pressable(label, action=payload)
        case "open_link":
            return Pressable(label, link=action["link"])
        case "open_app" if action["app_id"] == app_id:
            return Pressable(label, app=app)
        case _:
            raise Refused(911, "Keyboard format is invalid: action")


def marked_up(text: str, format_data: str) -> str:
    """Return the text as HTML with the parts marked that ``format_data`` names, counted in halves of UTF-16."""
    items = json.loads(format_data)["items"] if format_data else []
    units = text.encode("utf-16-le")
    shown, at = "", 0
    for item in sorted(items, key=lambda item: item["offset"]):
        begin, end = 2 * item["offset"], 2 * (item["offset"] + item["length"])
        if not at <= begin < end <= len(units):
            raise refused_parameter("format_data")
        tag = _TAGS[item["type"]]
        shown += f"{_escaped(units[at:begin])}<{tag}>{_escaped(units[begin:end])}</{tag}>"
        at = end
    return shown + _escaped(units[at:])


def _escaped(units: bytes) -> str:
    return escape(units.decode("utf-16-le"), quote=False)
