"""Reports that come to a messenger: a chat bound from one's account, figures and file there, and what failed."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import UUID

import httpx
import pytest
from tests.bots.conftest import GLEB, REGISTRATION, VERA, until
from tests.conftest import SetClock
from tests.office.conftest import PASSWORD, email_of, plain, signed_in
from tests.office.tasks import do_all_tasks
from tests.pos.conftest import Cast
from tests.pos.conftest import settings as settings_of_till
from tests.serving import serving

from plushka.app import Plushka
from plushka.delivery.bots.running import Bots
from plushka.delivery.bots.shells import open_shells
from plushka.delivery.jobs.reporting import Reporting
from plushka.delivery.office.permissions import actions_of_person
from plushka.delivery.sending import sender
from plushka.demo.messengers.max import FakeMax
from plushka.demo.messengers.people import Person
from plushka.demo.messengers.registry import Registration
from plushka.demo.messengers.telegram import FakeTelegram
from plushka.demo.messengers.vk import FakeVk
from plushka.domain.bots.model import BotAccount
from plushka.domain.bots.operations import connect_bot
from plushka.domain.bots.staff_chats import GOOD_FOR
from plushka.domain.members.channels import Messenger
from plushka.platform.database import Database
from plushka.platform.settings import Settings
from plushka.platform.vault import Vault

__all__ = ["settings_of_till"]

pytestmark = pytest.mark.usefixtures("shop")
OFFICE = "http://127.0.0.1:1"
PATH = "/reports/constructor"
QUESTION = "source=receipts&row=branch&measure=revenue&measure=average&measure=penetration&span=all"
IN_MAX = Registration("7000000002:max-token-of-the-coffee-shop", "id7700000000_bot", "Кофейня Анны")
IN_VK = Registration("7000000003:vk-token-of-the-coffee-shop", "anna_coffee", "Кофейня Анны")
GOOD_NO_MORE = "Эта ссылка больше не действует. Новую можно сделать в своей учётной записи в кабинете."


@pytest.fixture
def messenger() -> Messenger:
    return "telegram"


@pytest.fixture
async def fake(messenger: Messenger) -> AsyncIterator[Any]:
    fakes: dict[str, Any] = {
        "telegram": lambda: FakeTelegram((REGISTRATION,)),
        "max": lambda: FakeMax({IN_MAX.token: (IN_MAX, "")}),
        "vk": lambda: FakeVk({IN_VK.token: (IN_VK, "")}),
    }
    made = fakes[messenger]()
    yield made
    await made.close()


@pytest.fixture
async def settings(
    settings_of_till: Settings, messenger: Messenger, fake: Any, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Settings]:
    # Nobody rings here.
    monkeypatch.setattr(sender, "LOOK_SECONDS", 0.05)
    async with serving(fake.routes()) as api:
        where: dict[str, Any] = {f"{messenger}_api": api}
        yield replace(settings_of_till, public_url=OFFICE, **where)


@dataclass
class Desk:
    """Anna's business with a bot, which is at work, and the phones of those who work there."""

    database: Database
    clock: SetClock
    settings: Settings
    tenant_id: UUID
    fake: Any
    owner_dsn: str

    @property
    def bot(self) -> Any:
        (bot,) = self.fake.bots.values()
        return bot

    async def ask_for_chat(self, browser: httpx.AsyncClient) -> str:
        """Return what the bot is to be started with."""
        asked = {"messenger": self.fake.key, "chat_password": PASSWORD}
        page = await browser.post("/account/chats", data=asked)
        assert page.status_code == httpx.codes.OK, page.text
        link = re.search(r'href="(https://[^"]*(?:start|ref)=(staff-[\w-]+))"', page.text)
        assert link is not None
        assert link[1].startswith(self.fake.link_to(self.bot.registration.username).rstrip("?"))
        return link[2]

    async def read(self, count: int, person: Person = VERA) -> Sequence[Any]:
        """Return what the bot has sent to a person, once that are ``count`` messages."""

        def sent() -> list[Any]:
            return [one for one in self.fake.chat(self.bot, person).messages if one.side == "bot"]

        await until(lambda: len(sent()) >= count)
        return sent()

    async def bind(self, browser: httpx.AsyncClient, person: Person = VERA) -> None:
        before = len([one for one in self.fake.chat(self.bot, person).messages if one.side == "bot"])
        await self.fake.start(self.bot, person, await self.ask_for_chat(browser))
        await self.read(before + 1, person)

    async def next_day(self) -> None:
        """Let a day pass, and do what the worker does in the minute when the report is due."""
        reporting = Reporting(actions_of_person)
        self.clock.at += timedelta(days=1)
        await reporting.send_tenant(self.database, self.clock, self.tenant_id)
        await do_all_tasks(self.database, self.clock, self.owner_dsn)
        await reporting.send_tenant(self.database, self.clock, self.tenant_id)

    async def until_finished(self) -> None:
        """Wait until nothing is on its way."""
        async with asyncio.timeout(40):
            while True:
                async with self.database.transaction(
                    self.tenant_id, actor="test:look", at=self.clock.now()
                ) as tx:
                    if not await tx.fetchval("select count(*) from outgoing where finished_at is null"):
                        return
                await asyncio.sleep(0.02)


@pytest.fixture
async def desk(
    *, database: Database, clock: SetClock, settings: Settings, cast: Cast, fake: Any, owner_dsn: str
) -> AsyncIterator[Desk]:
    vault, stop = Vault.of(settings), asyncio.Event()
    (fake_bot,) = fake.bots.values()
    registration = fake_bot.registration
    async with database.transaction(cast.anna.tenant_id, actor="test:cast", at=clock.now()) as tx:
        await connect_bot(
            tx,
            vault,
            fake.key,
            BotAccount(str(registration.id), registration.username, registration.name),
            credentials=registration.credentials(),
            is_polled=True,
        )
    async with at_work(database, clock, settings, stop):
        if isinstance(fake, FakeVk):
            await until(lambda: fake_bot.news_asked)
        yield Desk(database, clock, settings, cast.anna.tenant_id, fake, owner_dsn)


@asynccontextmanager
async def at_work(
    database: Database, clock: SetClock, settings: Settings, stop: asyncio.Event
) -> AsyncIterator[None]:
    assert settings.database_url is not None
    async with open_shells(settings) as shells:
        bots = Bots(database, clock, Vault.of(settings), shells, public_url=settings.public_url)
        task = asyncio.create_task(bots.run(settings.database_url, stop))
        try:
            yield
        finally:
            stop.set()
            await task


async def scheduled(browser: httpx.AsyncClient, **form: str | list[str]) -> str:
    """Save a report that is sent every day to messengers, and return where it is."""
    saved = await browser.post(f"{PATH}/saved?{QUESTION}", data={"name": "Точки"})
    place = saved.headers["location"]
    await browser.post(f"{place}/schedule", data={"every": "day", "hour": "8", "way": "messenger", **form})
    return place


async def told(browser: httpx.AsyncClient, place: str) -> str:
    return plain(unescape((await browser.get(f"{place}/schedule")).text))


@pytest.mark.parametrize("messenger", ["telegram", "max", "vk"])
async def test_a_report_comes_to_the_chat_with_its_figures_and_its_file(
    anna: httpx.AsyncClient, desk: Desk, messenger: Messenger
) -> None:
    await desk.fake.start(desk.bot, VERA, await desk.ask_for_chat(anna))
    (bound,) = await desk.read(1)
    assert bound.html.startswith("Отчёты <b>")
    assert bound.html.endswith("Отключить их можно в своей учётной записи в кабинете.")
    title = {"telegram": "Telegram", "max": "MAX", "vk": "ВКонтакте"}[messenger]
    assert f"{title}" in plain((await anna.get("/account")).text).partition("Отчёты в мессенджере")[2]
    place = await scheduled(anna)
    await desk.next_day()
    report = (await desk.read(2))[-1]
    lines = plain(report.html).split("\n")
    assert lines[0] == "Отчёт <b>Точки</b> готов: 1 строка."
    assert lines[2:5] == [
        "Выручка: <b>2 900,00 ₽</b>",
        "Средний чек: <b>966,67 ₽</b>",
        "Проникновение: <b>66,67 %</b>",
    ]
    ((button,),) = report.rows
    assert (button.text, button.link) == ("Открыть отчёт", f"{OFFICE}{place}")
    ((name, content),) = desk.fake.files
    assert report.file == name
    assert name.startswith("Точки-")
    assert name.endswith(".xlsx")
    assert content[:2] == b"PK"
    await desk.until_finished()
    page = await told(anna, place)
    assert "готов, сообщений: 1" in page
    assert f"{title}: сообщение отправлено" in page


@pytest.mark.parametrize("messenger", ["vk"])
async def test_a_key_of_vk_that_allows_no_files_lets_a_link_come_instead(
    anna: httpx.AsyncClient, desk: Desk
) -> None:
    desk.bot.rights = ("messages", "photos", "manage")
    await desk.bind(anna)
    place = await scheduled(anna)
    await desk.next_day()
    report = (await desk.read(2))[-1]
    assert report.html.endswith("\n\nФайл — в кабинете, вместе с отчётом.")
    assert report.file == ""
    ((button,),) = report.rows
    assert button.link == f"{OFFICE}{place}"
    await desk.until_finished()
    assert "ВКонтакте: сообщение отправлено" in await told(anna, place)


async def test_who_has_stopped_the_bot_or_has_no_chat_is_told_at_the_schedule(
    anna: httpx.AsyncClient, desk: Desk, staff: dict[str, str]
) -> None:
    await desk.bind(anna)
    place = await scheduled(anna)
    assert "почтовый сервер" not in (await told(anna, place)).lower()
    manager_id = re.search(r'name="to" value="([0-9a-f-]+)"', await told(anna, place))[1]  # type: ignore[index]
    await anna.post(
        f"{place}/schedule", data={"every": "day", "hour": "8", "way": "messenger", "to": manager_id}
    )
    await desk.next_day()
    await desk.read(2)
    await desk.until_finished()
    page = await told(anna, place)
    assert "готов, сообщений: 1" in page
    assert ": чат не подключён в учётной записи" in page
    # Stopped, and the event that tells it was lost.
    desk.fake.chat(desk.bot, VERA).is_blocked = True
    await desk.next_day()
    await desk.until_finished()
    assert "Telegram: бота там остановили или чата больше нет" in await told(anna, place)
    # Who starts the bot again gets the next one.
    await desk.fake.write(desk.bot, VERA, "/help")
    await desk.next_day()
    await until(lambda: len(desk.fake.files) == 2)
    await desk.until_finished()
    assert staff
    gone = await anna.post("/account/chats/telegram/remove", follow_redirects=True)
    assert "Туда отчёты больше не приходят." in plain(gone.text)
    assert "больше не приходят в Telegram" in plain((await anna.get("/settings/audit")).text)
    await desk.next_day()
    assert "Никто из получателей не подключил мессенджер в своей учётной записи." in await told(anna, place)
    await anna.post(f"{place}/schedule", data={"every": "day", "hour": "8", "way": ["email", "messenger"]})
    await desk.next_day()
    assert "Почтовый сервер не подключён, и никто из получателей не подключил" in await told(anna, place)


async def test_a_link_binds_once_within_its_minutes_and_only_who_knows_the_password_gets_one(
    app: Plushka, anna: httpx.AsyncClient, desk: Desk, staff: dict[str, str]
) -> None:
    wrong = await anna.post("/account/chats", data={"messenger": "telegram", "chat_password": "наугад"})
    assert wrong.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "staff-" not in wrong.text
    missing = await anna.post("/account/chats", data={"messenger": "max", "chat_password": PASSWORD})
    assert missing.status_code == httpx.codes.NOT_FOUND, "there is no bot"
    earlier = await desk.ask_for_chat(anna)
    start = await desk.ask_for_chat(anna)
    await desk.fake.start(desk.bot, GLEB, earlier)
    assert (await desk.read(1, GLEB))[0].html == GOOD_NO_MORE, "the latest one counts"
    await desk.fake.start(desk.bot, VERA, start)
    assert (await desk.read(1))[0].html != GOOD_NO_MORE
    await desk.fake.start(desk.bot, GLEB, start)
    assert (await desk.read(2, GLEB))[1].html == GOOD_NO_MORE, "once"
    late = await desk.ask_for_chat(anna)
    desk.clock.at += GOOD_FOR
    await desk.fake.start(desk.bot, GLEB, late)
    assert (await desk.read(3, GLEB))[2].html == GOOD_NO_MORE, "too late"
    assert VERA.name in (await anna.get("/account")).text
    # Whoever binds a chat has it alone.
    async with signed_in(app, email_of("manager")) as manager:
        await desk.bind(manager)
        assert VERA.name in (await manager.get("/account")).text
    assert VERA.name not in (await anna.get("/account")).text
    trail = plain((await anna.get("/settings/audit")).text)
    assert "приходят в чат в Telegram" in trail
    assert staff


async def test_a_colleague_gets_the_file_of_a_report_that_is_not_shared_and_no_link_to_it(
    app: Plushka, anna: httpx.AsyncClient, desk: Desk
) -> None:
    async with signed_in(app, email_of("manager")) as manager:
        await desk.bind(manager, GLEB)
    await desk.bind(anna)
    place = await scheduled(anna)
    ids = re.findall(r'name="to" value="([0-9a-f-]+)"', await told(anna, place))
    await anna.post(f"{place}/schedule", data={"every": "day", "hour": "8", "way": "messenger", "to": ids})
    await desk.next_day()
    theirs, own = (await desk.read(2, GLEB))[-1], (await desk.read(2))[-1]
    assert theirs.file == own.file
    assert theirs.rows == ()
    assert own.rows
