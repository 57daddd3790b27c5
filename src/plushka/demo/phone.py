"""Phones and mailboxes that are not there: what the demo sends is shown on a page, and leaves this machine never.

The composition root gives this gateway to the app only where the demo is and nobody but this machine can ask.
"""

import os
from html import escape
from uuid import UUID

import msgspec
from litestar import MediaType, Response, get
from litestar.datastructures import State

from plushka.demo import access
from plushka.demo.gateways.arrived import Arrived
from plushka.platform.settings import Settings

SHOWN = 20
READ_BYTES = 256 * 1024
"""Of the end of the file, which holds more than is shown."""
_FILE = "phone.jsonl"
_KINDS = {"sms": "SMS", "email": "Письмо · e-mail", "push": "Пуш · push"}
_STYLE = (
    "body{font:17px/1.5 system-ui,sans-serif;max-width:28rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}"
    "li{list-style:none;border:1px solid #8886;border-radius:12px;padding:.75rem 1rem;margin:.75rem 0;"
    "overflow-wrap:anywhere;white-space:pre-line}ul{padding:0}small{opacity:.7}"
)


class FakeGateway:
    """Writes what is sent to a file of the demo, a line each: processes share it."""

    def __init__(self, settings: Settings) -> None:
        self._path = access.folder(settings) / _FILE

    async def is_there(self, tenant_id: UUID) -> bool:
        """Tell that it is, for every business of the demo."""
        del tenant_id
        return True

    async def send(self, tenant_id: UUID, phone: str, text: str) -> None:
        """Keep the text; it never fails."""
        del tenant_id
        self.keep(Arrived("sms", phone, text))

    def keep(self, message: Arrived) -> None:
        """Keep what arrived at a phone or in a mailbox."""
        with os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
            file.write(msgspec.json.encode(message) + b"\n")

    def latest(self) -> list[Arrived]:
        """Return what was sent last, the latest first."""
        if not self._path.exists():
            return []
        with self._path.open("rb") as file:
            file.seek(max(0, self._path.stat().st_size - READ_BYTES))
            lines = file.read().splitlines()[-SHOWN:]
        return [msgspec.json.decode(line, type=Arrived) for line in reversed(lines)]


@get("/demo/phone", sync_to_thread=False)
def show_phone(state: State) -> Response[str]:
    """Show the SMS of every phone of the demo, and the letters of every mailbox."""
    gateway: FakeGateway = state.phones
    texts = "".join(_item(message) for message in gateway.latest())
    page = (
        '<!doctype html><html lang="ru"><meta charset="utf-8"><link rel="icon" href="data:,">'
        '<meta name="viewport" content="width=device-width">'
        f'<meta http-equiv="refresh" content="5"><title>SMS</title><style>{_STYLE}</style>'
        "<h1>Телефон демо · the demo’s phone</h1>"
        "<p>Ненастоящий: SMS и письма остаются на этом компьютере. "
        "A fake: no SMS and no letter leaves this computer.</p>"
        f"<ul>{texts or '<li>—</li>'}</ul>"
    )
    return Response(page, media_type=MediaType.HTML, headers={"cache-control": "no-store"})


def _item(message: Arrived) -> str:
    about = " · ".join(part for part in (_KINDS[message.kind], message.sender) if part)
    title = f"<b>{escape(message.title)}</b><br>" if message.title else ""
    return f"<li><b>{escape(message.to)}</b><br>{title}{escape(message.text)}<br><small>{escape(about)}</small></li>"
