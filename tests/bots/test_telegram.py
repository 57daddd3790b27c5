"""Telegram's shell against a Telegram that is none, over real HTTP."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web
from tests.bots.conftest import GLEB, REGISTRATION, VERA, VERAS, Scene, until
from tests.domain.messages.next_message import take_next
from tests.domain.messages.recipients import letter
from tests.serving import serving

from plushka.delivery.bots.shell import Parcel
from plushka.delivery.bots.shells import open_shells
from plushka.delivery.bots.telegram.shell import TelegramShell
from plushka.delivery.sending.sender import LOOK_SECONDS
from plushka.domain.bots.model import TokenRefused
from plushka.domain.bots.queries import get_bot
from plushka.domain.members.queries import find_member
from plushka.domain.messages.contents import FriendCame
from plushka.domain.messages.letters import post
from plushka.domain.messages.model import Failing, Message
from plushka.domain.messages.outgoing import Notice, tell_members
from plushka.domain.messages.taking import take
from plushka.domain.messages.templates.model import Body, Draft, Words
from plushka.domain.messages.templates.store import create_template
from plushka.platform.errors import TemporaryFailure
from plushka.platform.logs import configure
from plushka.platform.settings import Environment

PARCEL = Parcel(
    external_id="1", message=Message("Привет"), language="ru", number=1, app_url="", color="#000000"
)
UNREAD = "+79990000199"


async def test_a_stranger_gets_a_card_and_points_are_told_at_once(scene: Scene) -> None:
    async with scene.working():
        await scene.fake.start(scene.fake_bot, VERA)
        (greeting,) = await scene.read(1)
        assert greeting.startswith(
            "<b>Кофейня Анны</b>: ваша карта живёт в этом чате. <b>50 бонусов</b> за вступление."
        )
        await scene.press("Соглашаюсь")
        await scene.read(2)
        chat = scene.fake.chat(scene.fake_bot, VERA)
        assert [[key.asks_contact for key in row] for row in chat.keyboard] == [[True]]
        await scene.fake.share_contact(scene.fake_bot, VERA)
        *_, joined, offers = await scene.read(4)
        assert joined == "Готово, карта ваша. На ней уже <b>50 бонусов</b> за вступление."
        assert "Карта работает в любом случае." in offers
        assert [key.text for key in chat.keyboard[0]] == ["Карта", "Код"]

        # Sooner than the sender looks by itself.
        async with asyncio.timeout(LOOK_SECONDS * 2 / 3):
            await scene.shop.buy("1", 700_00, member=VERAS, redeem=50)
            *_, bought = await scene.read(5)
        assert bought == (
            "<b>−50 бонусов</b> и <b>+65 бонусов</b> за <b>650 ₽</b>, Арбат.\nУ вас <b>65 бонусов</b>."
        )
        await scene.press("Это не я")
        *_, stopped = await scene.read(6)
        assert stopped.startswith("С вашей карты больше ничего не спишут.")
        await until(lambda: len(scene.fake_bot.answered_queries) == 2)
    async with scene.shop.tx() as tx:
        member = await find_member(tx, VERAS)
    assert member is not None
    assert member.spending_stopped_at is not None


async def test_somebody_elses_contact_and_a_forwarded_one_are_refused(scene: Scene) -> None:
    async with scene.working():
        await scene.fake.start(scene.fake_bot, VERA)
        await scene.read(1)
        await scene.press("Соглашаюсь")
        await scene.read(2)
        await scene.fake.share_contact(scene.fake_bot, VERA, whose=GLEB)
        await scene.fake.share_contact(scene.fake_bot, VERA, is_forwarded=True)
        *_, first, second = await scene.read(4)
    assert first == second == "Это не ваш собственный контакт. Поделитесь своим номером: кнопка внизу."
    async with scene.shop.tx() as tx:
        assert await tx.fetchval("select count(*) from members") == 0


async def test_the_card_comes_as_a_picture(scene: Scene) -> None:
    async with scene.working():
        await scene.enrol()
        await scene.fake.write(scene.fake_bot, VERA, "Карта")
        *_, card = await scene.read(5)
    assert card == "<b>Кофейня Анны</b>, Вера: <b>50 бонусов</b>. Покажите на кассе."
    picture = scene.screen()[-1].picture
    assert picture is not None
    assert scene.fake.pictures[picture].startswith(b"\x89PNG")


async def test_the_menu_opens_the_app_of_the_business(scene: Scene) -> None:
    async with scene.working():
        await until(lambda: scene.fake_bot.menu_button["type"] == "web_app")
    assert (
        scene.fake_bot.menu_button["web_app"]["url"]
        == f"http://127.0.0.1:1/app/{scene.shop.caller.tenant_id}"
    )
    assert {command["command"] for command in scene.fake_bot.commands["ru"]} >= {"card", "balance", "stop"}


async def test_who_blocks_the_bot_is_marked_by_the_update_or_by_a_403(scene: Scene) -> None:
    async with scene.working():
        await scene.enrol()
        await scene.block_and_come_back()
    async with scene.shop.tx() as tx:
        assert await tx.fetchval("select count(*) from outgoing where state = 'blocked'") == 1


async def test_a_429_keeps_the_whole_bot_waiting_and_drops_nothing(scene: Scene) -> None:
    async with scene.working():
        await scene.enrol()
        scene.fake.fail_next("sendMessage", 429, "Too Many Requests: retry after 1", retry_after=1)
        began = asyncio.get_running_loop().time()
        await scene.fake.start(scene.fake_bot, GLEB)
        await scene.read(1, GLEB)
        assert asyncio.get_running_loop().time() - began >= 1


async def test_a_server_that_fails_is_tried_again_and_is_told_of_no_more_once_it_is_well(
    scene: Scene,
) -> None:
    async with scene.working():
        scene.fake.fail_next("sendMessage", 502, "Bad Gateway")
        await scene.fake.start(scene.fake_bot, VERA)
        await scene.read(1)
    async with scene.shop.tx() as tx:
        assert (await get_bot(tx, scene.vault, scene.bot.id)).health.problem == ""


async def test_what_a_worker_had_begun_when_it_died_is_sent_by_the_next(scene: Scene) -> None:
    async with scene.working():
        await scene.enrol()
    async with scene.shop.tx() as tx:
        member = await find_member(tx, VERAS)
        assert member is not None
        await tell_members(tx, [Notice(member.id, "k", FriendCame())])
        assert await take_next(tx, "telegram") is not None
    async with scene.working():
        *_, last = await scene.read(5)
    assert last == "По вашей ссылке пришёл друг. Спасибо."


async def test_an_update_that_comes_again_after_a_restart_is_answered_once(scene: Scene) -> None:
    async with scene.working():
        await scene.enrol()
        await scene.fake.write(scene.fake_bot, VERA, "/balance")
        await scene.read(5)
    # Its id is told again: the worker died before it could confirm it.
    scene.fake_bot.next_update -= 1
    await scene.fake.write(scene.fake_bot, VERA, "/balance")
    async with scene.working():
        await scene.fake.write(scene.fake_bot, VERA, "/help")
        *_, last = await scene.read(6)
    assert last.startswith("/card")
    assert len(scene.screen()) == 6


async def test_an_update_that_cannot_be_read_holds_up_nothing_and_is_not_quoted_in_the_log(
    scene: Scene, capfd: pytest.CaptureFixture[str]
) -> None:
    configure(Environment.PRODUCTION)
    async with scene.working():
        await scene.fake._tell(
            scene.fake_bot, "callback_query", {"id": "q", "from": {"id": 1, "phone": UNREAD}}
        )
        await scene.fake.start(scene.fake_bot, VERA)
        await scene.read(1)
    log = capfd.readouterr().err
    assert "update_not_read" in log
    assert UNREAD not in log


async def test_what_fails_on_the_way_is_told_without_the_token(scene: Scene) -> None:
    async def send_round(request: web.Request) -> web.Response:
        raise web.HTTPTemporaryRedirect(request.path)

    async with serving([web.route("*", "/{path:.*}", send_round)]) as address:
        shell = TelegramShell(address)
        with pytest.raises(TemporaryFailure) as failure:
            await shell.identify(REGISTRATION.token)
        result = await shell.send(scene.bot, PARCEL)
        await shell.close()
    assert "TooManyRedirects" in failure.value.reason
    assert isinstance(result, Failing)
    for told in (failure.value.reason, result.reason):
        assert REGISTRATION.token not in told


async def test_a_token_says_whose_it_is_and_a_wrong_one_is_refused(scene: Scene) -> None:
    async with open_shells(scene.settings) as shells:
        telegram = await shells.get("telegram")
        account = await telegram.identify(REGISTRATION.token)
        assert (account.account_id, account.username) == ("7000000001", "anna_coffee_bot")
        for wrong in ("1234:wrong", "nonsense", ""):
            with pytest.raises(TokenRefused):
                await telegram.identify(wrong)


async def test_a_letter_ends_with_a_way_to_unsubscribe_that_holds_for_those_that_wait(scene: Scene) -> None:
    async with scene.working():
        await scene.enrol()
        await scene.press("Да, присылайте")
        await scene.read(5)
        async with scene.shop.tx() as tx:
            member = await find_member(tx, VERAS)
            assert member is not None
            body = Body(words={"ru": Words("Скучаем, {name|друг}. На карте {balance}.")})
            template_id = await create_template(tx, Draft("Скучаем", "marketing", body))
            letters = [
                letter(member.id, key, content=None, template_id=template_id, not_before=at)
                for key, at in (("now", None), ("later", tx.at + timedelta(hours=1)))
            ]
            await post(tx, letters)
        *_, said = await scene.read(6)
        assert said == "Скучаем, Вера. На карте 50 бонусов."
        await scene.press("Отписаться")
        await scene.read(7)
    async with scene.shop.tx() as tx:
        later = replace(tx, at=tx.at + timedelta(hours=1))
        assert await take(later, "telegram", "marketing", 1) == []
        rows = await tx.fetch("select state, failure from outgoing where purpose = 'marketing' order by id")
        assert [tuple(row) for row in rows] == [("sent", ""), ("skipped", "no_consent")]
