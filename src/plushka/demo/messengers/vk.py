"""A VK that is none: its API of communities as far as our bot uses it, with its checks, errors and habits.

API 5.199: everything is answered with 200, errors as ``{"error": {"error_code", "error_msg"}}``; a community is told
nothing that it has not asked for; 20 calls a second; a message whose ``random_id`` the chat has is shown once. News
come by long poll from a ``ts`` on, or to a callback server, which has to say the confirmation first, with its secret.
"""

import json
import secrets
import time
from base64 import urlsafe_b64encode
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Mapping
from hashlib import sha256
from hmac import digest
from html import escape
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web
from msgspec import Struct, field
from yarl import URL

from plushka.demo.messengers.chats import Chat
from plushka.demo.messengers.people import PEOPLE, Person
from plushka.demo.messengers.pretended import Pretended, PretendedBot, may_open
from plushka.demo.messengers.registry import Registration
from plushka.demo.messengers.vk_messages import Refused, marked_up, read_keyboard, refused_parameter
from plushka.domain.members.channels import Messenger

VERSION = "5.199"
CALLS_PER_SECOND = 20
HISTORY_MAX = 1000
TEXT_LENGTH_MAX = 4096
SECRET_LENGTH_MAX = 50
TITLE_LENGTH_MAX = 14
SERVERS_MAX = 10
CONFIRMATION = "confirmation"
RIGHTS = {"messages": 4096, "photos": 4, "manage": 262144, "docs": 131072}
LANGUAGES = {"ru": 0, "en": 3}
BEGIN = {"ru": "Начать", "en": "Start"}


class CallbackServer(Struct):
    """A server that VK calls; ``events`` are what it is told of."""

    url: str
    title: str
    secret: str
    status: str = "wait"
    events: frozenset[str] = frozenset()


class FakeVkBot(PretendedBot, kw_only=True):
    """A community and its mini app at ``app``; ``updates`` are events with their ``ts``."""

    app: str
    next_ts: int
    key: str = field(default_factory=lambda: secrets.token_hex(20))
    confirmation: str = field(default_factory=lambda: secrets.token_hex(4))
    polled: frozenset[str] = frozenset()
    servers: dict[int, CallbackServer] = field(default_factory=dict)
    rights: tuple[str, ...] = tuple(RIGHTS)
    news_asked: int = 0
    answered: list[str] = field(default_factory=list)
    known: dict[tuple[int, int], int] = field(default_factory=dict)
    calls: deque[float] = field(default_factory=lambda: deque(maxlen=CALLS_PER_SECOND))


Method = Callable[[FakeVkBot, Mapping[str, str]], Awaitable[Any]]


class FakeVk(Pretended[FakeVkBot]):
    """All of VK that there is. ``fail_next`` lets the next calls of a method fail, as tests want it."""

    key: Messenger = "vk"
    title = "VK"

    def __init__(
        self,
        bots: Mapping[str, tuple[Registration, str]] | None = None,
        people: Collection[Person] = PEOPLE,
        *,
        now: Callable[[], float] = time.time,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin with ``bots``, by their tokens: who they are, and where their mini apps are.

        ``now`` is when apps are opened, ``seconds`` by what calls are counted.
        """
        # News go on where they were after a restart, or ours would take new ones for old.
        began = int(time.time()) * 10
        super().__init__(
            {
                token: FakeVkBot(registration, app=app, next_ts=began, updates=deque(maxlen=HISTORY_MAX))
                for token, (registration, app) in (bots or {}).items()
            },
            people,
        )
        self._now = now
        self._seconds = seconds
        self._base = URL()

    def fail_next(self, method: str, code: int, message: str = "") -> None:
        """Let the next call of ``method`` fail like this; ``news`` is the server of long poll, with 2 or 3."""
        self._let_fail(method, Refused(code, message or f"Error {code}"))

    async def forget_history(self, bot: FakeVkBot) -> None:
        """Lose what waits, and let the key of long poll run out: as after an accident of VK's."""
        bot.updates.clear()
        bot.next_ts += HISTORY_MAX
        bot.key = secrets.token_hex(20)
        await self._wake()

    def routes(self, prefix: str = "") -> list[web.RouteDef]:
        return [
            web.post(f"{prefix}/method/{{method}}", self._serve),
            web.get(f"{prefix}/news/{{group}}", self._tell_news),
            web.post(f"{prefix}/news/{{group}}", self._tell_news),
            web.post(f"{prefix}/upload", self._upload),
        ]

    # The phone's side.

    def link_to(self, username: str) -> str:
        return f"https://vk.me/{username}?"

    def app_of(self, bot: FakeVkBot) -> str:
        return bot.app

    def app_link(self, bot: FakeVkBot, person: Person, url: str) -> str:
        """Return the address with which the mini app is opened: its parameters signed with the app's secret."""
        told = {
            "vk_access_token_settings": "",
            "vk_app_id": str(bot.registration.id),
            "vk_are_notifications_enabled": "0",
            "vk_is_app_user": "1",
            "vk_is_favorite": "0",
            "vk_language": person.language,
            "vk_platform": "mobile_android",
            "vk_ref": "im_app_button",
            "vk_ts": str(int(self._now())),
            "vk_user_id": str(person.id),
        }
        sign = digest(bot.registration.app_secret.encode(), urlencode(told).encode(), sha256)
        return f"{url}?{urlencode({**told, 'sign': _unpadded(sign)})}"

    def shared_phone(self, bot: FakeVkBot, person: Person) -> dict[str, Any]:
        """Return what the mini app is told when the person lets it know their phone."""
        told = f"{bot.registration.id}{bot.registration.app_secret}{person.id}phone_number{person.phone}"
        sign = _unpadded(sha256(told.encode()).digest())
        return {"phone_number": person.phone, "sign": sign, "is_verified": True}

    async def start(self, bot: FakeVkBot, person: Person, start: str = "") -> None:
        """Press «Начать», in a chat that was opened by a link that carries ``start``."""
        chat = self.chat(bot, person)
        chat.was_begun = True
        await self._say(bot, person, BEGIN[person.language], start=start, payload='{"command":"start"}')

    async def write(self, bot: FakeVkBot, person: Person, text: str, start: str = "") -> None:
        await self._say(bot, person, text, start=start)

    async def press(self, bot: FakeVkBot, person: Person, message_id: int, action: str) -> None:
        """Press a button under a message."""
        pressed = {
            "user_id": person.id,
            "peer_id": person.id,
            "event_id": secrets.token_hex(6),
            "payload": json.loads(action),
            "conversation_message_id": message_id,
        }
        await self._tell(bot, "message_event", pressed)

    async def block(self, bot: FakeVkBot, person: Person) -> None:
        """Forbid the community to write."""
        self.chat(bot, person).is_blocked = True
        await self._tell(bot, "message_deny", {"user_id": person.id})

    async def _say(
        self, bot: FakeVkBot, person: Person, text: str, *, start: str = "", payload: str = ""
    ) -> None:
        chat = self.chat(bot, person)
        if chat.is_blocked:
            chat.is_blocked = False
            await self._tell(bot, "message_allow", {"user_id": person.id, "key": ""})
        chat.was_begun = True
        bot.next_message += 1
        chat.show(bot.next_message, "person", escape(text, quote=False))
        message: dict[str, Any] = {
            "id": bot.next_message,
            "date": int(time.time()),
            "from_id": person.id,
            "peer_id": person.id,
            "out": 0,
            "version": bot.next_message,
            "text": text,
            "conversation_message_id": bot.next_message,
            "random_id": 0,
            "attachments": [],
            "fwd_messages": [],
            "important": False,
            "is_hidden": False,
        }
        if start:
            message["ref"] = start
        if payload:
            message["payload"] = payload
        client = {
            "button_actions": ["text", "open_app", "open_link", "callback"],
            "keyboard": True,
            "inline_keyboard": True,
            "carousel": True,
            "lang_id": LANGUAGES[person.language],
        }
        await self._tell(bot, "message_new", {"message": message, "client_info": client})

    async def _tell(self, bot: FakeVkBot, kind: str, about: Mapping[str, Any]) -> None:
        """Leave an event for whoever asks for its kind."""
        bot.next_ts += 1
        event = {
            "group_id": bot.registration.id,
            "type": kind,
            "event_id": secrets.token_hex(20),
            "v": VERSION,
            "object": dict(about),
        }
        await self._leave(bot, (bot.next_ts, event))

    # The community's side.

    async def _serve(self, request: web.Request) -> web.Response:
        asked = {**request.query, **{name: str(value) for name, value in (await request.post()).items()}}
        try:
            bot = self._bot(asked)
            method = request.match_info["method"]
            self._base = request.url.with_path(request.path.removesuffix(f"/method/{method}")).with_query({})
            return web.json_response({"response": await self._do(bot, method, asked)})
        except Refused as refused:
            told = {name: value for name, value in asked.items() if name != "access_token"}
            error = {
                "error_code": refused.code,
                "error_msg": refused.message,
                "request_params": [{"key": name, "value": value} for name, value in told.items()],
            }
            return web.json_response({"error": error})

    def _bot(self, asked: Mapping[str, str]) -> FakeVkBot:
        bot = self.bots.get(asked.get("access_token", ""))
        if bot is None:
            raise Refused(5, "User authorization failed: invalid access_token (4).")
        return bot

    async def _do(self, bot: FakeVkBot, method: str, asked: Mapping[str, str]) -> Any:
        _take_call(bot, self._seconds())
        self._fail_if_told(method)
        if "v" not in asked:
            raise Refused(8, "Invalid request: v is required")
        if method.startswith("groups.") and asked.get("group_id", str(bot.registration.id)) != str(
            bot.registration.id
        ):
            raise Refused(15, "Access denied: wrong group_id")
        known: dict[str, tuple[str, Method]] = {
            "groups.getById": ("", self._get_community),
            "groups.getTokenPermissions": ("", self._get_permissions),
            "groups.getLongPollServer": ("manage", self._get_poll_server),
            "groups.setLongPollSettings": ("manage", self._set_polled),
            "groups.getCallbackConfirmationCode": ("manage", self._get_confirmation),
            "groups.getCallbackServers": ("manage", self._list_servers),
            "groups.addCallbackServer": ("manage", self._add_server),
            "groups.editCallbackServer": ("manage", self._edit_server),
            "groups.deleteCallbackServer": ("manage", self._delete_server),
            "groups.setCallbackSettings": ("manage", self._set_events),
            "photos.getMessagesUploadServer": ("photos", self._get_upload_server),
            "photos.saveMessagesPhoto": ("photos", self._save_photo),
            "docs.getMessagesUploadServer": ("docs", self._get_file_server),
            "docs.save": ("docs", self._save_file),
            "messages.send": ("messages", self._send),
            "messages.sendMessageEventAnswer": ("messages", self._answer_event),
        }
        if method not in known:
            raise Refused(3, "Unknown method passed")
        right, do = known[method]
        if right and right not in bot.rights:
            raise Refused(15, f"Access denied: no access to call this method. It requires {right}.")
        return await do(bot, asked)

    async def _get_community(self, bot: FakeVkBot, _: Mapping[str, str]) -> Any:
        registration = bot.registration
        community = {
            "id": registration.id,
            "name": registration.name,
            "screen_name": registration.username,
            "is_closed": 0,
            "type": "group",
        }
        return {"groups": [community], "profiles": []}

    async def _get_permissions(self, bot: FakeVkBot, _: Mapping[str, str]) -> Any:
        permissions = [{"name": right, "setting": RIGHTS[right]} for right in bot.rights]
        return {"mask": sum(RIGHTS[right] for right in bot.rights), "permissions": permissions}

    async def _get_poll_server(self, bot: FakeVkBot, _: Mapping[str, str]) -> Any:
        if not bot.polled:
            raise refused_parameter("longpoll for this group is not enabled")
        server = str(self._base / "news" / str(bot.registration.id))
        # A person at the demo's phone is quicker than a bot that starts: what they said waits for who listens first.
        first = bot.updates[0][0] - 1 if bot.updates and not bot.news_asked else bot.next_ts
        return {"server": server, "key": bot.key, "ts": str(first)}

    async def _set_polled(self, bot: FakeVkBot, asked: Mapping[str, str]) -> Any:
        bot.polled = _events(asked) if asked.get("enabled", "1") == "1" else frozenset()
        return 1

    async def _get_confirmation(self, bot: FakeVkBot, _: Mapping[str, str]) -> Any:
        return {"code": bot.confirmation}

    async def _list_servers(self, bot: FakeVkBot, _: Mapping[str, str]) -> Any:
        items = [
            {
                "id": server_id,
                "title": server.title,
                "creator_id": 1,
                "url": server.url,
                "secret_key": server.secret,
                "status": server.status,
            }
            for server_id, server in bot.servers.items()
        ]
        return {"count": len(items), "items": items}

    async def _add_server(self, bot: FakeVkBot, asked: Mapping[str, str]) -> Any:
        if len(bot.servers) >= SERVERS_MAX:
            raise Refused(2000, "Callback API server limit reached")
        server_id = max(bot.servers, default=0) + 1
        bot.servers[server_id] = _server_of(asked)
        await self._begin_to_call(bot)
        return {"server_id": server_id}

    async def _edit_server(self, bot: FakeVkBot, asked: Mapping[str, str]) -> Any:
        edited = _server_of(asked)
        edited.events = _server(bot, asked).events
        bot.servers[int(asked["server_id"])] = edited
        await self._begin_to_call(bot)
        return 1

    async def _begin_to_call(self, bot: FakeVkBot) -> None:
        await self._tell(bot, CONFIRMATION, {})
        self._begin_delivery(bot)

    async def _delete_server(self, bot: FakeVkBot, asked: Mapping[str, str]) -> Any:
        _server(bot, asked)
        del bot.servers[int(asked["server_id"])]
        return 1

    async def _set_events(self, bot: FakeVkBot, asked: Mapping[str, str]) -> Any:
        _server(bot, asked).events = _events(asked)
        return 1

    async def _get_upload_server(self, bot: FakeVkBot, _: Mapping[str, str]) -> Any:
        return {"upload_url": str(self._base / "upload"), "album_id": -64, "group_id": bot.registration.id}

    async def _save_photo(self, bot: FakeVkBot, asked: Mapping[str, str]) -> Any:
        (photo,) = json.loads(asked["photo"])
        if asked["hash"] != _hash_of(photo):
            raise Refused(118, "Invalid server")
        return [
            {"id": int(photo), "owner_id": -bot.registration.id, "access_key": f"key{photo}", "album_id": -64}
        ]

    async def _get_file_server(self, bot: FakeVkBot, asked: Mapping[str, str]) -> Any:
        if asked.get("type") != "doc":
            raise refused_parameter("type should be doc")
        self._begun_chat(bot, asked)
        return {"upload_url": str(self._base / "upload")}

    async def _save_file(self, _: FakeVkBot, asked: Mapping[str, str]) -> Any:
        number, signed = asked["file"].split("|")
        if signed != _hash_of(int(number)):
            raise Refused(105, "Couldn't save file")
        name, content = self.files[int(number)]
        document = {
            "id": int(number),
            "owner_id": 1,
            "title": asked.get("title", name),
            "size": len(content),
            "ext": name.rpartition(".")[2],
            "access_key": f"key{number}",
        }
        return {"type": "doc", "doc": document}

    async def _answer_event(self, bot: FakeVkBot, asked: Mapping[str, str]) -> Any:
        self.person(int(asked["user_id"]))
        bot.answered.append(asked["event_id"])
        return 1

    async def _send(self, bot: FakeVkBot, asked: Mapping[str, str]) -> Any:
        if "random_id" not in asked:
            raise refused_parameter("random_id is a required parameter")
        person, chat = self._begun_chat(bot, asked)
        text = asked.get("message", "")
        if not text and not asked.get("attachment"):
            raise refused_parameter("message is empty or invalid")
        if len(text) > TEXT_LENGTH_MAX:
            raise Refused(914, "Message is too long")
        number = person.id, int(asked["random_id"])
        if number[1] and number in bot.known:
            return bot.known[number]
        keyboard = read_keyboard(asked.get("keyboard", ""), app_id=bot.registration.id, app=bot.app)
        picture, file = self._attached(asked.get("attachment", ""))
        bot.next_message += 1
        bot.known[number] = bot.next_message
        if keyboard is not None and not keyboard.is_inline:
            chat.keyboard = keyboard.rows
        chat.show(
            bot.next_message,
            "bot",
            marked_up(text, asked.get("format_data", "")),
            rows=keyboard.rows if keyboard is not None and keyboard.is_inline else (),
            picture=picture,
            file=file,
        )
        return bot.next_message

    def _begun_chat(self, bot: FakeVkBot, asked: Mapping[str, str]) -> tuple[Person, Chat]:
        """Return whom a call is to, and the chat with them.

        :raises Refused: they have not let the community write
        """
        try:
            person = self.person(int(asked.get("peer_id") or asked.get("user_id", "")))
        except (KeyError, ValueError):
            raise Refused(901, "Can't send messages for users without permission") from None
        chat = self.chat(bot, person)
        if chat.is_blocked or not chat.was_begun:
            raise Refused(901, "Can't send messages for users without permission")
        return person, chat

    def _attached(self, attachment: str) -> tuple[int | None, str]:
        """Return the picture and the file that a message brings; None and empty: there is none."""
        if not attachment:
            return None, ""
        number = int(attachment.split("_")[1])
        if attachment.startswith("photo-") and self.pictures_from <= number < len(self.pictures):
            return number, ""
        if attachment.startswith("doc") and number < len(self.files):
            return None, self.files[number][0]
        raise refused_parameter("attachment")

    async def _upload(self, request: web.Request) -> web.Response:
        uploaded = await request.post()
        document = uploaded.get("file")
        if isinstance(document, web.FileField):
            self.files.append((document.filename, document.file.read()))
            number = len(self.files) - 1
            return web.json_response({"file": f"{number}|{_hash_of(number)}"})
        sent = uploaded["photo"]
        if not isinstance(sent, web.FileField):
            raise web.HTTPBadRequest
        self.pictures.append(sent.file.read())
        photo = len(self.pictures) - 1
        return web.json_response({"server": 1, "photo": json.dumps([photo]), "hash": _hash_of(photo)})

    async def _tell_news(self, request: web.Request) -> web.Response:
        asked = {**request.query, **{name: str(value) for name, value in (await request.post()).items()}}
        bot = next(
            (one for one in self.bots.values() if str(one.registration.id) == request.match_info["group"]),
            None,
        )
        if bot is None or not bot.polled:
            return web.json_response({"failed": 3})
        try:
            self._fail_if_told("news")
        except Refused as refused:
            return web.json_response({"failed": refused.code})
        if asked.get("key") != bot.key:
            return web.json_response({"failed": 2})
        bot.news_asked += 1
        ts = int(asked["ts"])
        oldest = bot.updates[0][0] - 1 if bot.updates else bot.next_ts
        if not oldest <= ts <= bot.next_ts:
            return web.json_response({"failed": 1, "ts": str(bot.next_ts)})
        if ts == bot.next_ts:
            await self._wait_until(lambda: bot.next_ts > ts, float(asked.get("wait", "25")))
        told = [event for number, event in bot.updates if number > ts and event["type"] in bot.polled]
        return web.json_response({"ts": str(bot.next_ts), "updates": told})

    def _has_webhook(self, bot: FakeVkBot) -> bool:
        return bool(bot.servers)

    async def _call(self, client: aiohttp.ClientSession, bot: FakeVkBot) -> bool:
        """Tell every server of an event; who is to be confirmed first has one try."""
        _, event = bot.updates[0]
        is_taken = True
        for server in list(bot.servers.values()):
            if event["type"] == CONFIRMATION and server.status == "wait":
                said = await _said(client, server, event)
                server.status = "ok" if said == bot.confirmation else "failed"
            elif event["type"] in server.events and server.status == "ok":
                is_taken = await _said(client, server, event) == "ok" and is_taken
        return is_taken


async def _said(client: aiohttp.ClientSession, server: CallbackServer, event: Mapping[str, Any]) -> str:
    """Return what a server answers an event with; empty: nothing that counts."""
    try:
        async with client.post(server.url, json={**event, "secret": server.secret}) as answer:
            return await answer.text() if answer.ok else ""
    except (aiohttp.ClientError, TimeoutError):
        return ""


def _take_call(bot: FakeVkBot, now: float) -> None:
    if len(bot.calls) == CALLS_PER_SECOND and now - bot.calls[0] < 1:
        raise Refused(6, "Too many requests per second")
    bot.calls.append(now)


def _events(asked: Mapping[str, str]) -> frozenset[str]:
    """Return the kinds of events that are asked for."""
    return frozenset(name for name, value in asked.items() if value == "1") - {"enabled"}


def _server(bot: FakeVkBot, asked: Mapping[str, str]) -> CallbackServer:
    try:
        return bot.servers[int(asked["server_id"])]
    except (KeyError, ValueError):
        raise refused_parameter("server_id") from None


def _server_of(asked: Mapping[str, str]) -> CallbackServer:
    if not may_open(asked["url"]):
        raise refused_parameter("url")
    if len(asked["title"]) > TITLE_LENGTH_MAX or len(asked["secret_key"]) > SECRET_LENGTH_MAX:
        raise refused_parameter("title, secret_key")
    return CallbackServer(asked["url"], asked["title"], asked["secret_key"])


def _hash_of(photo: int) -> str:
    return sha256(f"photo {photo}".encode()).hexdigest()


def _unpadded(signed: bytes) -> str:
    return urlsafe_b64encode(signed).decode().rstrip("=")
