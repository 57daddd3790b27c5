"""The phone's side of a messenger, as web pages: write to a bot, press its buttons, open the app."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from html import escape
from importlib import resources
from typing import Any, Protocol, runtime_checkable

import msgspec
from aiohttp import web
from yarl import URL

from plushka.demo.messengers.chats import Chat
from plushka.demo.messengers.people import PEOPLE, Person
from plushka.domain.members.channels import Messenger

_FILES = resources.files("plushka.demo.messengers")
_STATIC = {"phone.css": "text/css", "phone.js": "text/javascript", "frame.js": "text/javascript"}
_WORDS: Mapping[str, tuple[str, str]] = {
    "fake": (
        "Ненастоящий {title}: всё происходит на этом компьютере, наружу ничего не уходит.",
        "A fake {title}: all of it happens on this computer, nothing leaves it.",
    ),
    "start": ("Начать", "Start"),
    "message": ("Сообщение", "Message"),
    "send": ("Отправить", "Send"),
    "other": ("Отправить чужой контакт", "Send somebody else's contact"),
    "block": ("Заблокировать бота", "Block the bot"),
    "more": ("Ещё", "More"),
    "asks_phone": (
        "{title} хочет узнать ваш номер телефона.",
        "{title} would like to know your phone number.",
    ),
    "allow": ("Разрешить", "Allow"),
    "refuse": ("Не сейчас", "Not now"),
    "who": ("Кто открывает ссылку?", "Who opens the link?"),
}
"""In Russian and in English: a phone speaks its person's language."""


class FakeMessenger(Protocol):
    """What a messenger that is none lets its people do. A bot is whatever the messenger takes for one."""

    key: Messenger
    title: str
    pictures: list[bytes]

    def usernames(self) -> Sequence[tuple[str, str]]:
        """Return the bots: what stands in their links, and their names."""
        ...

    def by_username(self, username: str) -> Any: ...

    def person(self, person_id: int) -> Person:
        """Return whose an account is.

        :raises KeyError: nobody's
        """
        ...

    def chat(self, bot: Any, person: Person) -> Chat: ...

    def link_to(self, username: str) -> str:
        """Return what begins a link that carries something to the bot."""
        ...

    def app_of(self, bot: Any) -> str:
        """Return what the menu button opens; empty: nothing."""
        ...

    def app_link(self, bot: Any, person: Person, url: str) -> str: ...

    async def start(self, bot: Any, person: Person, start: str = "") -> None: ...

    async def write(self, bot: Any, person: Person, text: str) -> None: ...

    async def press(self, bot: Any, person: Person, message_id: int, action: str) -> None: ...

    async def block(self, bot: Any, person: Person) -> None: ...


@runtime_checkable
class SharesContacts(Protocol):
    """A messenger in which a person can send a contact: the own one, or one out of the phone's book."""

    async def share_contact(self, bot: Any, person: Person, *, whose: Person | None = None) -> None: ...


@runtime_checkable
class FramesApps(Protocol):
    """A messenger that shows apps in a frame, and answers there what they ask for."""

    def shared_phone(self, bot: Any, person: Person) -> Mapping[str, Any]: ...


class Phones:
    """The pages of all messengers."""

    def __init__(self, messengers: Sequence[FakeMessenger]) -> None:
        self._messengers: Mapping[str, FakeMessenger] = {messenger.key: messenger for messenger in messengers}

    def routes(self) -> list[web.RouteDef]:
        chat = "/phone/{messenger}/{username}/{person}"
        return [
            web.get("/", self._show_all),
            *(web.get(f"/{name}", _file(name, kind)) for name, kind in _STATIC.items()),
            web.get("/pictures/{messenger}/{number}.png", self._show_picture),
            web.get("/phone/{messenger}/{username}", self._choose),
            web.get(chat, self._show_phone),
            web.get(f"{chat}/state", self._tell_state),
            web.get(f"{chat}/app", self._open_app),
            web.post(f"{chat}/{{what}}", self._do),
        ]

    async def _show_all(self, _: web.Request) -> web.Response:
        parts = []
        for messenger in self._messengers.values():
            parts.append(
                f"<h2>{messenger.title}</h2><p class='fake'>{_word('fake', 'ru', messenger.title)}</p>"
            )
            for username, name in messenger.usernames():
                parts.append(f"<h3>{escape(name)}</h3>{_people(messenger, username)}")
        return _page("Телефоны демо", f"<div class='page'><h1>Телефоны демо</h1>{''.join(parts)}</div>")

    async def _choose(self, request: web.Request) -> web.Response:
        """Ask whose phone opens a link."""
        messenger, username = self._messenger(request), request.match_info["username"]
        people = _people(messenger, username, query=request.query_string)
        return _page(messenger.title, f"<div class='page'><h1>{_word('who', 'ru')}</h1>{people}</div>")

    async def _show_phone(self, request: web.Request) -> web.Response:
        messenger, _, person = self._scene(request)
        username, language = request.match_info["username"], person.language
        name = dict(messenger.usernames())[username]
        known = [
            {"link": messenger.link_to(one), "open": f"/phone/{messenger.key}/{one}?start="}
            for one, _ in messenger.usernames()
        ]
        body = f"""
<div class="page">
<p class="fake">{_word("fake", language, messenger.title)}</p>
{_people(messenger, username, current=person)}
<main class="phone" data-base="/phone/{messenger.key}/{username}/{person.id}"
  data-pictures="/pictures/{messenger.key}" data-start="{escape(request.query.get("start", ""))}"
  data-bots="{escape(json.dumps(known))}">
  <header class="top"><span class="face" aria-hidden="true">{escape(name[:1])}</span>
    <div><h1>{escape(name)}</h1><span class="fake">{messenger.title} · {escape(person.name)}</span></div>
    <details><summary aria-label="{_word("more", language)}">⋮</summary><div>
      {_others_contact(person, language) if isinstance(messenger, SharesContacts) else ""}
      <button data-what="block">{_word("block", language)}</button></div></details>
  </header>
  <div class="chat" aria-live="polite"></div>
  <div class="keyboard" hidden></div>
  <form class="bottom write" hidden><button type="button" class="app" hidden>{escape(_app_label(language))}</button>
    <input name="text" autocomplete="off" aria-label="{_word("message", language)}"
      placeholder="{_word("message", language)}"><button>{_word("send", language)}</button></form>
  <div class="bottom start" hidden><button>{_word("start", language)}</button></div>
</main>
</div>
<script src="/phone.js" type="module"></script>"""
        return _page(f"{name} · {messenger.title}", body, language=language)

    async def _tell_state(self, request: web.Request) -> web.Response:
        messenger, bot, person = self._scene(request)
        chat = messenger.chat(bot, person)
        state = {
            "messages": chat.messages[int(request.query.get("after", "0")) :],
            "count": len(chat.messages),
            "keyboard": chat.keyboard,
            "is_blocked": chat.is_blocked,
            "was_begun": chat.was_begun,
            "app": messenger.app_of(bot),
        }
        return web.Response(body=msgspec.json.encode(state), content_type="application/json")

    async def _open_app(self, request: web.Request) -> web.Response:
        """Open the app as the messenger does: on a page of its own, or in a frame of the messenger's."""
        messenger, bot, person = self._scene(request)
        link = messenger.app_link(bot, person, request.query["url"])
        if not isinstance(messenger, FramesApps):
            # As it is: what is signed must not be spelled anew on its way.
            raise web.HTTPFound(URL(link, encoded=True))
        language = person.language
        name = dict(messenger.usernames())[request.match_info["username"]]
        shared = escape(json.dumps(messenger.shared_phone(bot, person)))
        who = escape(json.dumps({"id": person.id, "first_name": person.name, "last_name": ""}))
        body = f"""
<iframe class="app-frame" title="{escape(name)}" src="{escape(link)}" data-phone="{shared}"
  data-person="{who}"></iframe>
<dialog><p>{_word("asks_phone", language, name)}</p><form method="dialog" class="row">
  <button value="yes">{_word("allow", language)}</button><button>{_word("refuse", language)}</button></form></dialog>
<script src="/frame.js" type="module"></script>"""
        return _page(f"{name} · {messenger.title}", body, language=language)

    async def _do(self, request: web.Request) -> web.Response:
        """Do what was pressed. A page of elsewhere cannot: browsers do not let it send JSON here unasked."""
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType
        messenger, bot, person = self._scene(request)
        asked = await request.json()
        match request.match_info["what"]:
            case "start":
                await messenger.start(bot, person, asked.get("start", ""))
            case "write":
                await messenger.write(bot, person, asked["text"])
            case "press":
                await messenger.press(bot, person, asked["message_id"], asked["action"])
            case "contact" if isinstance(messenger, SharesContacts):
                whose = messenger.person(asked["whose"]) if "whose" in asked else None
                await messenger.share_contact(bot, person, whose=whose)
            case "block":
                await messenger.block(bot, person)
            case _:
                raise web.HTTPNotFound
        return web.json_response({})

    async def _show_picture(self, request: web.Request) -> web.Response:
        try:
            picture = self._messenger(request).pictures[int(request.match_info["number"])]
        except (IndexError, ValueError):
            raise web.HTTPNotFound from None
        return web.Response(body=picture, content_type="image/png")

    def _messenger(self, request: web.Request) -> FakeMessenger:
        try:
            return self._messengers[request.match_info["messenger"]]
        except KeyError:
            raise web.HTTPNotFound from None

    def _scene(self, request: web.Request) -> tuple[FakeMessenger, Any, Person]:
        messenger = self._messenger(request)
        try:
            bot = messenger.by_username(request.match_info["username"])
            return messenger, bot, messenger.person(int(request.match_info["person"]))
        except (KeyError, ValueError):
            raise web.HTTPNotFound from None


def _people(
    messenger: FakeMessenger, username: str, *, current: Person | None = None, query: str = ""
) -> str:
    carried = escape(f"?{query}") if query else ""
    links = []
    for person in PEOPLE:
        mark = ' aria-current="page"' if person is current else ""
        href = f"/phone/{messenger.key}/{username}/{person.id}{carried}"
        links.append(f'<li><a href="{href}"{mark}>{escape(person.name)}</a></li>')
    return f'<ul class="people">{"".join(links)}</ul>'


def _other(person: Person) -> Person:
    return next(other for other in PEOPLE if other is not person)


def _others_contact(person: Person, language: str) -> str:
    body = escape(json.dumps({"whose": _other(person).id}))
    return f'<button data-what="contact" data-body="{body}">{_word("other", language)}</button>'


def _word(key: str, language: str, title: str = "") -> str:
    return escape(_WORDS[key][0 if language == "ru" else 1].format(title=title))


def _app_label(language: str) -> str:
    return "☰ Карта" if language == "ru" else "☰ Card"


def _page(title: str, body: str, *, language: str = "ru") -> web.Response:
    page = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/phone.css">'
        f"</head><body>{body}</body></html>"
    )
    return web.Response(text=page, content_type="text/html")


def _file(name: str, kind: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def show(_: web.Request) -> web.Response:
        return web.Response(text=_FILES.joinpath(name).read_text(), content_type=kind)

    return show
