"""VK's side of a bot: a community that is written to. What it calls, and what its refusals mean."""

import hmac
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any

import msgspec
import structlog
from msgspec import structs

from plushka.delivery.bots.shell import Incoming, Parcel
from plushka.delivery.bots.uploads import Uploads
from plushka.delivery.bots.vk.calling import OUTSIDE, VERSION, Code, PollServer, VkApi, VkRefused, reason_of
from plushka.delivery.bots.vk.hearing import CONFIRMATION, EVENTS, Event, incoming
from plushka.delivery.bots.vk.saying import parameters_of
from plushka.domain.bots.connecting import Condition
from plushka.domain.bots.model import UNAUTHORIZED, Bot, BotAccount, RightsMissing, TokenRefused
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
    Wait,
)
from plushka.domain.messages.pictures import file_of
from plushka.platform.errors import TemporaryFailure

OK = b"ok"
SERVER_TITLE = "Plushka"
"""By this our servers are told from those of others among the ten that a community may have."""
RIGHTS = ("messages", "photos", "manage")
"""What a token must allow: to write, to send the card, and to tell VK how it is to tell us.

With the right to documents as well, files of reports come along.
"""
NO_DOCUMENTS = frozenset({Code.NO_RIGHTS, Code.DENIED, Code.BAD_TOKEN_OF_COMMUNITY})
"""What is said to a key that must not upload documents; if it is bad altogether, so is the message that follows."""
FILE_TYPE = "application/octet-stream"
TOO_FAST_WAIT_SECONDS = 1.0
LONG_WAIT_SECONDS = 60.0
"""A token that was taken back is renewed by a person, if ever; a limit that is used up ends some time."""
_SUBSCRIBED: Mapping[str, int] = dict.fromkeys(EVENTS, 1)

log = structlog.get_logger()


class VkShell:
    """One for all bots of a process; ``api`` is where VK's methods are called."""

    messenger: Messenger = "vk"
    per_second = 15.0
    """Of 20 calls that VK allows; a picture or a file takes three."""
    replies_release = False

    def __init__(self, api: str) -> None:
        self._api = VkApi(api)
        self._uploads = Uploads()

    async def close(self) -> None:
        await self._api.close()

    async def identify(self, token: str) -> BotAccount:
        """Return whose a token is.

        :raises TokenRefused: it is no community's
        :raises RightsMissing: it does not allow what a bot does
        """
        permissions = await self._api.ask(token, "groups.getTokenPermissions")
        allowed = {permission["name"] for permission in permissions["permissions"]}
        if missing := [right for right in RIGHTS if right not in allowed]:
            raise RightsMissing(field="token", rights=", ".join(missing))
        (community,) = (await self._api.ask(token, "groups.getById"))["groups"]
        return BotAccount(
            str(community["id"]), community.get("screen_name") or f"club{community['id']}", community["name"]
        )

    async def set_up(self, bot: Bot, *, webhook_url: str, app_url: str) -> None:  # noqa: ARG002  VK is told of the app by hand
        ours = await self._servers(bot)
        for server_id in [server_id for server_id, url in ours.items() if url != webhook_url]:
            await self._ask(bot, "groups.deleteCallbackServer", server_id=server_id)
        if not webhook_url:
            await self._ask(bot, "groups.setLongPollSettings", enabled=1, api_version=VERSION, **_SUBSCRIBED)
            return
        server = {"url": webhook_url, "title": SERVER_TITLE, "secret_key": bot.credentials.secret}
        known = next((server_id for server_id, url in ours.items() if url == webhook_url), None)
        if known is None:
            added = await self._ask(bot, "groups.addCallbackServer", **server)
            known = int(added["server_id"])
        else:
            await self._ask(bot, "groups.editCallbackServer", server_id=known, **server)
        await self._ask(
            bot, "groups.setCallbackSettings", server_id=known, api_version=VERSION, **_SUBSCRIBED
        )

    async def let_go(self, bot: Bot) -> None:
        for server_id in await self._servers(bot):
            await self._ask(bot, "groups.deleteCallbackServer", server_id=server_id)
        if bot.is_polled:
            await self._ask(bot, "groups.setLongPollSettings", enabled=0)

    async def look(self, bot: Bot) -> Condition:
        """Return whether VK still calls us: what waits it does not tell."""
        if bot.is_polled:
            await self._api.ask(bot.token, "groups.getById")
            return Condition()
        listed = await self._ask(bot, "groups.getCallbackServers")
        states = [server["status"] for server in listed["items"] if server["title"] == SERVER_TITLE]
        return Condition(problem="" if states == ["ok"] else f"Callback server: {', '.join(states) or '—'}")

    async def send(self, bot: Bot, parcel: Parcel) -> Result:
        try:
            await self._send(bot, parcel)
        except VkRefused as refused:
            return result_of(refused)
        except OUTSIDE as error:
            return Failing(reason_of(error))
        return Sent()

    async def _send(self, bot: Bot, parcel: Parcel) -> None:
        picture, file = parcel.message.picture, parcel.message.file
        if file is not None:
            await self._send_file(bot, parcel, file)
            return

        async def call(attachment: str) -> None:
            parameters = parameters_of(parcel, app_id=bot.credentials.app_id, attachment=attachment)
            await self._api.call(bot.token, "messages.send", **parameters)

        async def upload() -> str:
            return (
                "" if picture is None else await self._upload(bot, parcel.external_id, picture, parcel.color)
            )

        if not isinstance(picture, Photo):
            await call(await upload())
            return
        attachment, is_new = await self._uploads.name_of(bot, picture, upload)
        try:
            await call(attachment)
        except VkRefused as refused:
            if is_new or not isinstance(result_of(refused), Refused):
                raise
            # It may be the picture that VK does not know any more.
            self._uploads.forget(bot, picture, attachment)
            await call((await self._uploads.name_of(bot, picture, upload))[0])

    async def _send_file(self, bot: Bot, parcel: Parcel, file: File) -> None:
        """Send a message with its file; where the key lets none be uploaded, with what is said instead."""
        try:
            attachment = await self._upload_file(bot, parcel.external_id, file)
        except VkRefused as refused:
            if refused.code not in NO_DOCUMENTS:
                raise
            attachment = ""
            text = "\n\n".join(filter(None, (parcel.message.text, file.otherwise)))
            parcel = structs.replace(parcel, message=structs.replace(parcel.message, text=text))
        parameters = parameters_of(parcel, app_id=bot.credentials.app_id, attachment=attachment)
        await self._api.call(bot.token, "messages.send", **parameters)

    async def poll(self, bot: Bot) -> AsyncIterator[Incoming]:
        server = await self._server(bot)
        ts = bot.cursor or str(server.ts)
        while True:
            news = await self._api.news(server, ts)
            match news.failed:
                case 0:
                    told = [one for one in map(_understood, news.updates) if one is not None]
                    ts = str(news.ts)
                    for one in told[:-1]:
                        yield one
                    for last in told[-1:]:
                        yield structs.replace(last, cursor=ts)
                case 1:
                    log.warning("updates_lost", bot_id=str(bot.id))
                    ts = str(news.ts)
                case 2:
                    server = await self._server(bot)
                case _:
                    server = await self._server(bot)
                    ts = str(server.ts)

    async def confirm(self, bot: Bot, incoming: Incoming) -> None:
        if incoming.receipt:
            with suppress(TemporaryFailure, TokenRefused):
                person = incoming.chatter.external_id
                await self._api.ask(
                    bot.token,
                    "messages.sendMessageEventAnswer",
                    event_id=incoming.receipt,
                    user_id=person,
                    peer_id=person,
                )

    def admits(self, bot: Bot, headers: Mapping[str, str], body: bytes) -> bool:  # noqa: ARG002  of the protocol
        try:
            event = msgspec.json.decode(body, type=Event)
        except msgspec.DecodeError:
            return False
        is_secret_right = hmac.compare_digest(event.secret.encode(), bot.credentials.secret.encode())
        return is_secret_right and str(event.group_id) == bot.account_id

    def read(self, bot: Bot, body: bytes) -> Incoming | None:  # noqa: ARG002  of the protocol
        return incoming(msgspec.json.decode(body, type=Event))

    async def reply(self, bot: Bot, body: bytes, incoming: Incoming | None) -> bytes:  # noqa: ARG002  of the protocol
        if msgspec.json.decode(body, type=Event).type != CONFIRMATION:
            return OK
        with suppress(TemporaryFailure, TokenRefused):
            told = await self._ask(bot, "groups.getCallbackConfirmationCode")
            return str(told["code"]).encode()
        # VK tells the community's owner that the server is not confirmed, and so does ``look``.
        return b""

    async def _ask(self, bot: Bot, method: str, **parameters: str | int) -> dict[str, Any]:
        """Call a method of the community's own settings, as ``VkApi.ask`` does."""
        answer = await self._api.ask(bot.token, method, group_id=bot.account_id, **parameters)
        return answer if isinstance(answer, dict) else {}

    async def _servers(self, bot: Bot) -> dict[int, str]:
        """Return the addresses at which VK calls us, by its ids."""
        listed = await self._ask(bot, "groups.getCallbackServers")
        return {one["id"]: one["url"] for one in listed["items"] if one["title"] == SERVER_TITLE}

    async def _server(self, bot: Bot) -> PollServer:
        return msgspec.convert(await self._ask(bot, "groups.getLongPollServer"), PollServer)

    async def _upload(self, bot: Bot, peer_id: str, picture: Picture | Photo, color: str) -> str:
        """Upload a picture and return what attaches it to a message.

        :raises VkRefused: VK answers with an error
        """
        place = await self._api.call(bot.token, "photos.getMessagesUploadServer", peer_id=peer_id)
        drawn = file_of(picture, color)
        uploaded = await self._api.upload(
            place["upload_url"], "photo", drawn.content, name=drawn.name, media_type=drawn.media_type
        )
        (photo,) = await self._api.call(bot.token, "photos.saveMessagesPhoto", **uploaded)
        return _attachment("photo", photo)

    async def _upload_file(self, bot: Bot, peer_id: str, file: File) -> str:
        """Upload a document to a chat and return what attaches it to a message there.

        :raises VkRefused: VK answers with an error
        """
        place = await self._api.call(bot.token, "docs.getMessagesUploadServer", type="doc", peer_id=peer_id)
        uploaded = await self._api.upload(
            place["upload_url"], "file", file.content, name=file.name, media_type=FILE_TYPE
        )
        saved = await self._api.call(bot.token, "docs.save", title=file.name, **uploaded)
        return _attachment("doc", saved["doc"])


def _attachment(kind: str, saved: Mapping[str, Any]) -> str:
    """Return what attaches something that VK has saved."""
    return f"{kind}{saved['owner_id']}_{saved['id']}_{saved.get('access_key', '')}".rstrip("_")


def result_of(refused: VkRefused) -> Result:  # noqa: PLR0911  one case a failure
    """Return what a refused sending means."""
    match refused.code:
        case Code.NOT_ALLOWED | Code.PRIVATE | Code.BLACKLISTED:
            return Unreachable("blocked")
        case Code.GONE:
            return Unreachable("gone")
        case Code.TOO_FAST:
            return Wait(TOO_FAST_WAIT_SECONDS)
        case Code.RATE_LIMIT:
            return Wait(LONG_WAIT_SECONDS, problem=str(refused))
        case Code.BAD_TOKEN | Code.BAD_TOKEN_OF_COMMUNITY:
            return Wait(LONG_WAIT_SECONDS, problem=UNAUTHORIZED)
        case Code.UNKNOWN | Code.BROKEN | Code.FLOOD | Code.CAPTCHA | Code.NO_RIGHTS | Code.DENIED:
            # Of this message or of all: growing pauses rest the bot either way, and no message holds it up for ever.
            return Failing(str(refused))
        case _:
            return Refused(str(refused))


def _understood(raw: msgspec.Raw) -> Incoming | None:
    """Return what an update means; one that cannot be read must not hold up the rest."""
    try:
        return incoming(msgspec.json.decode(raw, type=Event))
    except msgspec.DecodeError:
        log.warning("update_not_read", exc_info=True)
        return None
