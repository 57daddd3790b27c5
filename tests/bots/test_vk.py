"""VK's shell against a VK that is none, over real HTTP; phones are proved in the app, as VK shares none in a chat."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import fields
from urllib.parse import urlsplit

import httpx
import pytest
from tests.app.conftest import Person as Visitor
from tests.bots.conftest import VERA, Connect, Connected, until
from tests.conftest import SetClock
from tests.pos.conftest import client_of, started

from plushka.app import Plushka
from plushka.demo import access
from plushka.demo.access import Access
from plushka.demo.messengers.chats import Pressable
from plushka.demo.messengers.people import Person
from plushka.demo.messengers.registry import Registration
from plushka.demo.messengers.vk import FakeVk
from plushka.domain.members.consents import list_consents
from plushka.domain.members.model import Identity
from plushka.domain.members.queries import find_member

REGISTRATION = Registration("7000000003:vk-token-of-the-coffee-shop", "anna_coffee", "Кофейня Анны")
VERAS = Identity("phone", "+79990000101")


class VkScene(Connected[FakeVk]):
    """The shop and its community in VK."""

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Keep the bot at work, once it listens: VK tells nothing of before."""
        asked = self.fake_bot.news_asked
        async with super().working():
            await until(lambda: self.fake_bot.news_asked > asked)
            yield

    async def share_phone(self, person: Person) -> None:
        """Open the mini app by the button of the last message, and prove the phone there by an SMS."""
        access.keep(self.settings, Access(email="", password="", tills={}))
        async with started(Plushka(self.settings, self.shop.clock)) as app, client_of(app, None) as browser:
            visitor = await self.open_app(browser, person)
            await visitor.sign_in(f"+{person.phone}")

    async def open_app(self, browser: httpx.AsyncClient, person: Person) -> Visitor:
        """Press the button that opens the app, as somebody who has not proved a phone yet."""
        (key,) = [key for row in self.screen(person)[-1].rows for key in row if key.app]
        launched = urlsplit(self.fake.app_link(self.fake_bot, person, key.app))
        entered = await browser.post(f"{launched.path}/enter/vk", data={"signed": launched.query})
        assert entered.status_code == httpx.codes.OK, entered.text
        browser.headers.update({"plushka-messenger": "vk", "plushka-launch": entered.json()["launch"]})
        return Visitor(browser, launched.path)


@pytest.fixture
async def scene(connect: Connect, clock: SetClock) -> AsyncIterator[VkScene]:
    fake = FakeVk({REGISTRATION.token: (REGISTRATION, "")}, now=lambda: clock.now().timestamp())
    async with connect(fake, REGISTRATION) as connected:
        scene = VkScene(**{field.name: getattr(connected, field.name) for field in fields(connected)})
        scene.fake_bot.app = f"{scene.settings.public_url}/app/{scene.shop.caller.tenant_id}"
        yield scene


async def test_a_stranger_gets_a_card_in_vk_and_hears_of_a_purchase(scene: VkScene) -> None:
    async with scene.working():
        await scene.enrol()
        said = await scene.read(4)
        assert said[0].startswith("<b>Кофейня Анны</b>: ваша карта живёт в этом чате.")
        assert [key.text for row in scene.screen()[1].rows for key in row] == ["Поделиться телефоном"]
        assert said[2] == "Готово, карта ваша. На ней уже <b>50 бонусов</b> за вступление."
        keyboard: list[list[Pressable]] = scene.fake.chat(scene.fake_bot, VERA).keyboard
        assert [key.text for key in keyboard[0]] == ["Карта", "Код"]
        assert [bool(key.app) for key in keyboard[-1]] == [True]
        await scene.fake.write(scene.fake_bot, VERA, "Карта")
        await scene.read(5)
        picture = scene.screen()[-1].picture
        assert picture is not None
        assert scene.fake.pictures[picture].startswith(b"\x89PNG")
        await scene.shop.buy("1", 700_00, member=VERAS, redeem=50)
        *_, bought = await scene.read(6)
        assert bought.startswith("<b>−50 бонусов</b> и <b>+65 бонусов</b> за <b>650 ₽</b>")
        await scene.press("Это не я")
        *_, stopped = await scene.read(7)
        assert stopped.startswith("С вашей карты больше ничего не спишут.")
        await until(lambda: len(scene.fake_bot.answered) == 2)
    async with scene.shop.tx() as tx:
        member = await find_member(tx, VERAS)
        assert member is not None
        (agreed,) = await list_consents(tx, member.id)
    assert (agreed.kind, agreed.source, agreed.text_version) == ("personal_data", "bot", "1")
    assert member.spending_stopped_at is not None
