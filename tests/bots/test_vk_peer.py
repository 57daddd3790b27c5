"""The VK that is none, and our messages, against a library that others have written: vkbottle."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
import pytest
from tests.bots.conftest import VERA
from tests.serving import serving
from vkbottle import API, VKAPIError
from vkbottle.callback import BotCallback
from vkbottle.polling import BotPolling
from vkbottle.tools import (
    Callback,
    DocMessagesUploader,
    Keyboard,
    KeyboardButtonColor,
    OpenLink,
    PhotoMessageUploader,
    Text,
)
from vkbottle.tools.formatting import Formatter
from vkbottle.tools.mini_types.bot.message import message_min
from vkbottle_types.events.bot_events import MessageAllow, MessageDeny, MessageEvent

from plushka.delivery.bots.shell import Parcel
from plushka.delivery.bots.vk.hearing import EVENTS
from plushka.delivery.bots.vk.saying import parameters_of
from plushka.demo.messengers.registry import Registration
from plushka.demo.messengers.vk import FakeVk, FakeVkBot
from plushka.domain.messages.model import Button, Message

REGISTRATION = Registration("7000000003:vk-token-of-the-coffee-shop", "anna_coffee", "Кофейня Анны")


@pytest.fixture
async def fake() -> AsyncIterator[FakeVk]:
    vk = FakeVk({REGISTRATION.token: (REGISTRATION, "http://127.0.0.1:1/app")})
    yield vk
    await vk.close()


@pytest.fixture
async def peer(fake: FakeVk) -> AsyncIterator[API]:
    async with serving(fake.routes()) as address:
        api = API(REGISTRATION.token)
        api.API_URL = f"{address}/method/"
        yield api
        await api.http_client.close()


@pytest.fixture
def bot(fake: FakeVk) -> FakeVkBot:
    return fake.bots[REGISTRATION.token]


class ForgetfulPolling(BotPolling):
    """Long poll that keeps no file of where it is in the folder of whoever tests."""

    def save_server_ts(self, server: dict[str, Any]) -> None:
        pass


async def test_vkbottle_hears_of_the_fake_what_it_knows(fake: FakeVk, bot: FakeVkBot, peer: API) -> None:
    polling = ForgetfulPolling(peer, wait=1)
    polling.group_id = REGISTRATION.id
    settings = {"group_id": REGISTRATION.id, "enabled": 1, "api_version": "5.199", **dict.fromkeys(EVENTS, 1)}
    await peer.request("groups.setLongPollSettings", settings)
    told: list[dict[str, Any]] = []

    async def listen() -> None:
        async for event in polling.listen():
            told.extend(event["updates"])

    listening = asyncio.create_task(listen())
    async with asyncio.timeout(40):
        while not bot.news_asked:  # noqa: ASYNC110  what is waited for is another program's
            await asyncio.sleep(0.01)
        await fake.start(bot, VERA, "poster01")
        await fake.press(bot, VERA, 1, '{"do":"agree:1"}')
        await fake.block(bot, VERA)
        await fake.write(bot, VERA, "/balance")
        while len(told) < 5:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    listening.cancel()

    began, pressed, denied, allowed, wrote = told
    first = message_min(began, peer)
    assert (first.from_id, first.ref, first.get_payload_json()) == (VERA.id, "poster01", {"command": "start"})
    assert MessageEvent(**pressed).object.payload == {"do": "agree:1"}
    assert MessageDeny(**denied).object.user_id == VERA.id
    assert MessageAllow(**allowed).object.user_id == VERA.id
    assert message_min(wrote, peer).text == "/balance"


async def test_vkbottle_sends_by_the_fake_as_by_vk(fake: FakeVk, bot: FakeVkBot, peer: API) -> None:
    (community,) = (await peer.groups.get_by_id()).groups or [None]
    assert community is not None
    assert (community.id, community.screen_name) == (REGISTRATION.id, REGISTRATION.username)
    with pytest.raises(VKAPIError[901]):
        await peer.messages.send(peer_id=VERA.id, random_id=1, message="Здравствуйте")
    fake.chat(bot, VERA).was_begun = True
    keyboard = Keyboard(inline=True).add(Callback("Да", {"do": "yes"}), color=KeyboardButtonColor.PRIMARY)
    photo = await PhotoMessageUploader(peer).upload(b"\x89PNG", peer_id=VERA.id)
    for _ in range(2):
        await peer.messages.send(
            peer_id=VERA.id,
            random_id=7,
            message="Здравствуйте",
            keyboard=keyboard.get_json(),
            attachment=photo,
        )
    document = await DocMessagesUploader(peer).upload(b"PK", peer_id=VERA.id, type="doc", title="Точки.xlsx")
    await peer.messages.send(peer_id=VERA.id, random_id=6, message="Отчёт", attachment=document)
    assert fake.files == [(fake.chat(bot, VERA).messages.pop().file, b"PK")]
    (shown,) = fake.chat(bot, VERA).messages
    assert (shown.html, shown.rows[0][0].text) == ("Здравствуйте", "Да")
    assert fake.pictures[shown.picture or 0] == b"\x89PNG"
    with pytest.raises(VKAPIError[911]):
        await peer.messages.send(peer_id=VERA.id, random_id=8, message="x", keyboard='{"buttons":[[]]}')


async def test_vkbottle_sets_up_a_callback_server(bot: FakeVkBot, peer: API) -> None:
    callback = BotCallback("https://plushka.example/bots", "Plushka", "secret", api=peer)
    callback.group_id = REGISTRATION.id
    server_id = await callback.add_callback_server()
    await callback.set_callback_settings(server_id, {"message_new": True})
    assert await callback.find_server_id() == server_id
    assert await callback.get_callback_confirmation_code() == bot.confirmation
    await callback.delete_callback_server(server_id)
    assert await callback.get_callback_servers() == []


def parcel_of(message: Message) -> Parcel:
    return Parcel(
        str(VERA.id), message, "ru", number=1, app_url="https://plushka.example/app", color="#000000"
    )


@pytest.mark.parametrize(
    ("message", "theirs"),
    [
        (
            Message("", rows=((Button("Да", action="yes"),), (Button("Сайт", link="https://vk.com"),))),
            lambda: (
                Keyboard(inline=True)
                .add(Callback("Да", '{"do":"yes"}'), color=KeyboardButtonColor.PRIMARY)
                .row()
                .add(OpenLink("https://vk.com", "Сайт"))
            ),
        ),
        (
            Message("", keyboard="menu"),
            lambda: (
                Keyboard()
                .add(Text("Карта"), color=KeyboardButtonColor.SECONDARY)
                .add(Text("Код"), color=KeyboardButtonColor.SECONDARY)
                .row()
                .add(Text("Баланс"), color=KeyboardButtonColor.SECONDARY)
                .add(Text("История"), color=KeyboardButtonColor.SECONDARY)
                .row()
                .add(Text("Награды"), color=KeyboardButtonColor.SECONDARY)
                .add(Text("Друзьям"), color=KeyboardButtonColor.SECONDARY)
            ),
        ),
    ],
    ids=["under the message", "below the chat"],
)
def test_our_keyboards_are_those_that_vkbottle_builds(
    message: Message, theirs: Callable[[], Keyboard]
) -> None:
    ours = parameters_of(parcel_of(message), app_id="")["keyboard"]
    assert msgspec.json.decode(str(ours)) == msgspec.json.decode(theirs().get_json())


def test_our_bold_parts_are_those_that_vkbottle_counts() -> None:
    ours = parameters_of(parcel_of(Message("🥐 <b>Кафе</b>: <b>+65</b>")), app_id="")
    theirs = Formatter("🥐 {:bold}: {:bold}").format("Кафе", "+65")
    assert ours["message"] == str(theirs)
    assert msgspec.json.decode(str(ours["format_data"])) == theirs.format_data
