"""VK's shell against a VK that is none, over real HTTP; phones are proved in the app, as VK shares none in a chat."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import fields
from urllib.parse import urlencode, urlsplit

import httpx
import pytest
from aiohttp import web
from tests.app.conftest import Person as Visitor
from tests.bots.conftest import GLEB, VERA, VERAS, Connect, Connected, until
from tests.conftest import SetClock
from tests.pos.conftest import client_of, started
from tests.serving import serving

from plushka.delivery.bots.shells import open_shells
from plushka.delivery.bots.vk.calling import Code, PollServer, VkApi, VkRefused
from plushka.delivery.bots.vk.saying import told_apart
from plushka.delivery.bots.vk.shell import result_of
from plushka.demo import access
from plushka.demo.access import Access
from plushka.demo.messengers.chats import Pressable
from plushka.demo.messengers.people import Person
from plushka.demo.messengers.registry import Registration
from plushka.demo.messengers.vk import FakeVk
from plushka.demo.messengers.vk_messages import marked_up
from plushka.domain.bots.model import UNAUTHORIZED, RightsMissing, TokenRefused
from plushka.domain.bots.queries import get_bot
from plushka.domain.members.consents import list_consents
from plushka.domain.members.model import Identity, Member
from plushka.domain.members.queries import find_member
from plushka.domain.messages.contents import FriendCame
from plushka.domain.messages.model import Failing, Refused, Result, Unreachable, Wait
from plushka.domain.messages.outgoing import Notice, tell_members
from plushka.domain.referrals.invitations import friend_start
from plushka.platform.errors import TemporaryFailure

REGISTRATION = Registration("7000000003:vk-token-of-the-coffee-shop", "anna_coffee", "Кофейня Анны")


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
        async with app_of(self) as browser:
            visitor = await self.open_app(browser, person)
            await visitor.sign_in(f"+{person.phone}")

    async def until_asked(self, times: int) -> None:
        """Wait until long poll has asked so often."""
        await until(lambda: self.fake_bot.news_asked >= times)

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


async def member_of(scene: VkScene, phone: str = VERAS.value) -> Member:
    async with scene.shop.tx() as tx:
        member = await find_member(tx, Identity("phone", phone))
    assert member is not None
    return member


@asynccontextmanager
async def app_of(scene: VkScene) -> AsyncIterator[httpx.AsyncClient]:
    """Open the web process; the demo's phone takes its SMS."""
    access.keep(scene.settings, Access(email="", password="", tills={}))
    async with started(scene.settings, scene.shop.clock) as app, client_of(app, None) as browser:
        yield browser


async def agree(scene: VkScene, person: Person = VERA, start: str = "") -> None:
    """Come to where the bot asks for the phone."""
    await scene.fake.start(scene.fake_bot, person, start)
    await scene.read(1, person)
    await scene.press("Соглашаюсь", person)
    await scene.read(2, person)


async def test_a_phone_that_vk_has_signed_enrols_without_an_sms_and_with_a_name(scene: VkScene) -> None:
    async with scene.working(), app_of(scene) as browser:
        await agree(scene)
        visitor = await scene.open_app(browser, VERA)
        shared = scene.fake.shared_phone(scene.fake_bot, VERA)
        entered = await visitor.post("/enter/vk/phone", signed=urlencode({**shared, "first_name": "Вера"}))
        *_, joined, _ = await scene.read(4)
    assert entered.headers["plushka-session"]
    assert joined == "Готово, карта ваша. На ней уже <b>50 бонусов</b> за вступление."
    assert (await member_of(scene)).name == "Вера"


@pytest.mark.parametrize("whose", ["another", "nobody"])
async def test_a_phone_that_vk_has_not_signed_for_them_is_proved_by_an_sms(
    scene: VkScene, whose: str
) -> None:
    async with scene.working(), app_of(scene) as browser:
        await agree(scene)
        visitor = await scene.open_app(browser, VERA)
        shared = scene.fake.shared_phone(scene.fake_bot, GLEB)
        shared["sign"] = shared["sign"] if whose == "another" else ""
        asked = await visitor.post("/enter/vk/phone", signed=urlencode(shared))
        assert "plushka-session" not in asked.headers
        assert f'value="+{GLEB.phone}"' in asked.text
        await visitor.sign_in(f"+{VERA.phone}")
        await scene.read(4)
    assert (await member_of(scene)).name == ""


async def test_who_opens_the_app_before_agreeing_in_the_chat_is_asked_for_consent_there(
    scene: VkScene,
) -> None:
    async with scene.working(), app_of(scene) as browser:
        await scene.fake.start(scene.fake_bot, VERA)
        await scene.read(1)
        launched = urlsplit(scene.fake.app_link(scene.fake_bot, VERA, scene.fake_bot.app))
        entered = await browser.post(f"{launched.path}/enter/vk", data={"signed": launched.query})
        browser.headers.update({"plushka-messenger": "vk", "plushka-launch": entered.json()["launch"]})
        visitor = Visitor(browser, launched.path)
        proved = await visitor.sign_in(f"+{VERA.phone}")
        assert 'name="personal_data"' in proved.text
    async with scene.shop.tx() as tx:
        assert await find_member(tx, VERAS) is None


async def test_a_link_of_a_friend_reaches_through_the_chat_and_the_app(scene: VkScene) -> None:
    async with scene.working():
        await scene.enrol()
        vera = await member_of(scene)
        await scene.fake.write(scene.fake_bot, VERA, "Друзьям")
        *_, told = await scene.read(5)
        assert f"https://vk.me/anna_coffee?ref={friend_start(vera.id)}" in told.splitlines()
        await scene.enrol(GLEB, start=friend_start(vera.id))
        *_, came = await scene.read(6)
    assert came == "По вашей ссылке пришёл друг. Спасибо."
    gleb = await member_of(scene, f"+{GLEB.phone}")
    async with scene.shop.tx() as tx:
        assert await tx.fetchval("select invited_by from members where id = $1", gleb.id) == vera.id


async def test_a_word_begins_by_the_link_it_came_with_and_a_command_stays_one(scene: VkScene) -> None:
    async with scene.working():
        await scene.fake.write(scene.fake_bot, VERA, "Привет!", start="poster01")
        (greeting,) = await scene.read(1)
        assert "ваша карта живёт в этом чате" in greeting
        await scene.fake.write(scene.fake_bot, VERA, "/help", start="poster01")
        *_, help_ = await scene.read(2)
    assert help_.startswith("Напишите /start")


async def test_all_that_the_talk_does_is_said_in_vk(scene: VkScene) -> None:
    async with scene.working():
        await scene.enrol()
        await scene.press("Да, присылайте")
        expected = (
            ("", "Будем присылать сюда предложения."),
            ("Баланс", "У вас <b>50 бонусов</b>."),
            ("История", "<b>+50</b> начислено"),
            ("Код", "покажите на кассе"),
            ("/stop", "Предложений больше не будет."),
            ("/language", "На каком языке говорить?"),
        )
        for number, (word, answer) in enumerate(expected, start=5):
            if word:
                await scene.fake.write(scene.fake_bot, VERA, word)
            *_, said = await scene.read(number)
            assert answer in said
        await scene.press("English")
        *_, said = await scene.read(11)
    assert said == "We speak English now."
    keyboard: list[list[Pressable]] = scene.fake.chat(scene.fake_bot, VERA).keyboard
    assert keyboard[0][0].text == "Card"


async def test_who_forbids_messages_is_marked_by_the_event_or_by_a_901_and_comes_back(scene: VkScene) -> None:
    async with scene.working():
        await scene.enrol()
        await scene.block_and_come_back()


async def test_errors_of_now_are_waited_out_and_told_of_no_more_once_all_is_well(scene: VkScene) -> None:
    async with scene.working():
        await scene.enrol()
        scene.fake.fail_next("messages.send", Code.TOO_FAST, "Too many requests per second")
        scene.fake.fail_next("messages.send", Code.FLOOD, "Flood control")
        await scene.fake.write(scene.fake_bot, VERA, "/balance")
        *_, said = await scene.read(5)
    assert said == "У вас <b>50 бонусов</b>."
    async with scene.shop.tx() as tx:
        assert (await get_bot(tx, scene.vault, scene.bot.id)).health.problem == ""


async def test_what_a_worker_had_begun_when_it_died_comes_once(scene: VkScene) -> None:
    async with scene.working():
        await scene.enrol()
    member = await member_of(scene)
    async with scene.shop.tx() as tx:
        await tell_members(tx, [Notice(member.id, "k", FriendCame())])
    async with scene.working():
        await scene.read(5)
    # VK had it, and the worker died before it could write that down.
    async with scene.shop.tx() as tx:
        await tx.execute("update outgoing set state = 'sending', finished_at = null where key = 'k'")
        await tell_members(tx, [Notice(member.id, "k2", FriendCame())])
    async with scene.working():
        await scene.read(6)
    assert len(scene.screen()) == 6


async def test_what_is_said_while_no_worker_listens_is_heard_by_the_next(scene: VkScene) -> None:
    async with scene.working():
        await scene.enrol()
    await scene.fake.write(scene.fake_bot, VERA, "/balance")
    async with scene.working():
        *_, said = await scene.read(5)
    assert said == "У вас <b>50 бонусов</b>."


async def test_long_poll_goes_on_with_another_key_and_after_what_vk_has_lost(scene: VkScene) -> None:
    async with scene.working():
        await scene.enrol()
        asked = scene.fake_bot.news_asked
        await scene.fake.forget_history(scene.fake_bot)
        await until(lambda: scene.fake_bot.news_asked > asked)
        await scene.fake.write(scene.fake_bot, VERA, "/balance")
        await scene.read(5)
        for failed in (2, 3):
            scene.fake.fail_next("news", failed)
            asked = scene.fake_bot.news_asked
            await scene.fake.write(scene.fake_bot, VERA, "/balance")
            await scene.until_asked(asked + 1)
        await scene.fake.write(scene.fake_bot, VERA, "/help")
        await until(lambda: scene.screen()[-1].html.startswith("/card"))


async def test_what_fails_on_the_way_is_told_without_the_key_of_news() -> None:
    async def fail(_: web.Request) -> web.Response:
        raise web.HTTPBadGateway

    async with serving([web.get("/news", fail)]) as address:
        api = VkApi(address)
        with pytest.raises(TemporaryFailure) as failure:
            await api.news(PollServer(server=f"{address}/news", key="0123456789abcdef", ts="1"), "1")
        await api.close()
    assert failure.value.reason == "502 Bad Gateway"


async def test_vk_calls_the_server_that_has_said_the_confirmation(scene: VkScene) -> None:
    async with scene.called() as address:
        await until(lambda: [server.status for server in scene.fake_bot.servers.values()] == ["ok"])
        (server,) = scene.fake_bot.servers.values()
        await until(lambda: server.events)
        await scene.enrol()
        await until(lambda: scene.fake_bot.answered)
        assert server.url == f"{address}/bots/vk/{scene.shop.caller.tenant_id}/{scene.bot.id}"
        async with open_shells(scene.settings) as shells, scene.shop.tx() as tx:
            shell, bot = await shells.get("vk"), await get_bot(tx, scene.vault, scene.bot.id)
            assert (await shell.look(bot)).problem == ""
            server.status = "failed"
            assert (await shell.look(bot)).problem == "Callback server: failed"
            await shell.let_go(bot)
    assert scene.fake_bot.servers == {}


async def test_a_call_is_verified_taken_in_once_and_answered_ok(scene: VkScene) -> None:
    event = {
        "type": "message_new",
        "group_id": REGISTRATION.id,
        "event_id": "e1",
        "v": "5.199",
        "secret": scene.bot.credentials.secret,
        "object": {"message": {"from_id": VERA.id, "peer_id": VERA.id, "text": "Привет"}},
    }
    path = f"/bots/vk/{scene.shop.caller.tenant_id}/{scene.bot.id}"
    async with app_of(scene) as vk:
        for _ in range(2):
            assert (await vk.post(path, json=event)).text == "ok"
        for wrong in ({"secret": "wrong"}, {"secret": ""}, {"secret": "секрет"}, {"group_id": 1}):
            assert (await vk.post(path, json={**event, "event_id": "e2", **wrong})).status_code == 403, wrong
        for body in (b"", b"[]", b"\xff"):
            assert (await vk.post(path, content=body)).status_code == 403, body
        broken = {**event, "event_id": "e3", "object": {"message": {"from_id": "x"}}}
        assert (await vk.post(path, json=broken)).text == "ok"
        for message in (
            {"from_id": VERA.id, "peer_id": 2_000_000_001, "text": "/balance"},
            {"from_id": -5, "peer_id": -5, "text": "/balance"},
        ):
            elsewhere = {**event, "event_id": "e4", "object": {"message": message}}
            assert (await vk.post(path, json=elsewhere)).text == "ok"
        confirmation = {**event, "type": "confirmation", "object": None}
        del confirmation["object"]
        assert (await vk.post(path, json=confirmation)).text == scene.fake_bot.confirmation
    async with scene.shop.tx() as tx:
        assert await tx.fetchval("select count(*) from outgoing") == 1


async def test_a_token_says_whose_it_is_and_one_that_allows_too_little_is_refused(scene: VkScene) -> None:
    async with open_shells(scene.settings) as shells:
        shell = await shells.get("vk")
        account = await shell.identify(REGISTRATION.token)
        assert (account.account_id, account.username) == ("7000000003", "anna_coffee")
        scene.fake_bot.rights = ("photos",)
        with pytest.raises(RightsMissing) as refused:
            await shell.identify(REGISTRATION.token)
        assert refused.value.facts["rights"] == "messages, manage"
        for wrong in ("nonsense", "", "не токен"):
            with pytest.raises(TokenRefused):
                await shell.identify(wrong)


@pytest.mark.parametrize(
    ("code", "meant"),
    [
        (Code.NOT_ALLOWED, Unreachable("blocked")),
        (Code.PRIVATE, Unreachable("blocked")),
        (Code.BLACKLISTED, Unreachable("blocked")),
        (Code.GONE, Unreachable("gone")),
        (Code.TOO_FAST, Wait(1.0)),
        (Code.RATE_LIMIT, Wait(60.0, problem="29: no")),
        (Code.BAD_TOKEN, Wait(60.0, problem=UNAUTHORIZED)),
        (Code.BAD_TOKEN_OF_COMMUNITY, Wait(60.0, problem=UNAUTHORIZED)),
        (Code.FLOOD, Failing("9: no")),
        (Code.BROKEN, Failing("10: no")),
        (Code.CAPTCHA, Failing("14: no")),
        (Code.NO_RIGHTS, Failing("7: no")),
        (911, Refused("911: no")),
        (914, Refused("914: no")),
    ],
)
def test_each_error_of_sending_means_something(code: int, meant: Result) -> None:
    assert result_of(VkRefused(code, "no")) == meant


def test_bold_parts_are_told_apart_in_halves_of_utf16() -> None:
    text, bold = told_apart("<b>Кафе 🥐</b> &amp; <b>+65</b>")
    assert text == "Кафе 🥐 & +65"
    assert [(part["offset"], part["length"]) for part in bold] == [(0, 7), (10, 3)]
    shown = marked_up(text, '{"items": %s}' % str(bold).replace("'", '"'))  # noqa: UP031  braces of JSON
    assert shown == "<b>Кафе 🥐</b> &amp; <b>+65</b>"
