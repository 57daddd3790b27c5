"""VK's events as the talk hears them, the same whether VK calls us or is asked."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from plushka.delivery.bots.shell import Incoming
from plushka.domain.bots.conversing import Chatter
from plushka.domain.bots.talk import Began, CameBack, Heard, Left, Pressed, Wrote, command_of

EVENTS = ("message_new", "message_event", "message_allow", "message_deny")
"""What VK is asked to tell."""
CONFIRMATION = "confirmation"
ACTION = "do"
"""Under this name the payload of our buttons carries what they do."""
_START = "start"
_LANGUAGES = {0: "ru", 3: "en"}
"""VK's numbers of the languages that we speak."""


class Event(Struct, frozen=True):
    """One of many kinds; what it is about stands in ``object``."""

    type: str
    group_id: int
    event_id: str = ""
    secret: str = ""
    object: msgspec.Raw = msgspec.Raw(b"{}")


class Message(Struct, frozen=True):
    """``ref`` and ``ref_source`` come from the link by which the chat was opened."""

    from_id: int
    peer_id: int
    text: str = ""
    payload: str = ""
    ref: str = ""
    ref_source: str = ""
    out: int = 0


class ClientInfo(Struct, frozen=True):
    lang_id: int = 0


class MessageNew(Struct, frozen=True):
    message: Message
    client_info: ClientInfo = ClientInfo()


class MessageEvent(Struct, frozen=True):
    """A pressed button; ``event_id`` is what VK wants back so that it stops waiting."""

    user_id: int
    peer_id: int
    event_id: str
    payload: Any = None


class Permission(Struct, frozen=True):
    user_id: int


def incoming(event: Event) -> Incoming | None:
    """Return what an event means; None for chats of many, communities and what nobody asked for.

    :raises ValueError: it is not what VK says it is
    """
    match event.type:
        case "message_new":
            told = msgspec.json.decode(event.object, type=MessageNew)
            message = told.message
            if message.out or message.from_id != message.peer_id or message.from_id <= 0:
                return None
            language = _LANGUAGES.get(told.client_info.lang_id, "")
            return _heard(event, message.from_id, _of_message(message), language=language)
        case "message_event":
            pressed = msgspec.json.decode(event.object, type=MessageEvent)
            if pressed.user_id != pressed.peer_id:
                return None
            action = pressed.payload.get(ACTION, "") if isinstance(pressed.payload, Mapping) else ""
            return _heard(event, pressed.user_id, Pressed(str(action)), receipt=pressed.event_id)
        case "message_allow" | "message_deny":
            permission = msgspec.json.decode(event.object, type=Permission)
            heard: Heard = CameBack() if event.type == "message_allow" else Left()
            return _heard(event, permission.user_id, heard)
        case _:
            return None


def _of_message(message: Message) -> Heard:
    """Return what a message says: the button «Начать», or the first one after a link, begins.

    A command that comes with a link's mark is meant as the command.
    """
    start = message.ref or message.ref_source
    if _is_start(message.payload) or (start and command_of(message.text) is None):
        return Began(start)
    return Wrote(message.text)


def _is_start(payload: str) -> bool:
    try:
        return bool(payload) and msgspec.json.decode(payload, type=dict[str, Any]).get("command") == _START
    except msgspec.DecodeError:
        return False


def _heard(event: Event, user_id: int, heard: Heard, *, language: str = "", receipt: str = "") -> Incoming:
    return Incoming(event.event_id, Chatter(str(user_id), name="", language=language), heard, receipt)
