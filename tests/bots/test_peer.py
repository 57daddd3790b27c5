"""Telegram's shell against an emulator that others have written: npm's telegram-test-api.

It knows texts, keyboards, callbacks and contacts, but neither commands nor menus nor pictures nor the secret header:
nothing is set up here, and the card is not asked for.
"""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiogram.types import Update
from tests.bots.conftest import PATIENCE_SECONDS, REGISTRATION, VERA, Scene
from tests.serving import free_port

from plushka.delivery.bots.telegram.shell import TelegramShell
from plushka.delivery.bots.working import BotAtWork
from plushka.delivery.sending.desk import Desk
from plushka.domain.bots.connecting import Condition
from plushka.domain.bots.model import Bot
from plushka.domain.members.model import Identity

PEERS = Path(__file__).parent.parent / "peers"


class PlainShell(TelegramShell):
    """The shell without what the emulator does not know."""

    async def set_up(self, bot: Bot, *, webhook_url: str, app_url: str) -> None:
        pass

    def _understood(self, raw: dict[str, Any]) -> Update | None:
        """Read a pressed button too, whose ``chat_instance`` the emulator does not pass on."""
        raw.get("callback_query", {}).setdefault("chat_instance", "0")
        return super()._understood(raw)

    async def look(self, bot: Bot) -> Condition:  # noqa: ARG002  of the protocol
        return Condition()


@pytest.fixture
def emulator() -> Iterator[str]:
    """The address of the emulator; `make peers` installs it."""
    if not (PEERS / "node_modules" / "telegram-test-api").exists():
        pytest.skip("make peers installs the emulator")
    port = free_port()
    command = ["tools/with-node", "node", str(PEERS / "telegram.mjs"), str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "ready\n"
        yield f"http://127.0.0.1:{port}"
        process.stdin.close()
        process.wait()


class Client:
    """A person at the emulator's own side."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._said: list[dict[str, Any]] = []

    async def send(self, what: str, **message: Any) -> None:
        body = {
            "botToken": REGISTRATION.token,
            "date": 0,
            "from": {"id": VERA.id, "is_bot": False, "first_name": VERA.name, "language_code": "ru"},
            "chat": {"id": VERA.id, "type": "private", "first_name": VERA.name},
            **message,
        }
        (await self._http.post(f"/{what}", json=body)).raise_for_status()

    async def press(self, action: str) -> None:
        person = {"id": VERA.id, "is_bot": False, "first_name": VERA.name}
        await self.send("sendCallback", data=action, **{"from": person})

    async def read(self, count: int) -> list[dict[str, Any]]:
        """Return what the bot has said, once that are ``count`` messages."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(self._said) < count:
                body = {"token": REGISTRATION.token, "chatId": VERA.id}
                answer = (await self._http.post("/getUpdates", json=body)).json()
                self._said += [update["message"] for update in answer["result"]]
                await asyncio.sleep(0.05)
        return self._said


@asynccontextmanager
async def at_work(scene: Scene, emulator: str) -> AsyncIterator[Client]:
    shell = PlainShell(emulator)
    bot = BotAtWork(
        scene.shop.database,
        scene.shop.clock,
        shell,
        tenant_id=scene.shop.caller.tenant_id,
        bot=scene.bot,
        webhook_url="",
        app_url="https://plushka.example/app",
        desk=Desk(scene.shop.database, scene.shop.clock, scene.shop.caller.tenant_id),
    )
    bot.start()
    try:
        async with httpx.AsyncClient(base_url=emulator) as http:
            yield Client(http)
    finally:
        await bot.stop()
        await shell.close()


async def test_a_stranger_enrols_through_an_emulator_that_knows_nothing_of_us(
    scene: Scene, emulator: str
) -> None:
    async with at_work(scene, emulator) as vera:
        await vera.send("sendMessage", text="/start")
        (greeting,) = await vera.read(1)
        assert greeting["parse_mode"] == "HTML"
        assert greeting["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "agree:1"
        await vera.press("agree:1")
        *_, asked = await vera.read(2)
        assert asked["reply_markup"]["keyboard"][0][0]["request_contact"] is True
        contact = {"phone_number": VERA.phone, "first_name": VERA.name, "user_id": VERA.id}
        await vera.send("sendMessage", contact=contact)
        *_, joined, _ = await vera.read(4)
        assert "50\u00a0бонусов" in joined["text"]
        await vera.send("sendMessage", text="Баланс")
        await vera.read(5)
        await scene.shop.buy("1", 100_00, member=Identity("phone", f"+{VERA.phone}"))
        # Nobody rings here: the sender looks by itself when it is told something, or after a while.
        await vera.send("sendMessage", text="/help")
        said = [message["text"] for message in await vera.read(7)]
    assert any("за <b>100" in text for text in said)
