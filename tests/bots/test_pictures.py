"""A picture of the business's goes up once a bot, however many are shown it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.serving import serving

from plushka.delivery.bots.max.shell import MaxShell
from plushka.delivery.bots.shell import Parcel, Shell
from plushka.delivery.bots.telegram.shell import TelegramShell
from plushka.delivery.bots.vk.shell import VkShell
from plushka.demo.messengers.max import FakeMax
from plushka.demo.messengers.people import PEOPLE
from plushka.demo.messengers.registry import Registration
from plushka.demo.messengers.telegram import FakeTelegram
from plushka.demo.messengers.vk import FakeVk
from plushka.domain.bots.model import Bot, Health
from plushka.domain.messages.model import Message, Photo, Picture, Sent, Unreachable
from plushka.platform.ids import new_id

REGISTRATION = Registration("7000000009:AAExampleTokenOfTheCoffeeShop09", "anna_coffee_bot", "Кофейня Анны")
PHOTO = Photo(b"a cup of coffee")
MADE: dict[str, tuple[Callable[[], Any], Callable[[str], Shell]]] = {
    "telegram": (lambda: FakeTelegram((REGISTRATION,)), TelegramShell),
    "max": (lambda: FakeMax({REGISTRATION.token: (REGISTRATION, "")}), MaxShell),
    "vk": (lambda: FakeVk({REGISTRATION.token: (REGISTRATION, "")}), VkShell),
}


def parcel(person: int, number: int, picture: Photo | Picture = PHOTO) -> Parcel:
    message = Message("Латте за полцены", picture=picture)
    return Parcel(str(person), message, "ru", number, app_url="", color="#336699")


@pytest.mark.parametrize("messenger", MADE)
async def test_a_picture_goes_up_once_and_again_when_it_was_forgotten(messenger: Any) -> None:
    make_fake, make_shell = MADE[messenger]
    fake = make_fake()
    bot = Bot(
        id=new_id(),
        messenger=messenger,
        account_id=str(REGISTRATION.id),
        username=REGISTRATION.username,
        name=REGISTRATION.name,
        credentials=REGISTRATION.credentials(),
        is_polled=True,
        cursor="",
        connected_at=datetime(2026, 3, 10, tzinfo=UTC),
        health=Health(),
    )
    chats = [fake.chat(fake.by_username(bot.username), person) for person in PEOPLE]
    for chat in chats:
        chat.was_begun = True
    chats[0].is_blocked = True

    async with serving(fake.routes()) as api:
        shell = make_shell(api)
        ids = [person.id for person in PEOPLE]
        results = await asyncio.gather(*(shell.send(bot, parcel(one, 1)) for one in ids))
        assert results == [Unreachable("blocked"), Sent(), Sent(), Sent()]
        assert fake.pictures == [PHOTO.content], "it went up by one, while the others waited"
        assert [chat.messages[-1].picture for chat in chats[1:]] == [0, 0, 0]

        fake.pictures_from = len(fake.pictures)
        results = await asyncio.gather(*(shell.send(bot, parcel(one, 2)) for one in ids[1:]))
        assert results == [Sent(), Sent(), Sent()]
        assert fake.pictures[-1] == PHOTO.content
        assert [chat.messages[-1].picture for chat in chats[1:]] != [0, 0, 0]

        card = Picture(code="123", number="123")
        await shell.send(bot, parcel(ids[1], 3, card))
        await shell.send(bot, parcel(ids[1], 4, card))
        first, second = [message.picture for message in chats[1].messages[-2:]]
        assert first != second, "a card is drawn for its member"
        await shell.close()
    await fake.close()
