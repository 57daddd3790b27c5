"""MAX's shell against a MAX that is none, over real HTTP, and against what a library of others reads and writes."""

from collections.abc import AsyncIterator

import maxapi
import pytest
from maxapi.methods.types.getted_updates import process_update_request
from tests.bots.conftest import GLEB, VERA, VERAS, Connect, Connected, until

from plushka.delivery.bots.max.hearing import ContactCard, User, own_phone
from plushka.delivery.bots.shells import open_shells
from plushka.demo.messengers.max import FakeMax
from plushka.demo.messengers.registry import Registration
from plushka.domain.bots.model import TokenRefused
from plushka.domain.bots.talk import SharedPhone

REGISTRATION = Registration("7000000002:max-token-of-the-coffee-shop", "id7700000000_bot", "Кофейня Анны")


MaxScene = Connected[FakeMax]


@pytest.fixture
async def scene(connect: Connect) -> AsyncIterator[MaxScene]:
    fake = FakeMax({REGISTRATION.token: (REGISTRATION, "http://127.0.0.1:1/app")})
    async with connect(fake, REGISTRATION) as scene:
        yield scene


async def test_a_stranger_gets_a_card_in_max_and_hears_of_a_purchase(scene: MaxScene) -> None:
    async with scene.working():
        await scene.enrol(start="poster01")
        said = await scene.read(4)
        assert said[2] == "Готово, карта ваша. На ней уже <b>50 бонусов</b> за вступление."
        assert [button.text for row in scene.screen()[2].rows for button in row][:2] == ["Карта", "Код"]
        await scene.fake.write(scene.fake_bot, VERA, "Карта")
        await scene.read(5)
        picture = scene.screen()[-1].picture
        assert picture is not None
        assert scene.fake.pictures[picture].startswith(b"\x89PNG")
        await scene.shop.buy("1", 700_00, member=VERAS, redeem=50)
        *_, bought = await scene.read(6)
        assert bought.startswith("<b>−50 бонусов</b> и <b>+65 бонусов</b> за <b>650 ₽</b>")
        await until(lambda: scene.fake_bot.answered)


async def test_contacts_that_max_has_not_signed_as_the_senders_own_are_refused(scene: MaxScene) -> None:
    async with scene.working():
        await scene.fake.start(scene.fake_bot, VERA)
        await scene.read(1)
        await scene.fake.press(scene.fake_bot, VERA, 0, "agree:1")
        await scene.read(2)
        await scene.fake.share_contact(scene.fake_bot, VERA, whose=GLEB)
        await scene.fake.share_contact(scene.fake_bot, VERA, is_forged=True)
        said = await scene.read(4)
    assert said[2] == said[3] == "Это не ваш собственный контакт. Поделитесь своим номером: кнопка внизу."


async def test_a_stopped_bot_a_429_and_a_failing_server(scene: MaxScene) -> None:
    async with scene.working():
        await scene.enrol()
        scene.fake.fail_next("/messages", 429, "too.many.requests")
        scene.fake.fail_next("/messages", 503, "service.unavailable")
        await scene.fake.write(scene.fake_bot, VERA, "/balance")
        await scene.read(5)
        scene.fake.chat(scene.fake_bot, VERA).is_blocked = True
        await scene.shop.buy("1", 100_00, member=VERAS)
        await scene.until_state("blocked")


async def test_max_calls_the_webhook_with_the_secret_and_pressed_buttons_are_released(
    scene: MaxScene,
) -> None:
    async with scene.called() as address:
        await until(lambda: scene.fake_bot.subscriptions)
        await scene.enrol()
        await until(lambda: scene.fake_bot.answered)
    (url,) = scene.fake_bot.subscriptions
    assert url.startswith(f"{address}/bots/max/{scene.shop.caller.tenant_id}/")


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
    await scene.fake.start(scene.fake_bot, VERA, "poster01")
    await scene.fake.share_contact(scene.fake_bot, VERA)
    await scene.fake.press(scene.fake_bot, VERA, 0, "agree:1")
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
    assert not own_phone(ContactCard(card, "подпись", User(1)), User(1), "token").is_own
