"""Messages as Telegram's methods."""

from collections.abc import Sequence

from aiogram.enums import ParseMode
from aiogram.methods import SendDocument, SendMessage, SendPhoto
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    LinkPreviewOptions,
    Message,
    ReplyKeyboardMarkup,
    WebAppInfo,
)

from plushka.delivery.bots.shell import Parcel
from plushka.domain.messages.model import Button
from plushka.domain.messages.pictures import file_of
from plushka.domain.messages.wording import COMMANDS, MENU, SHARE_PHONE
from plushka.platform.i18n import Language, translator

Markup = InlineKeyboardMarkup | ReplyKeyboardMarkup | None


def method_of(parcel: Parcel, *, file_id: str = "") -> SendDocument | SendMessage | SendPhoto:
    """Return the call that sends a message; one with a picture or a file is its caption.

    ``file_id`` is what Telegram calls the picture, if this bot has uploaded it before.
    """
    message = parcel.message
    if message.file is not None:
        return SendDocument(
            chat_id=parcel.external_id,
            document=BufferedInputFile(message.file.content, message.file.name),
            caption=message.text,
            parse_mode=ParseMode.HTML,
            reply_markup=_markup(parcel),
        )
    if message.picture is None:
        return SendMessage(
            chat_id=parcel.external_id,
            text=message.text,
            parse_mode=ParseMode.HTML,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            reply_markup=_markup(parcel),
        )
    file = None if file_id else file_of(message.picture, parcel.color)
    return SendPhoto(
        chat_id=parcel.external_id,
        photo=file_id if file is None else BufferedInputFile(file.content, file.name),
        caption=message.text,
        parse_mode=ParseMode.HTML,
        reply_markup=_markup(parcel),
    )


def largest(shown: Message | None) -> str:
    """Return what Telegram calls the picture of a message, in the size that it was sent in; None: of a text."""
    return shown.photo[-1].file_id if shown is not None and shown.photo else ""


def commands(language: Language) -> list[BotCommand]:
    """Return what stands in the bot's list of commands."""
    words = translator(language)
    return [BotCommand(command=command, description=words.gettext(told)) for command, told in COMMANDS]


def _markup(parcel: Parcel) -> Markup:
    """Return the buttons of a message, or what stands below the chat: Telegram takes one of the two."""
    rows = [_row(row, parcel.app_url) for row in parcel.message.rows]
    if shown := [row for row in rows if row]:
        return InlineKeyboardMarkup(inline_keyboard=shown)
    words = translator(parcel.language)
    match parcel.message.keyboard:
        case "contact":
            share = KeyboardButton(text=words.gettext(SHARE_PHONE), request_contact=True)
            return ReplyKeyboardMarkup(keyboard=[[share]], resize_keyboard=True, one_time_keyboard=True)
        case "menu":
            menu = [[KeyboardButton(text=words.gettext(label)) for _, label in row] for row in MENU]
            return ReplyKeyboardMarkup(keyboard=menu, resize_keyboard=True, is_persistent=True)
        case "keep":
            return None


def _row(row: Sequence[Button], app_url: str) -> list[InlineKeyboardButton]:
    shown = []
    for button in row:
        if button.action:
            shown.append(InlineKeyboardButton(text=button.text, callback_data=button.action))
        elif button.link:
            shown.append(InlineKeyboardButton(text=button.text, url=button.link))
        elif app_url:
            shown.append(InlineKeyboardButton(text=button.text, web_app=WebAppInfo(url=app_url)))
    return shown
