"""A phone that is not there: what the demo sends by SMS is shown on a page instead, and leaves this machine never.

The composition root gives this gateway to the app only where the demo is and nobody but this machine can ask.
"""

import os
from html import escape
from uuid import UUID

import msgspec
from litestar import MediaType, Response, get
from litestar.datastructures import State
from msgspec import Struct

from plushka.demo import access
from plushka.platform.settings import Settings

SHOWN = 20
_FILE = "sms.jsonl"
_STYLE = (
    "body{font:17px/1.5 system-ui,sans-serif;max-width:28rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}"
    "li{list-style:none;border:1px solid #8886;border-radius:12px;padding:.75rem 1rem;margin:.75rem 0}ul{padding:0}"
)


class Sms(Struct, frozen=True):
    """A text that would have been sent."""

    phone: str
    text: str


class FakeGateway:
    """Writes what is sent to a file of the demo, a line each: web processes share it."""

    def __init__(self, settings: Settings) -> None:
        self._path = access.folder(settings) / _FILE

    async def is_there(self, tenant_id: UUID) -> bool:
        """Tell that it is, for every business of the demo."""
        del tenant_id
        return True

    async def send(self, tenant_id: UUID, phone: str, text: str) -> None:
        """Keep the text; it never fails."""
        del tenant_id
        with os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
            file.write(msgspec.json.encode(Sms(phone=phone, text=text)) + b"\n")

    def latest(self) -> list[Sms]:
        """Return what was sent last, the latest first."""
        if not self._path.exists():
            return []
        lines = self._path.read_bytes().splitlines()[-SHOWN:]
        return [msgspec.json.decode(line, type=Sms) for line in reversed(lines)]


@get("/demo/phone", sync_to_thread=False)
def show_phone(state: State) -> Response[str]:
    """Show the SMS of every phone of the demo."""
    gateway: FakeGateway = state.phones
    texts = "".join(f"<li><b>{escape(sms.phone)}</b><br>{escape(sms.text)}</li>" for sms in gateway.latest())
    page = (
        '<!doctype html><html lang="ru"><meta charset="utf-8"><link rel="icon" href="data:,">'
        '<meta name="viewport" content="width=device-width">'
        f'<meta http-equiv="refresh" content="5"><title>SMS</title><style>{_STYLE}</style>'
        "<h1>Телефон демо · the demo’s phone</h1>"
        "<p>Ненастоящий: SMS остаются на этом компьютере. A fake: no SMS leaves this computer.</p>"
        f"<ul>{texts or '<li>—</li>'}</ul>"
    )
    return Response(page, media_type=MediaType.HTML, headers={"cache-control": "no-store"})
