"""MAX's side of a bot: its methods called, its failures told apart."""

import hmac
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import aiohttp
import msgspec
import structlog

from plushka.delivery.bots.max.hearing import UPDATES, Update, incoming
from plushka.delivery.bots.max.saying import body_of
from plushka.delivery.bots.shell import Incoming, Parcel, result_of_break
from plushka.delivery.bots.uploads import Uploads
from plushka.domain.bots.connecting import Condition
from plushka.domain.bots.model import UNAUTHORIZED, Bot, BotAccount, TokenRefused
from plushka.domain.members.channels import Messenger
from plushka.domain.messages.model import (
    Failing,
    File,
    Photo,
    Picture,
    Refused,
    Result,
    Sent,
    Unreachable,
    Unsure,
    Wait,
)
from plushka.domain.messages.pictures import file_of
from plushka.domain.messages.wording import COMMANDS
from plushka.platform.errors import TemporaryFailure
from plushka.platform.i18n import translator

SECRET_HEADER = "x-max-bot-api-secret"  # noqa: S105  the name of a header
POLL_SECONDS = 25
CALL_SECONDS_MAX = 20
UPDATES_MAX = 100
WAIT_SECONDS = 1.0
UNAUTHORIZED_WAIT_SECONDS = 60.0
FILE_TYPE = "application/octet-stream"
PRESSED = "✓"
"""What is shown for a moment where a button was pressed: MAX wants something to be."""

log = structlog.get_logger()


class MaxRefused(Exception):
    """MAX answers with an error: ``status`` of HTTP, ``code`` and ``message`` of its own."""

    def __init__(self, status: int, code: str, message: str, retry_after: str = "") -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.retry_after = float(retry_after) if retry_after.isdigit() else WAIT_SECONDS


class MessageBroken(Exception):
    """The call that sends a message itself, and not one that goes before it, came to no answer."""


class MaxShell:
    """One for all bots of a process; ``api`` is where MAX's methods are called."""

    messenger: Messenger = "max"
    per_second = 25.0
    """Of 30 that MAX allows."""
    replies_release = False

    def __init__(self, api: str) -> None:
        self._api = api
        self._client: aiohttp.ClientSession | None = None
        self._uploads = Uploads()

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()

    async def identify(self, token: str) -> BotAccount:
        me = await self._ask(token, "GET", "/me")
        return BotAccount(
            str(me["user_id"]), me.get("username") or "", me.get("first_name") or me.get("name") or ""
        )

    async def set_up(self, bot: Bot, *, webhook_url: str, app_url: str) -> None:  # noqa: ARG002  MAX is told of the app by hand
        await self._unsubscribe(bot, except_from=webhook_url)
        if webhook_url:
            hook = {"url": webhook_url, "secret": bot.credentials.secret, "update_types": UPDATES}
            await self._ask(bot.token, "POST", "/subscriptions", json=hook)
        words = translator("ru")
        commands = [{"name": name, "description": words.gettext(told)} for name, told in COMMANDS]
        await self._ask(bot.token, "PATCH", "/me/commands", json={"commands": commands})

    async def let_go(self, bot: Bot) -> None:
        await self._unsubscribe(bot)

    async def look(self, bot: Bot) -> Condition:
        """Return that the bot answers: MAX does not tell what waits."""
        await self._ask(bot.token, "GET", "/me")
        return Condition()

    async def send(self, bot: Bot, parcel: Parcel) -> Result:
        try:
            await self._send(bot, parcel)
        except MaxRefused as refused:
            return result_of(refused)
        except MessageBroken as broken:
            return result_of_break(broken.__cause__, str(broken))
        except (aiohttp.ClientError, TimeoutError) as error:
            return Failing(str(error) or type(error).__name__)
        return Sent()

    async def _send(self, bot: Bot, parcel: Parcel) -> None:
        picture, file = parcel.message.picture, parcel.message.file
        file_token = "" if file is None else await self._upload_file(bot, file)

        async def call(photos: Any) -> None:
            body = body_of(parcel, username=bot.username, photos=photos, file_token=file_token)
            try:
                await self._call(
                    bot.token, "POST", "/messages", params={"user_id": parcel.external_id}, json=body
                )
            except (aiohttp.ClientError, TimeoutError) as error:
                raise MessageBroken(str(error) or type(error).__name__) from error

        async def upload() -> Any:
            return None if picture is None else await self._upload(bot, picture, parcel.color)

        if not isinstance(picture, Photo):
            await call(await upload())
            return
        photos, is_new = await self._uploads.name_of(bot, picture, upload)
        try:
            await call(photos)
        except MaxRefused as refused:
            if is_new or not isinstance(result_of(refused), Refused):
                raise
            # It may be the picture that MAX does not know any more.
            self._uploads.forget(bot, picture, photos)
            await call((await self._uploads.name_of(bot, picture, upload))[0])

    async def poll(self, bot: Bot) -> AsyncIterator[Incoming]:
        marker: dict[str, str] = {}
        asked = {"limit": str(UPDATES_MAX), "timeout": str(POLL_SECONDS), "types": ",".join(UPDATES)}
        while True:
            told = await self._ask(
                bot.token, "GET", "/updates", params=asked | marker, seconds=POLL_SECONDS + CALL_SECONDS_MAX
            )
            for raw in told["updates"]:
                try:
                    understood = incoming(msgspec.convert(raw, Update), bot.token)
                except msgspec.ValidationError:
                    log.warning("update_not_read", update_type=raw.get("update_type"), exc_info=True)
                    continue
                if understood is not None:
                    yield understood
            if told.get("marker") is not None:
                marker = {"marker": str(told["marker"])}

    async def confirm(self, bot: Bot, incoming: Incoming) -> None:
        if incoming.receipt:
            with suppress(TemporaryFailure, TokenRefused, MaxRefused):
                await self._ask(
                    bot.token,
                    "POST",
                    "/answers",
                    params={"callback_id": incoming.receipt},
                    json={"notification": PRESSED},
                )

    def admits(self, bot: Bot, headers: Mapping[str, str], body: bytes) -> bool:  # noqa: ARG002  of the protocol
        sent = headers.get(SECRET_HEADER, "")
        return hmac.compare_digest(sent.encode(), bot.credentials.secret.encode())

    def read(self, bot: Bot, body: bytes) -> Incoming | None:
        return incoming(msgspec.json.decode(body, type=Update), bot.token)

    async def reply(self, bot: Bot, body: bytes, incoming: Incoming | None) -> bytes:  # noqa: ARG002  of the protocol
        return b""

    async def _unsubscribe(self, bot: Bot, *, except_from: str = "") -> None:
        subscribed = await self._ask(bot.token, "GET", "/subscriptions")
        for subscription in subscribed["subscriptions"]:
            if subscription["url"] != except_from:
                await self._ask(bot.token, "DELETE", "/subscriptions", params={"url": subscription["url"]})

    async def _upload(self, bot: Bot, picture: Picture | Photo, color: str) -> Any:
        """Upload a picture and return what names it in a message."""
        file = file_of(picture, color)
        return (await self._put(bot, "image", file.content, file.name, file.media_type))["photos"]

    async def _upload_file(self, bot: Bot, file: File) -> str:
        """Upload a file and return what names it in a message; until it is ready there, MAX wants the message later."""
        return str((await self._put(bot, "file", file.content, file.name, FILE_TYPE))["token"])

    async def _put(self, bot: Bot, kind: str, content: bytes, name: str, media_type: str) -> Any:
        place = await self._call(bot.token, "POST", "/uploads", params={"type": kind})
        # Else a name in Cyrillic would come as so many per cents.
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("data", content, filename=name, content_type=media_type)
        async with self._http().post(place["url"], data=form) as answer:
            answer.raise_for_status()
            return await answer.json(content_type=None)

    async def _ask(self, token: str, method: str, path: str, **more: Any) -> Any:
        """Call a method.

        :raises TemporaryFailure: it may work later
        :raises TokenRefused: the token is nobody's, or no more
        """
        try:
            return await self._call(token, method, path, **more)
        except MaxRefused as refused:
            if refused.status == HTTPStatus.UNAUTHORIZED:
                raise TokenRefused(field="token") from refused
            raise TemporaryFailure(str(refused), retry_after_seconds=refused.retry_after) from refused
        except (aiohttp.ClientError, TimeoutError) as error:
            raise TemporaryFailure(str(error) or type(error).__name__) from error

    async def _call(
        self,
        token: str,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: object = None,
        seconds: float = CALL_SECONDS_MAX,
    ) -> Any:
        if not token.isascii() or not token.isprintable():
            raise MaxRefused(HTTPStatus.UNAUTHORIZED, "verify.token", "Invalid access_token")
        async with self._http().request(
            method,
            f"{self._api}{path}",
            params=params,
            json=json,
            headers={"Authorization": token},
            timeout=aiohttp.ClientTimeout(total=seconds),
        ) as answer:
            try:
                body = await answer.json(content_type=None)
            except ValueError:
                # What stands before MAX answers with a page when MAX does not.
                body = None
            if answer.ok and body is not None:
                return body
            told = body if isinstance(body, dict) else {}
            raise MaxRefused(
                answer.status,
                str(told.get("code", "")),
                str(told.get("message", answer.reason)),
                answer.headers.get("retry-after", ""),
            )

    def _http(self) -> aiohttp.ClientSession:
        if self._client is None:
            self._client = aiohttp.ClientSession()
        return self._client


def result_of(refused: MaxRefused) -> Result:  # noqa: PLR0911  one case a failure
    """Return what a refused sending means."""
    match refused.status:
        case HTTPStatus.TOO_MANY_REQUESTS:
            return Wait(refused.retry_after)
        case HTTPStatus.OK:
            return Unsure(str(refused))
        case HTTPStatus.UNAUTHORIZED:
            return Wait(UNAUTHORIZED_WAIT_SECONDS, problem=UNAUTHORIZED)
        case HTTPStatus.FORBIDDEN:
            return Unreachable("blocked")
        case HTTPStatus.NOT_FOUND:
            return Unreachable("gone")
        case HTTPStatus.BAD_REQUEST if refused.code != "attachment.not.ready":
            return Refused(str(refused))
        case _:
            return Failing(str(refused))
