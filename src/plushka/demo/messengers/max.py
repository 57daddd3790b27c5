"""A MAX that is none: its Bot API as far as our bot uses it, with its checks, errors and habits.

The token comes bare in ``Authorization``; errors are ``{"code", "message"}``; who stopped the bot is ``chat.denied``;
updates carry no ids and are called with the secret header until they are answered.
"""

import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Collection, Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web
from msgspec import field

from plushka.demo.messengers.chats import Pressable, broken_markup
from plushka.demo.messengers.people import PEOPLE, Person
from plushka.demo.messengers.pretended import Pretended, PretendedBot, may_open
from plushka.demo.messengers.registry import Registration
from plushka.demo.messengers.telegram import signature
from plushka.domain.members.channels import Messenger

SECRET_HEADER = "X-Max-Bot-Api-Secret"  # noqa: S105  the name of a header
TEXT_LENGTH_MAX = 4000
PAYLOAD_LENGTH_MAX = 1024
ROWS_MAX = 30
IN_ROW_MAX = 7
_SECRET = re.compile(r"[A-Za-z0-9_-]{5,256}")
_START = re.compile(r"[\w-]{0,128}", re.ASCII)


class Refused(Exception):
    """A call that MAX answers with an error."""

    def __init__(self, status: int, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.status = status
        self.code = code
        self.message = message or code


class FakeMaxBot(PretendedBot, kw_only=True):
    """A bot as MAX has it; updates wait with their markers. ``app`` is the mini app that its owner has named."""

    app: str
    next_marker: int = 1
    subscriptions: dict[str, str] = field(default_factory=dict)
    commands: list[dict[str, str]] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)


class FakeMax(Pretended[FakeMaxBot]):
    """All of MAX that there is. ``fail_next`` lets the next calls of a method fail, as tests want it."""

    key: Messenger = "max"
    title = "MAX"

    def __init__(
        self,
        bots: Mapping[str, tuple[Registration, str]] | None = None,
        people: Collection[Person] = PEOPLE,
    ) -> None:
        """Begin with ``bots``, by their tokens: who they are, and their apps."""
        super().__init__(
            {token: FakeMaxBot(registration, app=app) for token, (registration, app) in (bots or {}).items()},
            people,
        )

    def fail_next(self, path: str, status: int, code: str) -> None:
        """Let the next call of ``path`` fail like this."""
        self._let_fail(path, Refused(status, code))

    def routes(self, prefix: str = "") -> list[web.RouteDef]:
        known = (
            ("GET", "/me", self._get_me),
            ("PATCH", "/me/commands", self._set_commands),
            ("POST", "/messages", self._send),
            ("POST", "/answers", self._answer),
            ("GET", "/updates", self._get_updates),
            ("GET", "/subscriptions", self._list_subscriptions),
            ("POST", "/subscriptions", self._subscribe),
            ("DELETE", "/subscriptions", self._unsubscribe),
            ("POST", "/uploads", self._begin_upload),
        )

        def handler(path: str, do: Any) -> Any:
            async def handle(request: web.Request) -> web.Response:
                try:
                    bot = self._bot(request)
                    self._fail_if_told(path)
                    return web.json_response(await do(bot, request))
                except Refused as refused:
                    body = {"code": refused.code, "message": refused.message}
                    return web.json_response(body, status=refused.status)

            return handle

        routes = [web.route(method, f"{prefix}{path}", handler(path, do)) for method, path, do in known]
        return [*routes, web.post(f"{prefix}/uploaded", self._upload)]

    # The phone's side.

    def link_to(self, username: str) -> str:
        return f"https://max.ru/{username}?"

    def app_of(self, bot: FakeMaxBot) -> str:
        return bot.app

    def app_link(self, bot: FakeMaxBot, person: Person, url: str) -> str:
        """Return the address with which the app is opened: its data signed with the bot's token."""
        data = {
            "auth_date": str(int(time.time())),
            "query_id": secrets.token_hex(12),
            "user": json.dumps(
                _user(person) | {"id": person.id, "language_code": person.language}, ensure_ascii=False
            ),
        }
        data["hash"] = signature(bot.registration.token, data)
        return f"{url}#{urlencode({'WebAppData': urlencode(data), 'WebAppPlatform': 'android'})}"

    async def start(self, bot: FakeMaxBot, person: Person, start: str = "") -> None:
        """Press «Начать», by a link that carries ``start``."""
        if not _START.fullmatch(start):
            raise ValueError(f"A link cannot carry {start!r}")
        chat = self.chat(bot, person)
        chat.was_begun, chat.is_blocked = True, False
        payload = {"payload": start} if start else {}
        await self._tell(
            bot, "bot_started", chat_id=person.id, user=_user(person), user_locale=person.language, **payload
        )

    async def write(self, bot: FakeMaxBot, person: Person, text: str) -> None:
        await self._say(bot, person, escape(text, quote=False), text=text)

    async def share_contact(
        self, bot: FakeMaxBot, person: Person, *, whose: Person | None = None, is_forged: bool = False
    ) -> None:
        """Send a contact: the own one, one out of the phone's book, or one that MAX has not signed."""
        owner = whose or person
        card = f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{owner.name}\r\nTEL;TYPE=cell:{owner.phone}\r\nEND:VCARD"
        signed = hmac.new(bot.registration.token.encode(), card.encode(), hashlib.sha256).hexdigest()
        payload = {"vcf_info": card, "hash": "0" * 64 if is_forged else signed, "max_info": _user(owner)}
        await self._say(
            bot, person, f"☎ +{owner.phone}", attachments=[{"type": "contact", "payload": payload}]
        )

    async def press(self, bot: FakeMaxBot, person: Person, message_id: int, action: str) -> None:  # noqa: ARG002
        """Press a button under a message."""
        callback = {
            "timestamp": _now(),
            "callback_id": secrets.token_hex(8),
            "payload": action,
            "user": _user(person),
        }
        await self._tell(bot, "message_callback", callback=callback, user_locale=person.language)

    async def block(self, bot: FakeMaxBot, person: Person) -> None:
        """Stop the bot."""
        self.chat(bot, person).is_blocked = True
        await self._tell(bot, "bot_stopped", chat_id=person.id, user=_user(person))

    async def _say(self, bot: FakeMaxBot, person: Person, html: str, **body: Any) -> None:
        chat = self.chat(bot, person)
        chat.was_begun, chat.is_blocked = True, False
        bot.next_message += 1
        chat.show(bot.next_message, "person", html)
        message = {
            "sender": _user(person),
            "recipient": {"chat_id": person.id, "chat_type": "dialog", "user_id": bot.registration.id},
            "timestamp": _now(),
            "body": {"mid": f"mid.{bot.next_message}", "seq": bot.next_message, "text": "", **body},
        }
        await self._tell(bot, "message_created", message=message, user_locale=person.language)

    async def _tell(self, bot: FakeMaxBot, kind: str, **update: Any) -> None:
        marker = bot.next_marker
        bot.next_marker += 1
        await self._leave(bot, (marker, {"update_type": kind, "timestamp": _now(), **update}))

    # The bot's side.

    def _bot(self, request: web.Request) -> FakeMaxBot:
        bot = self.bots.get(request.headers.get("authorization", ""))
        if bot is None:
            raise Refused(401, "verify.token", "Invalid access_token")
        return bot

    async def _get_me(self, bot: FakeMaxBot, _: web.Request) -> dict[str, Any]:
        return {
            "user_id": bot.registration.id,
            "first_name": bot.registration.name,
            "username": bot.registration.username,
            "is_bot": True,
            "last_activity_time": _now(),
        }

    async def _set_commands(self, bot: FakeMaxBot, request: web.Request) -> dict[str, Any]:
        bot.commands = (await request.json())["commands"]
        return {"success": True}

    async def _get_updates(self, bot: FakeMaxBot, request: web.Request) -> dict[str, Any]:
        if bot.subscriptions:
            raise Refused(400, "proto.payload", "Long polling is off while there is a webhook")
        marker = int(request.query.get("marker", "0"))
        while bot.updates and bot.updates[0][0] < marker:
            bot.updates.popleft()
        if not bot.updates:
            await self._wait_for_updates(bot, float(request.query.get("timeout", "30")))
        return {"updates": [update for _, update in bot.updates], "marker": bot.next_marker}

    async def _list_subscriptions(self, bot: FakeMaxBot, _: web.Request) -> dict[str, Any]:
        return {"subscriptions": [{"url": url, "time": _now()} for url in bot.subscriptions]}

    async def _subscribe(self, bot: FakeMaxBot, request: web.Request) -> dict[str, Any]:
        asked = await request.json()
        if not may_open(asked["url"]):
            raise Refused(400, "proto.payload", "url: HTTPS is needed")
        if not _SECRET.fullmatch(asked.get("secret", "")):
            raise Refused(400, "proto.payload", "secret: 5 to 256 letters, digits, - and _")
        bot.subscriptions[asked["url"]] = asked["secret"]
        self._begin_delivery(bot)
        return {"success": True}

    async def _unsubscribe(self, bot: FakeMaxBot, request: web.Request) -> dict[str, Any]:
        bot.subscriptions.pop(request.query["url"], None)
        return {"success": True}

    async def _begin_upload(self, _: FakeMaxBot, request: web.Request) -> dict[str, Any]:
        kind = request.query.get("type")
        if kind not in {"image", "file"}:
            raise Refused(400, "proto.payload", "type")
        place = request.url.with_path(request.path.replace("/uploads", "/uploaded"))
        return {"url": str(place.with_query({"type": kind}))}

    async def _upload(self, request: web.Request) -> web.Response:
        sent = (await request.post())["data"]
        if not isinstance(sent, web.FileField):
            raise web.HTTPBadRequest
        if request.query["type"] == "file":
            self.files.append((sent.filename, sent.file.read()))
            return web.json_response({"fileId": len(self.files), "token": f"file{len(self.files) - 1}"})
        self.pictures.append(sent.file.read())
        return web.json_response({"photos": {"1": {"token": str(len(self.pictures) - 1)}}})

    async def _answer(self, bot: FakeMaxBot, request: web.Request) -> dict[str, Any]:
        asked = await request.json()
        if not asked.get("notification") and not asked.get("message"):
            raise Refused(400, "proto.payload", "Either message or notification is needed")
        bot.answered.append(request.query["callback_id"])
        return {"success": True}

    async def _send(self, bot: FakeMaxBot, request: web.Request) -> dict[str, Any]:
        asked = await request.json()
        try:
            person = self.person(int(request.query.get("user_id", "")))
        except (KeyError, ValueError):
            raise Refused(404, "dialog.not.found") from None
        chat = self.chat(bot, person)
        if chat.is_blocked or not chat.was_begun:
            raise Refused(403, "chat.denied", "error.dialog.suspended")
        text = asked.get("text") or ""
        if len(text) >= TEXT_LENGTH_MAX:
            raise Refused(400, "proto.payload", "text: too long")
        if asked.get("format") == "html" and (tag := broken_markup(text)):
            raise Refused(400, "proto.payload", f"text: {tag}")
        rows, picture, file = self._attached(bot, asked.get("attachments") or [])
        if len(rows) > ROWS_MAX or any(len(row) > IN_ROW_MAX for row in rows):
            raise Refused(400, "proto.payload", "buttons: too many")
        bot.next_message += 1
        chat.show(bot.next_message, "bot", text, rows=rows, picture=picture, file=file)
        message = {
            "sender": await self._get_me(bot, request),
            "recipient": {"chat_id": person.id, "chat_type": "dialog", "user_id": person.id},
            "timestamp": _now(),
            "body": {
                "mid": f"mid.{bot.next_message}",
                "seq": bot.next_message,
                "text": text,
                "attachments": [],
            },
        }
        return {"message": message}

    def _attached(
        self, bot: FakeMaxBot, attachments: Sequence[Mapping[str, Any]]
    ) -> tuple[list[list[Pressable]], int | None, str]:
        """Return the buttons, the picture and the name of the file that came with a message."""
        rows: list[list[Pressable]] = []
        picture, file = None, ""
        for attachment in attachments:
            if attachment["type"] == "image":
                picture = int(next(iter(attachment["payload"]["photos"].values()))["token"])
                if not self.pictures_from <= picture < len(self.pictures):
                    raise Refused(400, "proto.payload", "attachments: no such token")
            elif attachment["type"] == "file":
                file, _ = self.files[int(attachment["payload"]["token"].removeprefix("file"))]
            elif attachment["type"] == "inline_keyboard":
                rows = [[_pressable(one, bot.app) for one in row] for row in attachment["payload"]["buttons"]]
        return rows, picture, file

    def _has_webhook(self, bot: FakeMaxBot) -> bool:
        return bool(bot.subscriptions)

    async def _call(self, client: aiohttp.ClientSession, bot: FakeMaxBot) -> bool:
        url, secret = next(iter(bot.subscriptions.items()))
        _, update = bot.updates[0]
        try:
            async with client.post(url, json=update, headers={SECRET_HEADER: secret}) as answer:
                return answer.status == web.HTTPOk.status_code
        except (aiohttp.ClientError, TimeoutError):
            return False


def _pressable(button: Mapping[str, Any], app: str) -> Pressable:
    text = button.get("text", "")
    match button["type"]:
        case "callback" if 0 < len(button["payload"]) <= PAYLOAD_LENGTH_MAX:
            return Pressable(text, action=button["payload"])
        case "link":
            return Pressable(text, link=button["url"])
        case "message":
            return Pressable(text)
        case "request_contact":
            return Pressable(text, asks_contact=True)
        case "open_app":
            return Pressable(text, app=app)
        case _:
            raise Refused(400, "proto.payload", "buttons")


def _now() -> int:
    return time.time_ns() // 1_000_000


def _user(person: Person) -> dict[str, Any]:
    return {
        "user_id": person.id,
        "first_name": person.name,
        "name": person.name,
        "is_bot": False,
        "last_activity_time": _now(),
    }
