"""MAX's shell against a MAX that is none, over real HTTP, and against what a library of others reads and writes."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import maxapi
import pytest
from maxapi.methods.types.getted_updates import process_update_request
from tests.bots.conftest import GLEB, PATIENCE_SECONDS, PROGRAM, VERA, serving, until, working_on
from tests.conftest import SetClock
from tests.domain.shop import Shop, open_shop
from tests.pos.conftest import running, settings

from plushka.delivery.bots.max.hearing import ContactCard, User, own_phone
from plushka.delivery.bots.shells import open_shells
from plushka.demo.messengers.chats import Shown
from plushka.demo.messengers.max import FakeMax, FakeMaxBot
from plushka.demo.messengers.people import Person
from plushka.demo.messengers.registry import Registration
from plushka.domain.bots.herald import Herald
from plushka.domain.bots.model import BotAccount, Credentials, TokenRefused
from plushka.domain.bots.operations import connect_bot, new_secret
from plushka.domain.bots.talk import SharedPhone
from plushka.domain.members.channels import Address, find_address
from plushka.domain.members.model import Identity
from plushka.domain.messages.outgoing import CHANNEL
from plushka.domain.purchases.queue import PurchaseQueue
from plushka.platform.bell import Bell
from plushka.platform.database import Database
from plushka.platform.settings import Environment, Settings
from plushka.platform.vault import Vault

__all__ = ["running", "settings"]

REGISTRATION = Registration("7000000002:max-token-of-the-coffee-shop", "id7700000000_bot", "Кофейня Анны")
VERAS = Identity("phone", "+79990000101")


@dataclass
class MaxScene:
    """The shop and its bot in MAX."""

    shop: Shop
    fake: FakeMax
    settings: Settings
    vault: Vault

    @property
    def bot(self) -> FakeMaxBot:
        return self.fake.bots[REGISTRATION.token]

    def screen(self, person: Person = VERA) -> list[Shown]:
        return [message for message in self.fake.chat(self.bot, person).messages if message.side == "bot"]

    async def read(self, count: int, person: Person = VERA) -> list[str]:
        await until(lambda: len(self.screen(person)) >= count)
        return [message.html.replace("\u00a0", " ") for message in self.screen(person)]

    async def enrol(self) -> None:
        await self.fake.start(self.bot, VERA, "poster01")
        await self.read(1)
        await self.fake.press(self.bot, VERA, 0, "agree:1")
        await self.read(2)
        await self.fake.share_contact(self.bot, VERA)
        await self.read(4)


@pytest.fixture
async def scene(database: Database, dsn: str, clock: SetClock, tmp_path: Path) -> AsyncIterator[MaxScene]:
    fake = FakeMax({REGISTRATION.token: (REGISTRATION, "http://127.0.0.1:1/app")})
    bell = Bell(database, clock, CHANNEL)
    async with serving(fake.routes()) as api, bell.running(), open_shop(database, clock, PROGRAM) as shop:
        settings = Settings(
            data_folder=tmp_path,
            database_url=dsn,
            host="127.0.0.1",
            port=0,
            environment=Environment.LOCAL,
            web_workers=1,
            max_api=api,
            public_url="http://127.0.0.1:1",
        )
        vault = Vault.of(settings)
        herald = Herald(bell, shop.reference.versions)
        queue = PurchaseQueue(database, clock, shop.reference, witness=herald)
        await queue.start()
        async with shop.tx() as tx:
            await connect_bot(
                tx,
                vault,
                "max",
                BotAccount(str(REGISTRATION.id), REGISTRATION.username, REGISTRATION.name),
                credentials=Credentials(token=REGISTRATION.token, secret=new_secret()),
                is_polled=True,
            )
        yield MaxScene(replace(shop, queue=queue), fake, settings, vault)
        await queue.stop()
    await fake.close()


async def test_a_stranger_gets_a_card_in_max_and_hears_of_a_purchase(scene: MaxScene) -> None:
    async with working_on(scene.shop, scene.settings, scene.vault):
        await scene.enrol()
        said = await scene.read(4)
        assert said[2] == "Готово, карта ваша. На ней уже <b>50 бонусов</b> за вступление."
        assert [button.text for row in scene.screen()[2].rows for button in row][:2] == ["Карта", "Код"]
        await scene.fake.write(scene.bot, VERA, "Карта")
        await scene.read(5)
        picture = scene.screen()[-1].picture
        assert picture is not None
        assert scene.fake.pictures[picture].startswith(b"\x89PNG")
        await scene.shop.buy("1", 700_00, member=VERAS, redeem=50)
        *_, bought = await scene.read(6)
        assert bought.startswith("<b>−50 бонусов</b> и <b>+65 бонусов</b> за <b>650 ₽</b>")
        await until(lambda: scene.bot.answered)


async def test_contacts_that_max_has_not_signed_as_the_senders_own_are_refused(scene: MaxScene) -> None:
    async with working_on(scene.shop, scene.settings, scene.vault):
        await scene.fake.start(scene.bot, VERA)
        await scene.read(1)
        await scene.fake.press(scene.bot, VERA, 0, "agree:1")
        await scene.read(2)
        await scene.fake.share_contact(scene.bot, VERA, whose=GLEB)
        await scene.fake.share_contact(scene.bot, VERA, is_forged=True)
        said = await scene.read(4)
    assert said[2] == said[3] == "Это не ваш собственный контакт. Поделитесь своим номером: кнопка внизу."


async def test_a_stopped_bot_a_429_and_a_failing_server(scene: MaxScene) -> None:
    async with working_on(scene.shop, scene.settings, scene.vault):
        await scene.enrol()
        scene.fake.fail_next("/messages", 429, "too.many.requests")
        scene.fake.fail_next("/messages", 503, "service.unavailable")
        await scene.fake.write(scene.bot, VERA, "/balance")
        await scene.read(5)
        scene.fake.chat(scene.bot, VERA).is_blocked = True
        await scene.shop.buy("1", 100_00, member=VERAS)

        async def state() -> str:
            async with scene.shop.tx() as tx:
                found = await find_address(tx, Address("max", str(VERA.id)))
            return found.state if found else ""

        async with asyncio.timeout(PATIENCE_SECONDS):
            while await state() != "blocked":  # noqa: ASYNC110  what is waited for is another program's
                await asyncio.sleep(0.02)


async def test_max_calls_the_webhook_with_the_secret(scene: MaxScene, running: str) -> None:
    async with scene.shop.tx() as tx:
        await tx.execute("update bots set is_polled = false")
    called = replace(scene.settings, public_url=running)
    async with working_on(scene.shop, called, scene.vault):
        await until(lambda: scene.bot.subscriptions)
        await scene.enrol()
    (url,) = scene.bot.subscriptions
    assert url.startswith(f"{running}/bots/max/{scene.shop.caller.tenant_id}/")


async def test_a_token_says_whose_it_is_and_a_wrong_one_is_refused(scene: MaxScene) -> None:
    async with open_shells(scene.settings) as shells:
        shell = await shells.get("max")
        account = await shell.identify(REGISTRATION.token)
        assert account.username == "id7700000000_bot"
        for wrong in ("nonsense", "", "не токен"):
            with pytest.raises(TokenRefused):
                await shell.identify(wrong)


async def test_a_library_of_others_finds_in_the_fake_the_max_that_it_knows(scene: MaxScene) -> None:
    peer = maxapi.Bot(REGISTRATION.token, auto_requests=False)
    peer.set_api_url(scene.settings.max_api)
    assert (await peer.get_me()).username == REGISTRATION.username
    await scene.fake.start(scene.bot, VERA, "poster01")
    await scene.fake.share_contact(scene.bot, VERA)
    await scene.fake.press(scene.bot, VERA, 0, "agree:1")
    told = await process_update_request(await peer.get_updates(timeout=1), peer)
    assert [type(update).__name__ for update in told] == ["BotStarted", "MessageCreated", "MessageCallback"]
    await peer.send_message(user_id=VERA.id, text="Здравствуйте")
    await peer.close_session()
    assert await scene.read(1) == ["Здравствуйте"]


def test_a_contact_is_own_by_the_published_formula() -> None:
    card = "BEGIN:VCARD\r\nVERSION:3.0\r\nTEL;TYPE=cell:79990000101\r\nEND:VCARD"
    # printf … | openssl dgst -sha256 -hmac token
    signed = "9b30e634321d98ed2313135ad5566e83aeb9ba61c0b3be371691c01d40e236c5"
    assert own_phone(ContactCard(card, signed, User(1)), User(1), "token") == SharedPhone("79990000101", True)
    assert not own_phone(ContactCard(card, signed, User(1)), User(2), "token").is_own
    assert not own_phone(ContactCard(card.replace("\r", ""), signed, User(1)), User(1), "token").is_own
