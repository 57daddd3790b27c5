"""aiogram's session, spared what it does in vain for each message of many."""

from typing import Any, cast

import msgspec
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.methods import Response, SendMessage, SendPhoto, TelegramMethod
from aiogram.methods.base import TelegramType
from aiohttp import BytesPayload, FormData
from msgspec import Struct


class _Taken(Struct, frozen=True):
    ok: bool


_decode = msgspec.json.Decoder(_Taken).decode
_TAKEN = Response[Any].model_construct(ok=True)


class SparingSession(AiohttpSession):
    """Sends a message as JSON where no file goes with it, and reads of the answer to a text that it is well, no more.

    What was sent is None then. All else is done as ever.
    """

    def build_form_data(self, bot: Bot, method: TelegramMethod[TelegramType]) -> FormData:
        if isinstance(method, SendMessage | SendPhoto) and isinstance(getattr(method, "photo", ""), str):
            said = method.model_dump_json(exclude_unset=True, exclude_none=True).encode()
            # It is passed on as it is to aiohttp, which takes both.
            return cast(FormData, BytesPayload(said, content_type="application/json"))
        return super().build_form_data(bot, method)

    def check_response(
        self, bot: Bot, method: TelegramMethod[TelegramType], status_code: int, content: str
    ) -> Response[TelegramType]:
        if isinstance(method, SendMessage) and _is_taken(content):
            return _TAKEN
        return super().check_response(bot, method, status_code, content)


def _is_taken(content: str) -> bool:
    try:
        return _decode(content).ok
    except msgspec.DecodeError:
        return False
