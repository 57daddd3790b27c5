"""A coffee shop with a bot, the worker that keeps it, and a messenger that is none, all speaking real HTTP."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import pytest
from tests.bots.fakes import Fake
from tests.conftest import SetClock, local_settings
from tests.domain.shop import Shop, open_shop
from tests.pos.conftest import served
from tests.serving import serving

from plushka.delivery.bots.running import Bots
from plushka.delivery.bots.shells import open_shells
from plushka.demo.messengers.chats import Shown
from plushka.demo.messengers.people import PEOPLE, Person
from plushka.demo.messengers.phone import SharesContacts
from plushka.demo.messengers.registry import Registration
from plushka.demo.messengers.telegram import FakeTelegram
from plushka.domain.bots.herald import Herald
from plushka.domain.bots.model import Bot, BotAccount
from plushka.domain.bots.operations import connect_bot
from plushka.domain.members.channels import Address, find_address
from plushka.domain.members.model import Identity
from plushka.domain.messages.outgoing import CHANNEL
from plushka.domain.purchases.queue import PurchaseQueue
from plushka.engine.program import EarningRule, Percent, Program, Redemption, Welcome
from plushka.platform.bell import Bell
from plushka.platform.database import Database
from plushka.platform.settings import Settings
from plushka.platform.vault import Vault

REGISTRATION = Registration("7000000001:AAExampleTokenOfTheCoffeeShop01", "anna_coffee_bot", "Кофейня Анны")
VERA, GLEB, *_ = PEOPLE
VERAS = Identity("phone", "+79990000101")
PATIENCE_SECONDS = 40.0
"""The first bot of a process waits for its library to load, and machines that test are busy."""
PROGRAM = Program(
    name="Плюшки",
    currency="RUB",
    earning=(EarningRule(id="all", name="Всем", effect=Percent(rate_bp=10_00)),),
    redemption=Redemption(),
    welcome=Welcome(points=50),
)


async def until(happened: Callable[[], object]) -> None:
    """Wait until something has happened."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not happened():  # noqa: ASYNC110  what is waited for is another program's
            await asyncio.sleep(0.01)


FakeT = TypeVar("FakeT", bound=Fake)


@dataclass
class Connected(Generic[FakeT]):
    """The shop, its bot on both sides, and how the worker is started."""

    shop: Shop
    bot: Bot
    fake: FakeT
    settings: Settings
    vault: Vault

    @property
    def fake_bot(self) -> Any:
        """The bot as its messenger has it."""
        return self.fake.by_username(self.bot.username)

    def screen(self, person: Person = VERA) -> list[Shown]:
        """Return what the person sees of the bot."""
        messages = self.fake.chat(self.fake_bot, person).messages
        return [message for message in messages if message.side == "bot"]

    async def read(self, count: int, person: Person = VERA) -> list[str]:
        """Return what the bot has said, once that are ``count`` messages."""
        await until(lambda: len(self.screen(person)) >= count)
        return [message.html.replace("\u00a0", " ") for message in self.screen(person)]

    async def press(self, label: str, person: Person = VERA) -> None:
        """Press the latest button of this label."""
        for message in reversed(self.screen(person)):
            for button in (button for row in message.rows for button in row):
                if button.text == label:
                    await self.fake.press(self.fake_bot, person, message.id, button.action)
                    return
        raise AssertionError(f"no button {label!r}")

    async def enrol(self, person: Person = VERA, start: str = "") -> None:
        said = len(self.screen(person))
        await self.fake.start(self.fake_bot, person, start)
        await self.read(said + 1, person)
        await self.press("Соглашаюсь", person)
        await self.read(said + 2, person)
        await self.share_phone(person)
        await self.read(said + 4, person)

    async def share_phone(self, person: Person) -> None:
        assert isinstance(self.fake, SharesContacts)
        await self.fake.share_contact(self.fake_bot, person)

    async def block_and_come_back(self) -> None:
        """Let Vera, who is enrolled, block the bot, write to it again, and block it once more."""
        # Without the event that tells it: as though it had been lost.
        self.fake.chat(self.fake_bot, VERA).is_blocked = True
        await self.shop.buy("1", 100_00, member=VERAS)
        await self.until_state("blocked")
        await self.fake.write(self.fake_bot, VERA, "/balance")
        await self.read(5)
        await self.until_state("open")
        await self.fake.block(self.fake_bot, VERA)
        await self.until_state("blocked")

    async def until_state(self, state: str, person: Person = VERA) -> None:
        """Wait until the person's address is known to be in this state."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                async with self.shop.tx() as tx:
                    found = await find_address(tx, Address(self.bot.messenger, str(person.id)))
                if found is not None and found.state == state:
                    return
                await asyncio.sleep(0.02)

    def working(self) -> AbstractAsyncContextManager[None]:
        return working_on(self.shop, self.settings, self.vault)

    @asynccontextmanager
    async def called(self) -> AsyncIterator[str]:
        """Keep the bot at work, and let its messenger call a web process of ours; yield where that is."""
        async with self.shop.tx() as tx:
            await tx.execute("update bots set is_polled = false")
        with served(self.settings, self.shop.clock) as address:
            async with working_on(self.shop, replace(self.settings, public_url=address), self.vault):
                yield address


@asynccontextmanager
async def working_on(shop: Shop, settings: Settings, vault: Vault) -> AsyncIterator[None]:
    """Keep the bots at work, as the worker does."""
    stop = asyncio.Event()
    async with open_shells(settings) as shells:
        bots = Bots(shop.database, shop.clock, vault, shells, public_url=settings.public_url)
        assert settings.database_url is not None
        task = asyncio.create_task(bots.run(settings.database_url, stop))
        try:
            yield
        finally:
            stop.set()
            await task


Scene = Connected[FakeTelegram]


class Connect(Protocol):
    """Lets a shop have a polled bot in a messenger that is none, which is served meanwhile."""

    def __call__(
        self, fake: FakeT, registration: Registration
    ) -> AbstractAsyncContextManager[Connected[FakeT]]: ...


@pytest.fixture
def connect(database: Database, dsn: str, clock: SetClock, tmp_path: Path) -> Connect:
    @asynccontextmanager
    async def connect(fake: FakeT, registration: Registration) -> AsyncIterator[Connected[FakeT]]:
        bell = Bell(database, clock, CHANNEL)
        async with (
            serving(fake.routes()) as api,
            bell.running(),
            open_shop(database, clock, PROGRAM) as shop,
        ):
            where: dict[str, Any] = {f"{fake.key}_api": api}
            settings = local_settings(tmp_path, dsn, public_url="http://127.0.0.1:1", **where)
            vault = Vault.of(settings)
            queue = PurchaseQueue(
                database, clock, shop.reference, witness=Herald(bell, shop.reference.versions)
            )
            await queue.start()
            account = BotAccount(str(registration.id), registration.username, registration.name)
            async with shop.tx() as tx:
                bot = await connect_bot(
                    tx, vault, fake.key, account, credentials=registration.credentials(), is_polled=True
                )
            yield Connected(replace(shop, queue=queue), bot, fake, settings, vault)
            await queue.stop()
        await fake.close()

    return connect


@pytest.fixture
async def scene(connect: Connect) -> AsyncIterator[Scene]:
    """The shop and its bot in Telegram."""
    async with connect(FakeTelegram((REGISTRATION,)), REGISTRATION) as scene:
        yield scene
