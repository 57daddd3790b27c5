"""Messages as MAX takes them. It has no keyboard below the chat: everything is a button under a message."""

from collections.abc import Sequence
from typing import Any

from plushka.delivery.bots.shell import Parcel
from plushka.domain.messages.model import Button
from plushka.domain.messages.wording import MENU, SHARE_PHONE
from plushka.platform.i18n import translator


def body_of(parcel: Parcel, *, username: str, photos: Any = None, file_token: str = "") -> dict[str, Any]:
    """Return the body of a message; ``photos`` and ``file_token`` are what uploads for it were answered with."""
    attachments: list[dict[str, Any]] = []
    if file_token:
        attachments.append({"type": "file", "payload": {"token": file_token}})
    if photos is not None:
        attachments.append({"type": "image", "payload": {"photos": photos}})
    if rows := _rows(parcel, username):
        attachments.append({"type": "inline_keyboard", "payload": {"buttons": rows}})
    return {"text": parcel.message.text, "format": "html", "attachments": attachments}


def _rows(parcel: Parcel, username: str) -> list[list[dict[str, Any]]]:
    words = translator(parcel.language)
    rows = [_row(row, username if parcel.app_url else "") for row in parcel.message.rows]
    match parcel.message.keyboard:
        case "contact":
            rows.append([{"type": "request_contact", "text": words.gettext(SHARE_PHONE)}])
        case "menu":
            rows += [[{"type": "message", "text": words.gettext(label)} for _, label in row] for row in MENU]
        case "keep":
            pass
    return [row for row in rows if row]


def _row(row: Sequence[Button], app: str) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = []
    for button in row:
        if button.action:
            shown.append({"type": "callback", "text": button.text, "payload": button.action})
        elif button.link:
            shown.append({"type": "link", "text": button.text, "url": button.link})
        elif app:
            shown.append({"type": "open_app", "text": button.text, "web_app": app})
    return shown
