"""MAX's updates as the talk hears them. They have no ids: what happened when to whom names them."""

import hashlib
import hmac
import re
from typing import Any

import msgspec
from msgspec import Struct

from plushka.delivery.bots.shell import Incoming
from plushka.domain.bots.conversing import Chatter
from plushka.domain.bots.talk import Began, Heard, Left, Pressed, SharedPhone, Wrote

UPDATES = ("message_created", "message_callback", "bot_started", "bot_stopped")
"""What MAX is asked to tell."""
_PHONE = re.compile(r"^TEL[^:\r\n]*:(?:tel:)?([+\d][\d ()-]*)\r?$", re.MULTILINE)


class User(Struct, frozen=True):
    user_id: int
    first_name: str = ""
    name: str = ""


class ContactCard(Struct, frozen=True):
    """A contact; ``hash`` is MAX's signature of the card by the bot's token."""

    vcf_info: str = ""
    hash: str = ""
    max_info: User | None = None


class Attachment(Struct, frozen=True):
    type: str
    payload: Any = None


class Body(Struct, frozen=True):
    mid: str
    text: str | None = None
    attachments: tuple[Attachment, ...] | None = None


class Recipient(Struct, frozen=True):
    chat_type: str = "dialog"


class Message(Struct, frozen=True):
    body: Body
    recipient: Recipient
    sender: User | None = None


class Callback(Struct, frozen=True):
    callback_id: str
    user: User
    payload: str | None = None


class Update(Struct, frozen=True):
    """One of many kinds; what a kind does not have is None."""

    update_type: str
    timestamp: int
    message: Message | None = None
    callback: Callback | None = None
    user: User | None = None
    payload: str | None = None
    user_locale: str | None = None


def incoming(update: Update, token: str) -> Incoming | None:
    """Return what an update means; None for groups, channels and what nobody asked for."""
    callback, message = update.callback, update.message
    if update.update_type == "message_callback" and callback is not None:
        return _heard(
            update, callback.user, callback.callback_id, Pressed(callback.payload or ""), callback.callback_id
        )
    if update.update_type == "message_created" and message is not None and message.sender is not None:
        if message.recipient.chat_type != "dialog":
            return None
        return _heard(
            update, message.sender, message.body.mid, _of_message(message.body, message.sender, token)
        )
    if update.user is not None and update.update_type in {"bot_started", "bot_stopped"}:
        began = update.update_type == "bot_started"
        heard: Heard = Began(update.payload or "") if began else Left()
        return _heard(update, update.user, str(update.user.user_id), heard)
    return None


def own_phone(card: ContactCard, sender: User, token: str) -> SharedPhone:
    """Return the phone of a contact; it is the sender's own if MAX has signed it as theirs."""
    signed = hmac.new(token.encode(), card.vcf_info.encode(), hashlib.sha256).hexdigest()
    is_own = (
        hmac.compare_digest(signed.encode(), card.hash.lower().encode())
        and card.max_info is not None
        and card.max_info.user_id == sender.user_id
    )
    found = _PHONE.search(card.vcf_info)
    return SharedPhone(phone=found[1] if found else "", is_own=is_own)


def _of_message(body: Body, sender: User, token: str) -> Heard:
    for attachment in body.attachments or ():
        if attachment.type == "contact":
            return own_phone(msgspec.convert(attachment.payload or {}, ContactCard), sender, token)
    return Wrote(body.text or "")


def _heard(update: Update, user: User, subject: str, heard: Heard, receipt: str = "") -> Incoming:
    chatter = Chatter(
        external_id=str(user.user_id), name=user.first_name or user.name, language=update.user_locale or ""
    )
    return Incoming(f"{update.update_type}:{update.timestamp}:{subject}", chatter, heard, receipt)
