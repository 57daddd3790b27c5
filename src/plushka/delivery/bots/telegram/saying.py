"""Messages as Telegram's methods."""

from collections.abc import Sequence
from functools import lru_cache

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
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
MARKUPS_MAX = 500


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
            link_preview_options=_NO_PREVIEW,
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
    if (shown := _inline(parcel.message.rows, parcel.app_url)) is not None:
        return shown
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


@lru_cache(maxsize=MARKUPS_MAX)
def _inline(rows: tuple[tuple[Button, ...], ...], app_url: str) -> InlineKeyboardMarkup | None:
    """Return buttons, None: there are none. All letters of a template have the same ones."""
    shown = [_row(row, app_url) for row in rows]
    return InlineKeyboardMarkup(inline_keyboard=[row for row in shown if row]) if any(shown) else None


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
