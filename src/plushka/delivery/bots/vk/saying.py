"""Messages as VK takes them: text with its bold parts told apart, one keyboard, under the message or below the chat."""

import re
from collections.abc import Sequence
from html import unescape
from typing import Any

import msgspec

from plushka.delivery.bots.shell import Parcel
from plushka.delivery.bots.vk.hearing import ACTION
from plushka.domain.messages.model import Button
from plushka.domain.messages.wording import MENU, OPEN_APP, SHARE_PHONE
from plushka.platform.i18n import translator

LABEL_LENGTH_MAX = 40
_FORMAT_VERSION = 1
_TAG = re.compile(r"</?b>")

Key = dict[str, Any]


def parameters_of(parcel: Parcel, *, app_id: str, attachment: str = "") -> dict[str, str | int]:
    """Return what ``messages.send`` is called with; ``app_id`` is the mini app's, empty: there is none to open."""
    text, bold = told_apart(parcel.message.text)
    parameters: dict[str, str | int] = {
        "peer_id": parcel.external_id,
        # VK drops what comes to a chat with the number of a message that it has.
        "random_id": parcel.number,
        "message": text,
        "dont_parse_links": 1,
        "disable_mentions": 1,
    }
    if bold:
        parameters["format_data"] = _json({"version": _FORMAT_VERSION, "items": bold})
    if attachment:
        parameters["attachment"] = attachment
    if keyboard := _keyboard(parcel, app_id if parcel.app_url else ""):
        parameters["keyboard"] = _json(keyboard)
    return parameters


def told_apart(html: str) -> tuple[str, list[dict[str, str | int]]]:
    """Return the text without its tags, and which parts of it are bold, counted in halves of UTF-16 as VK does."""
    text, began = "", 0
    bold: list[dict[str, str | int]] = []
    for number, part in enumerate(_TAG.split(html)):
        plain = unescape(part)
        if number % 2:
            bold.append({"type": "bold", "offset": began, "length": _length(plain)})
        text += plain
        began += _length(plain)
    return text, bold


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _keyboard(parcel: Parcel, app_id: str) -> dict[str, Any] | None:
    """Return the buttons of a message, or what stands below the chat: VK takes one of the two."""
    words = translator(parcel.language)
    rows = [[_key(button, app_id) for button in row] for row in parcel.message.rows]
    if parcel.message.keyboard == "contact":
        # VK shares no contact in a chat: the app proves the phone.
        rows.append([_app_key(words.gettext(SHARE_PHONE), app_id)])
    if shown := _shown(rows):
        return {"one_time": False, "inline": True, "buttons": shown}
    if parcel.message.keyboard != "menu":
        return None
    menu: list[list[Key | None]] = [[_text_key(words.gettext(label)) for _, label in row] for row in MENU]
    menu.append([_app_key(words.gettext(OPEN_APP), app_id)])
    return {"one_time": False, "inline": False, "buttons": _shown(menu)}


def _shown(rows: Sequence[Sequence[Key | None]]) -> list[list[Key]]:
    """Leave out what there is no way to open, and rows that are empty without it."""
    return [row for row in ([key for key in row if key is not None] for row in rows) if row]


def _key(button: Button, app_id: str) -> Key | None:
    label = button.text[:LABEL_LENGTH_MAX]
    if button.action:
        action = {"type": "callback", "label": label, "payload": _json({ACTION: button.action})}
        return {"action": action, "color": "primary"}
    if button.link:
        return {"action": {"type": "open_link", "label": label, "link": button.link}}
    return _app_key(label, app_id)


def _app_key(label: str, app_id: str) -> Key | None:
    return {"action": {"type": "open_app", "label": label, "app_id": int(app_id)}} if app_id else None


def _text_key(label: str) -> Key:
    return {"action": {"type": "text", "label": label[:LABEL_LENGTH_MAX]}, "color": "secondary"}


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
