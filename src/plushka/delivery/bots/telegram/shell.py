"""Telegram's side of a bot: its methods called, its failures told apart."""

import hmac
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any, TypeVar

import msgspec
import structlog
from aiogram import Bot as Caller
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import (
    AnswerCallbackQuery,
    DeleteWebhook,
    GetMe,
    GetUpdates,
    GetWebhookInfo,
    Response,
    SetChatMenuButton,
    SetMyCommands,
    SetWebhook,
    TelegramMethod,
)
from aiogram.types import MenuButtonCommands, MenuButtonWebApp, Message, Update, WebAppInfo
from aiogram.utils.token import TokenValidationError
from pydantic import ValidationError

from plushka.delivery.bots.shell import Incoming, Parcel, result_of_break
from plushka.delivery.bots.telegram.hearing import UPDATES, incoming
from plushka.delivery.bots.telegram.saying import commands, largest, method_of
from plushka.delivery.bots.telegram.session import SparingSession
from plushka.delivery.bots.uploads import Uploads
from plushka.domain.bots.connecting import Condition
from plushka.domain.bots.model import Bot, BotAccount, TokenRefused
from plushka.domain.members.channels import Messenger
from plushka.domain.messages.model import Failing, Moved, Photo, Refused, Result, Sent, Unreachable, Wait
from plushka.domain.messages.wording import APP
from plushka.platform.errors import TemporaryFailure
from plushka.platform.i18n import LANGUAGES, translator

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105  the name of a header
POLL_SECONDS = 25
CALL_SECONDS_MAX = 20
UPDATES_MAX = 100
UNAUTHORIZED_WAIT_SECONDS = 60.0
"""A token that was revoked is renewed by a person, if ever."""

# The library makes a type for each kind of answer as it is met, 30 ms of work, and keeps it for as long as somebody has
# it: nobody would.
_ANSWERS = (Response[bool], Response[Message], Response[list[Update]])
_WRONG_FILE = "file identifier"
"""Stands in what Telegram says of a picture whose name it does not know."""

Answer = TypeVar("Answer")

log = structlog.get_logger()


class TelegramShell:
    """One for all bots of a process; ``api`` is where Telegram's methods are called."""

    messenger: Messenger = "telegram"
    per_second = 25.0
    """Of 30 that Telegram allows."""
    replies_release = True

    def __init__(self, api: str) -> None:
        self._session = SparingSession(api=TelegramAPIServer.from_base(api))
        self._uploads = Uploads()

    async def close(self) -> None:
        await self._session.close()

    async def identify(self, token: str) -> BotAccount:
        me = await self._call(token, GetMe())
        return BotAccount(account_id=str(me.id), username=me.username or "", name=me.first_name)

    async def set_up(self, bot: Bot, *, webhook_url: str, app_url: str) -> None:
        if webhook_url:
            hook = SetWebhook(
                url=webhook_url, secret_token=bot.credentials.secret, allowed_updates=list(UPDATES)
            )
            await self._call(bot.token, hook)
        else:
            await self._call(bot.token, DeleteWebhook())
        for language in LANGUAGES:
            await self._call(bot.token, SetMyCommands(commands=commands(language), language_code=language))
        await self._call(bot.token, SetMyCommands(commands=commands("en")))
        button = MenuButtonWebApp(text=translator("ru").gettext(APP), web_app=WebAppInfo(url=app_url))
        await self._call(
            bot.token, SetChatMenuButton(menu_button=button if app_url else MenuButtonCommands())
        )

    async def let_go(self, bot: Bot) -> None:
        await self._call(bot.token, DeleteWebhook())
        await self._call(bot.token, SetChatMenuButton(menu_button=MenuButtonCommands()))

    async def look(self, bot: Bot) -> Condition:
        found = await self._call(bot.token, GetWebhookInfo())
        return Condition(found.pending_update_count, found.last_error_message or "")

    async def send(self, bot: Bot, parcel: Parcel) -> Result:
        try:
            await self._send(bot, parcel)
        except TelegramNetworkError as error:
            return result_of_break(error.__cause__, _without(bot.token, error.message))
        except AiogramError as error:
            return result_of(error)
        return Sent()

    async def _send(self, bot: Bot, parcel: Parcel) -> None:
        """Send; a picture of the business's goes up with the first message that shows it."""
        photo = parcel.message.picture

        async def call(file_id: str = "") -> str:
            method = method_of(parcel, file_id=file_id)
            sent = await self._caller(bot.token)(method, request_timeout=CALL_SECONDS_MAX)
            return largest(sent)

        if not isinstance(photo, Photo):
            await call()
            return
        file_id, was_sent = await self._uploads.name_of(bot, photo, call)
        if was_sent:
            return
        try:
            await call(file_id)
        except TelegramBadRequest as error:
            if _WRONG_FILE not in error.message:
                raise
            self._uploads.forget(bot, photo, file_id)
            await self._send(bot, parcel)

    async def poll(self, bot: Bot) -> AsyncIterator[Incoming]:
        offset = None
        while True:
            ask = GetUpdates(
                offset=offset, limit=UPDATES_MAX, timeout=POLL_SECONDS, allowed_updates=list(UPDATES)
            )
            for update_id, update in await self._ask(bot, ask):
                told = None if update is None else incoming(update)
                if told is not None:
                    yield told
                offset = update_id + 1

    async def confirm(self, bot: Bot, incoming: Incoming) -> None:
        if incoming.receipt:
            with suppress(TemporaryFailure, AiogramError):
                await self._call(bot.token, AnswerCallbackQuery(callback_query_id=incoming.receipt))

    def admits(self, bot: Bot, headers: Mapping[str, str], body: bytes) -> bool:  # noqa: ARG002  of the protocol
        sent = headers.get(SECRET_HEADER, "")
        return hmac.compare_digest(sent.encode(), bot.credentials.secret.encode())

    def read(self, bot: Bot, body: bytes) -> Incoming | None:  # noqa: ARG002  of the protocol
        return incoming(Update.model_validate_json(body))

    async def reply(self, bot: Bot, body: bytes, incoming: Incoming | None) -> bytes:  # noqa: ARG002  of the protocol
        """Return a call in the answer itself, which saves one."""
        if incoming is None or not incoming.receipt:
            return b""
        return msgspec.json.encode({"method": "answerCallbackQuery", "callback_query_id": incoming.receipt})

    async def _ask(self, bot: Bot, ask: GetUpdates) -> list[tuple[int, Update | None]]:
        """Return updates by id; None is one that the library cannot read, which must not hold up the rest."""
        try:
            updates = await self._call(bot.token, ask, seconds=POLL_SECONDS + CALL_SECONDS_MAX)
        except ClientDecodeError as error:
            return [(raw["update_id"], self._understood(raw)) for raw in error.data["result"]]
        return [(update.update_id, update) for update in updates]

    def _understood(self, raw: dict[str, Any]) -> Update | None:
        try:
            return Update.model_validate(raw)
        except ValidationError as error:
            # The error itself quotes what was written, and by whom.
            faults = error.errors(include_url=False, include_context=False, include_input=False)
            places = [".".join(map(str, fault["loc"])) for fault in faults]
            log.warning("update_not_read", update_id=raw["update_id"], places=places)
            return None

    def _caller(self, token: str) -> Caller:
        return Caller(token, session=self._session)

    async def _call(
        self, token: str, method: TelegramMethod[Answer], *, seconds: int = CALL_SECONDS_MAX
    ) -> Answer:
        """Call a method.

        :raises TemporaryFailure: it may work later
        :raises TokenRefused: the token is nobody's, or no more
        """
        try:
            return await self._caller(token)(method, request_timeout=seconds)
        except (TokenValidationError, TelegramUnauthorizedError, TelegramNotFound) as error:
            raise TokenRefused(field="token") from error
        except TelegramRetryAfter as error:
            raise TemporaryFailure(str(error), retry_after_seconds=error.retry_after) from error
        except (TelegramNetworkError, TelegramServerError) as error:
            raise TemporaryFailure(_without(token, str(error))) from error


def _without(token: str, words: str) -> str:
    """Return what went wrong on the way; it may name the address, of which Telegram has made the token a part."""
    return words.replace(token, "…")


def result_of(error: AiogramError) -> Result:  # noqa: PLR0911  one case a failure
    """Return what a failed sending means."""
    match error:
        case ClientDecodeError(data={"ok": True}):
            # It was taken; only what came back is newer than the library.
            return Sent()
        case TelegramRetryAfter():
            return Wait(float(error.retry_after))
        case TelegramMigrateToChat():
            return Moved(str(error.migrate_to_chat_id))
        case TelegramForbiddenError():
            return Unreachable("gone" if "deactivated" in error.message else "blocked")
        case TelegramUnauthorizedError() | TelegramNotFound():
            return Wait(UNAUTHORIZED_WAIT_SECONDS, problem=error.message)
        case TelegramBadRequest() if "chat not found" in error.message:
            return Unreachable("gone")
        case TelegramServerError():
            return Failing(error.message)
        case TelegramAPIError():
            return Refused(error.message)
        case _:
            return Failing(str(error))
