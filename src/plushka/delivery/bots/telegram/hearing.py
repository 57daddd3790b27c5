"""Telegram's updates as the talk hears them."""

from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.types import CallbackQuery, ChatMemberUpdated, Message, Update, User

from plushka.delivery.bots.shell import Incoming
from plushka.domain.bots.conversing import Chatter
from plushka.domain.bots.talk import Began, CameBack, Heard, Left, Pressed, SharedPhone, Wrote

UPDATES = ("message", "callback_query", "my_chat_member")
"""What Telegram is asked to tell; more would be thrown away."""
_START = "/start"


def incoming(update: Update) -> Incoming | None:
    """Return what an update means; None for groups, channels and what nobody asked for."""
    key = str(update.update_id)
    if update.message is not None and update.message.from_user is not None and _is_private(update.message):
        heard = _of_message(update.message, update.message.from_user)
        return Incoming(key, _chatter(update.message.chat.id, update.message.from_user), heard)
    if update.callback_query is not None:
        return _of_button(key, update.callback_query)
    if update.my_chat_member is not None and update.my_chat_member.chat.type == ChatType.PRIVATE:
        return _of_membership(key, update.my_chat_member)
    return None


def _of_message(message: Message, sender: User) -> Heard:
    contact = message.contact
    if contact is not None:
        # Telegram fills in whose the number is. A forwarded one was vouched for in another chat, at another time.
        is_own = contact.user_id == sender.id and message.forward_origin is None
        return SharedPhone(phone=contact.phone_number, is_own=is_own)
    text = message.text or ""
    command, _, start = text.partition(" ")
    return Began(start.strip()) if command.partition("@")[0] == _START else Wrote(text)


def _of_button(key: str, query: CallbackQuery) -> Incoming:
    # A chat with a bot has the id of the person.
    return Incoming(key, _chatter(query.from_user.id, query.from_user), Pressed(query.data or ""), query.id)


def _of_membership(key: str, changed: ChatMemberUpdated) -> Incoming:
    has_left = changed.new_chat_member.status == ChatMemberStatus.KICKED
    return Incoming(key, _chatter(changed.chat.id, changed.from_user), Left() if has_left else CameBack())


def _chatter(chat_id: int, person: User) -> Chatter:
    return Chatter(external_id=str(chat_id), name=person.first_name, language=person.language_code or "")


def _is_private(message: Message) -> bool:
    return message.chat.type == ChatType.PRIVATE
