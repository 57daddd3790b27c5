"""A Telegram that is none: the Bot API as far as our bot uses it, with its checks, errors and habits.

``Bot API`` as of 10.3: replies ``{"ok": …}``, 401 for an unknown token, 403 for who blocked the bot, 409 for polling
beside a webhook, 429 with ``retry_after``, webhooks with the secret header, repeated until they are answered by 2xx.
"""

import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
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
from plushka.domain.members.channels import Messenger

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  the name of a header
TEXT_LENGTH_MAX = 4096
CAPTION_LENGTH_MAX = 1024
CALLBACK_BYTES_MAX = 64
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_START = re.compile(r"[A-Za-z0-9_-]{0,64}")


class Refused(Exception):
    """A call that the Bot API answers with an error."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


class FakeBot(PretendedBot, kw_only=True):
    """A bot as Telegram has it; an update is what is fetched or called out, whole.

    ``files`` are the pictures that it may show again, by their ids.
    """

    next_update: int
    webhook_url: str = ""
    secret: str = ""
    last_error: str = ""
    last_error_at: int = 0
    commands: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    menu_button: dict[str, Any] = field(default_factory=lambda: {"type": "default"})
    answered_queries: list[str] = field(default_factory=list)
    files: dict[str, int] = field(default_factory=dict)


class FakeTelegram(Pretended[FakeBot]):
    """All of Telegram that there is. ``fail_next`` lets the next calls of a method fail, as tests want it."""

    key: Messenger = "telegram"
    title = "Telegram"

    def __init__(
        self, registrations: tuple[Registration, ...] = (), people: Collection[Person] = PEOPLE
    ) -> None:
        super().__init__({}, people)
        for registration in registrations:
            self.register(registration)

    def register(self, registration: Registration) -> FakeBot:
        """Make a bot, as the maker of bots would."""
        # Ids of updates go on where they were after a restart, or ours would take new ones for old.
        bot = FakeBot(registration, next_update=int(time.time()) * 10)
        self.bots[registration.token] = bot
        return bot

    def fail_next(self, method: str, status: int, description: str, **parameters: int) -> None:
        """Let the next call of ``method`` fail like this."""
        self._let_fail(method.lower(), Refused(status, description, **parameters))

    def routes(self, prefix: str = "") -> list[web.RouteDef]:
        return [web.route("*", f"{prefix}/bot{{token}}/{{method}}", self._serve)]

    # The phone's side.

    def link_to(self, username: str) -> str:
        return f"https://t.me/{username}?"

    def app_of(self, bot: FakeBot) -> str:
        return str(bot.menu_button["web_app"]["url"]) if bot.menu_button["type"] == "web_app" else ""

    async def start(self, bot: FakeBot, person: Person, start: str = "") -> None:
        """Press «Start», by a link that carries ``start``."""
        if not _START.fullmatch(start):
            raise ValueError(f"A link cannot carry {start!r}")
        await self.write(bot, person, f"/start {start}".strip())

    async def write(self, bot: FakeBot, person: Person, text: str) -> None:
        await self._unblock(bot, person)
        message = self._message(bot, person, escape(text, quote=False))
        await self._tell(bot, "message", {**message, "text": text})

    async def share_contact(
        self, bot: FakeBot, person: Person, *, whose: Person | None = None, is_forwarded: bool = False
    ) -> None:
        """Send a contact: the own one, or one out of the phone's book."""
        owner = whose or person
        self.chat(bot, person).keyboard = []
        message = self._message(bot, person, f"☎ +{owner.phone}")
        contact = {"phone_number": owner.phone, "first_name": owner.name, "user_id": owner.id}
        forwarded = {
            "forward_origin": {"type": "hidden_user", "date": int(time.time()), "sender_user_name": "?"}
        }
        await self._tell(
            bot, "message", {**message, "contact": contact, **(forwarded if is_forwarded else {})}
        )

    async def press(self, bot: FakeBot, person: Person, message_id: int, action: str) -> None:
        """Press a button under a message."""
        query = {
            "id": secrets.token_hex(8),
            "from": _user(person),
            "chat_instance": str(person.id),
            "message": {"message_id": message_id, "date": 0, "chat": _chat(person)},
            "data": action,
        }
        await self._tell(bot, "callback_query", query)

    async def block(self, bot: FakeBot, person: Person) -> None:
        """Stop the bot."""
        self.chat(bot, person).is_blocked = True
        await self._tell(bot, "my_chat_member", _membership(bot, person, "member", "kicked"))

    def app_link(self, bot: FakeBot, person: Person, url: str) -> str:
        """Return the address with which the app is opened: its data signed with the bot's token."""
        data = {
            "auth_date": str(int(time.time())),
            "query_id": secrets.token_urlsafe(12),
            "user": json.dumps(
                {"id": person.id, "first_name": person.name, "language_code": person.language},
                ensure_ascii=False,
            ),
        }
        data["hash"] = signature(bot.registration.token, data)
        fragment = urlencode(
            {"tgWebAppData": urlencode(data), "tgWebAppVersion": "8.0", "tgWebAppPlatform": "android"}
        )
        return f"{url}#{fragment}"

    async def _unblock(self, bot: FakeBot, person: Person) -> None:
        chat = self.chat(bot, person)
        chat.was_begun = True
        if chat.is_blocked:
            chat.is_blocked = False
            await self._tell(bot, "my_chat_member", _membership(bot, person, "kicked", "member"))

    def _message(self, bot: FakeBot, person: Person, html: str) -> dict[str, Any]:
        """Show what the person sent, and return it as an update has it."""
        message_id = _next_message(bot)
        self.chat(bot, person).show(message_id, "person", html)
        return {
            "message_id": message_id,
            "date": int(time.time()),
            "chat": _chat(person),
            "from": _user(person),
        }

    async def _tell(self, bot: FakeBot, kind: str, payload: Mapping[str, Any]) -> None:
        bot.next_update += 1
        await self._leave(bot, {"update_id": bot.next_update, kind: dict(payload)})

    # The bot's side.

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"].lower()
        bot = self.bots.get(request.match_info["token"])
        if bot is None:
            return _refusal(Refused(401, "Unauthorized"))
        try:
            arguments = await _arguments(request)
            return web.json_response({"ok": True, "result": await self._do(bot, method, arguments)})
        except Refused as refused:
            return _refusal(refused)

    async def _do(self, bot: FakeBot, method: str, arguments: dict[str, Any]) -> Any:
        self._fail_if_told(method)
        known: dict[str, Callable[[FakeBot, dict[str, Any]], Any]] = {
            "getme": self._get_me,
            "getwebhookinfo": self._get_webhook_info,
            "setwebhook": self._set_webhook,
            "deletewebhook": self._delete_webhook,
            "setmycommands": self._set_commands,
            "setchatmenubutton": self._set_menu_button,
            "sendmessage": self._send_message,
            "sendphoto": self._send_photo,
            "senddocument": self._send_document,
            "answercallbackquery": self._answer_query,
        }
        if method == "getupdates":
            return await self._get_updates(bot, arguments)
        if method not in known:
            raise Refused(404, "Not Found")
        return known[method](bot, arguments)

    def _get_me(self, bot: FakeBot, _: dict[str, Any]) -> dict[str, Any]:
        registration = bot.registration
        return {
            "id": registration.id,
            "is_bot": True,
            "first_name": registration.name,
            "username": registration.username,
        }

    async def _get_updates(self, bot: FakeBot, arguments: dict[str, Any]) -> list[dict[str, Any]]:
        if bot.webhook_url:
            raise Refused(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        offset = int(arguments.get("offset", 0))
        while bot.updates and bot.updates[0]["update_id"] < offset:
            bot.updates.popleft()
        if not bot.updates and (seconds := float(arguments.get("timeout", 0))):
            await self._wait_for_updates(bot, seconds)
        return list(bot.updates)[: int(arguments.get("limit", 100))]

    def _get_webhook_info(self, bot: FakeBot, _: dict[str, Any]) -> dict[str, Any]:
        info: dict[str, Any] = {
            "url": bot.webhook_url,
            "has_custom_certificate": False,
            "pending_update_count": len(bot.updates),
        }
        if bot.last_error:
            info |= {"last_error_message": bot.last_error, "last_error_date": bot.last_error_at}
        return info

    def _set_webhook(self, bot: FakeBot, arguments: dict[str, Any]) -> bool:
        url, secret = arguments.get("url", ""), arguments.get("secret_token", "")
        if not may_open(url):
            raise Refused(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        if secret and not _SECRET.fullmatch(secret):
            raise Refused(400, "Bad Request: secret token contains unallowed characters")
        bot.webhook_url, bot.secret = url, secret
        self._begin_delivery(bot)
        return True

    def _delete_webhook(self, bot: FakeBot, arguments: dict[str, Any]) -> bool:
        bot.webhook_url = bot.secret = ""
        if arguments.get("drop_pending_updates") in {True, "true"}:
            bot.updates.clear()
        return True

    def _set_commands(self, bot: FakeBot, arguments: dict[str, Any]) -> bool:
        bot.commands[arguments.get("language_code", "")] = _decoded(arguments["commands"])
        return True

    def _set_menu_button(self, bot: FakeBot, arguments: dict[str, Any]) -> bool:
        button = _decoded(arguments["menu_button"])
        if button["type"] == "web_app" and not may_open(button["web_app"]["url"]):
            raise Refused(
                400, "Bad Request: menu button web app URL is invalid: Only HTTPS links are allowed"
            )
        bot.menu_button = button
        return True

    def _send_message(self, bot: FakeBot, arguments: dict[str, Any]) -> dict[str, Any]:
        text = arguments.get("text", "")
        if not text:
            raise Refused(400, "Bad Request: message text is empty")
        if len(text) > TEXT_LENGTH_MAX:
            raise Refused(400, "Bad Request: message is too long")
        return self._show(bot, arguments, text, None)

    def _send_photo(self, bot: FakeBot, arguments: dict[str, Any]) -> dict[str, Any]:
        photo = arguments.get("photo", b"")
        if isinstance(photo, str) and photo.startswith("attach://"):
            photo = arguments.get(photo.removeprefix("attach://"), b"")
        if not photo:
            raise Refused(400, "Bad Request: there is no photo in the request")
        caption = arguments.get("caption", "")
        if len(caption) > CAPTION_LENGTH_MAX:
            raise Refused(400, "Bad Request: message caption is too long")
        if isinstance(photo, str):
            if bot.files.get(photo, -1) < self.pictures_from:
                raise Refused(400, "Bad Request: wrong remote file identifier specified: Wrong string length")
            return self._show(bot, arguments, caption, bot.files[photo])
        number = len(self.pictures)
        shown = self._show(bot, arguments, caption, number)
        self.pictures.append(photo)
        file_id = f"AgAC{bot.registration.id}x{number}"
        bot.files[file_id] = number
        return shown | {
            "photo": [
                {"file_id": f"{name}{file_id}", "file_unique_id": f"{name}u", "width": side, "height": side}
                for name, side in (("s", 90), ("", 1280))
            ]
        }

    def _send_document(self, bot: FakeBot, arguments: dict[str, Any]) -> dict[str, Any]:
        document = str(arguments.get("document", ""))
        content = arguments.get(document.removeprefix("attach://"), b"")
        if not content:
            raise Refused(400, "Bad Request: there is no document in the request")
        caption = arguments.get("caption", "")
        if len(caption) > CAPTION_LENGTH_MAX:
            raise Refused(400, "Bad Request: message caption is too long")
        name = arguments[f"{document.removeprefix('attach://')} name"]
        shown = self._show(bot, arguments, caption, None, file=name)
        self.files.append((name, content))
        file_id = f"BQAC{bot.registration.id}x{len(self.files)}"
        return shown | {"document": {"file_id": file_id, "file_unique_id": file_id, "file_name": name}}

    def _answer_query(self, bot: FakeBot, arguments: dict[str, Any]) -> bool:
        bot.answered_queries.append(arguments["callback_query_id"])
        return True

    def _show(
        self, bot: FakeBot, arguments: dict[str, Any], html: str, picture: int | None, *, file: str = ""
    ) -> dict[str, Any]:
        try:
            person = self.person(int(arguments.get("chat_id", "")))
        except (KeyError, ValueError):
            raise Refused(400, "Bad Request: chat not found") from None
        chat = self.chat(bot, person)
        if chat.is_blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        if not chat.was_begun:
            raise Refused(403, "Forbidden: bot can't initiate conversation with a user")
        if arguments.get("parse_mode") != "HTML":
            html = escape(html, quote=False)
        elif tag := broken_markup(html):
            raise Refused(400, f"Bad Request: can't parse entities: unsupported tag {tag}")
        markup = _decoded(arguments.get("reply_markup", "{}"))
        rows = [[_pressable(button) for button in row] for row in markup.get("inline_keyboard", [])]
        if "keyboard" in markup:
            chat.keyboard = [
                [Pressable(one["text"], asks_contact=bool(one.get("request_contact"))) for one in row]
                for row in markup["keyboard"]
            ]
        message_id = _next_message(bot)
        chat.show(message_id, "bot", html, rows=rows, picture=picture, file=file)
        return {"message_id": message_id, "date": int(time.time()), "chat": _chat(person), "text": html}

    def _has_webhook(self, bot: FakeBot) -> bool:
        return bool(bot.webhook_url)

    async def _call(self, client: aiohttp.ClientSession, bot: FakeBot) -> bool:
        try:
            async with client.post(
                bot.webhook_url, json=bot.updates[0], headers={SECRET_HEADER: bot.secret}
            ) as answer:
                if not answer.ok:
                    self._note_error(bot, f"Wrong response from the webhook: {answer.status} {answer.reason}")
                    return False
                body = await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            self._note_error(bot, str(error) or type(error).__name__)
            return False
        if body.startswith(b"{"):
            call = json.loads(body)
            # What the answer asks for is done, and nobody hears what came of it.
            with suppress(Refused):
                await self._do(bot, call.pop("method").lower(), call)
        return True

    def _note_error(self, bot: FakeBot, message: str) -> None:
        bot.last_error, bot.last_error_at = message, int(time.time())


def signature(token: str, data: Mapping[str, str]) -> str:
    """Return the ``hash`` of the app's data, as Telegram makes it."""
    secret = hmac.digest(b"WebAppData", token.encode(), hashlib.sha256)
    told = "\n".join(f"{name}={data[name]}" for name in sorted(data))
    return hmac.new(secret, told.encode(), hashlib.sha256).hexdigest()


def _refusal(refused: Refused) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": refused.status, "description": refused.description}
    if refused.parameters:
        body["parameters"] = refused.parameters
    return web.json_response(body, status=refused.status)


async def _arguments(request: web.Request) -> dict[str, Any]:
    """Return what a method was called with: JSON, a form, or parts with files as bytes and their names beside."""
    if request.content_type == "application/json":
        return dict(await request.json())
    arguments: dict[str, Any] = dict(request.query)
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            arguments |= {name: value.file.read(), f"{name} name": value.filename}
        else:
            arguments[name] = value
    return arguments


def _decoded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _pressable(button: Mapping[str, Any]) -> Pressable:
    kinds = [kind for kind in ("url", "callback_data", "web_app") if button.get(kind)]
    if len(kinds) != 1:
        raise Refused(400, "Bad Request: can't parse inline keyboard button: Text buttons are unallowed")
    if len(str(button.get("callback_data", "")).encode()) > CALLBACK_BYTES_MAX:
        raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
    app = button["web_app"]["url"] if "web_app" in kinds else ""
    if app and not may_open(app):
        raise Refused(
            400, "Bad Request: inline keyboard button Web App URL is invalid: Only HTTPS links are allowed"
        )
    return Pressable(
        button["text"], action=button.get("callback_data") or "", link=button.get("url") or "", app=app
    )


def _next_message(bot: FakeBot) -> int:
    bot.next_message += 1
    return bot.next_message


def _user(person: Person) -> dict[str, Any]:
    return {"id": person.id, "is_bot": False, "first_name": person.name, "language_code": person.language}


def _chat(person: Person) -> dict[str, Any]:
    return {"id": person.id, "type": "private", "first_name": person.name}


def _membership(bot: FakeBot, person: Person, before: str, after: str) -> dict[str, Any]:
    me = {"id": bot.registration.id, "is_bot": True, "first_name": bot.registration.name}

    def member(status: str) -> dict[str, Any]:
        return {"status": status, "user": me, **({"until_date": 0} if status == "kicked" else {})}

    return {
        "chat": _chat(person),
        "from": _user(person),
        "date": int(time.time()),
        "old_chat_member": member(before),
        "new_chat_member": member(after),
    }
