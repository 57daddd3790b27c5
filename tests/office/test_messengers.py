"""Bots in the office: connected by a token that the messenger confirms, looked at, let go."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from tests.bots.conftest import REGISTRATION
from tests.conftest import SetClock
from tests.office.conftest import plain
from tests.pos.conftest import Cast
from tests.pos.conftest import settings as settings_of_till
from tests.serving import serving

from plushka.demo.messengers.registry import Registration
from plushka.demo.messengers.telegram import FakeTelegram
from plushka.demo.messengers.vk import RIGHTS, FakeVk
from plushka.domain.bots.asking import list_confirming
from plushka.domain.bots.model import Bot
from plushka.domain.bots.queries import find_bot
from plushka.domain.businesses.queries import list_branches
from plushka.platform.database import Database
from plushka.platform.settings import Settings
from plushka.platform.vault import KEY_FILE, Vault

__all__ = ["settings_of_till"]

PAGE = "/settings/messengers"
TOKEN = {"telegram_token": REGISTRATION.token}
COMMUNITY = Registration("7000000003:vk-token-of-the-coffee-shop", "anna_coffee", "Кофейня Анны")
IN_VK = {"vk_token": COMMUNITY.token, "vk_app_id": "51700000", "vk_app_secret": "protected"}


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    telegram = FakeTelegram((REGISTRATION,))
    yield telegram
    await telegram.close()


@pytest.fixture
async def fake_vk() -> AsyncIterator[FakeVk]:
    vk = FakeVk({COMMUNITY.token: (COMMUNITY, "")})
    yield vk
    await vk.close()


@pytest.fixture
async def settings(
    settings_of_till: Settings, fake: FakeTelegram, fake_vk: FakeVk
) -> AsyncIterator[Settings]:
    async with serving(fake.routes()) as telegram, serving(fake_vk.routes()) as vk:
        yield replace(settings_of_till, telegram_api=telegram, vk_api=vk)


async def bot_of(database: Database, clock: SetClock, cast: Cast, settings: Settings) -> Bot | None:
    async with database.transaction(cast.anna.tenant_id, actor="test:cast", at=clock.now()) as tx:
        return await find_bot(tx, Vault.of(settings), "telegram")


async def test_a_bot_is_connected_looked_at_and_let_go(
    *, anna: httpx.AsyncClient, database: Database, clock: SetClock, cast: Cast, settings: Settings
) -> None:
    assert "BotFather" in (await anna.get(PAGE)).text
    connected = plain((await anna.post(f"{PAGE}/telegram/connect", data=TOKEN, follow_redirects=True)).text)
    assert "@anna_coffee_bot подключён и уже отвечает." in connected
    assert REGISTRATION.token not in connected
    bot = await bot_of(database, clock, cast, settings)
    assert bot is not None
    assert (bot.token, bot.is_polled) == (REGISTRATION.token, True)

    checked = plain((await anna.post(f"{PAGE}/telegram/check", follow_redirects=True)).text)
    assert "С ботом @anna_coffee_bot всё в порядке." in checked

    gone = plain((await anna.post(f"{PAGE}/telegram/disconnect", follow_redirects=True)).text)
    assert "@anna_coffee_bot отключён, его токен забыт." in gone
    assert await bot_of(database, clock, cast, settings) is None
    trail = plain((await anna.get("/settings/audit")).text)
    assert "Подключён бот @anna_coffee_bot в Telegram" in trail
    assert "Отключён бот @anna_coffee_bot в Telegram" in trail


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("", "Вставьте токен бота."),
        ("1234:wrong", "Мессенджер не знает бота с таким токеном."),
        ("не токен", "Мессенджер не знает бота с таким токеном."),
    ],
)
async def test_a_token_of_nobody_is_refused_and_stays_to_be_corrected(
    anna: httpx.AsyncClient, token: str, said: str
) -> None:
    answer = await anna.post(f"{PAGE}/telegram/connect", data={"telegram_token": token})
    assert answer.status_code == 422
    assert said in plain(answer.text)
    assert f'value="{token}"' in answer.text


async def test_a_messenger_that_does_not_answer_is_told_as_it_is(
    anna: httpx.AsyncClient, fake: FakeTelegram
) -> None:
    fake.fail_next("getMe", 502, "Bad Gateway")
    answer = await anna.post(f"{PAGE}/telegram/connect", data=TOKEN)
    assert answer.status_code == 502
    assert "Мессенджер сейчас не отвечает." in plain(answer.text)


async def test_a_community_of_vk_is_connected_with_its_mini_app(
    *,
    anna: httpx.AsyncClient,
    fake_vk: FakeVk,
    database: Database,
    clock: SetClock,
    cast: Cast,
    settings: Settings,
) -> None:
    page = plain((await anna.get(PAGE)).text)
    assert f"/app/{cast.anna.tenant_id}" in page
    incomplete = await anna.post(
        f"{PAGE}/vk/connect", data={**IN_VK, "vk_app_id": "app51", "vk_app_secret": ""}
    )
    assert incomplete.status_code == 422
    assert "Номер мини-приложения состоит из цифр." in plain(incomplete.text)
    assert f'value="{COMMUNITY.token}"' in incomplete.text

    (community,) = fake_vk.bots.values()
    community.rights = ("messages",)
    poor = await anna.post(f"{PAGE}/vk/connect", data=IN_VK)
    assert "Ключ не даёт этих прав: photos, manage." in plain(poor.text)
    community.rights = tuple(RIGHTS)

    connected = plain((await anna.post(f"{PAGE}/vk/connect", data=IN_VK, follow_redirects=True)).text)
    assert "@anna_coffee подключён и уже отвечает." in connected
    assert "https://vk.me/anna_coffee" in connected
    async with database.transaction(cast.anna.tenant_id, actor="test:cast", at=clock.now()) as tx:
        bot = await find_bot(tx, Vault.of(settings), "vk")
    assert bot is not None
    assert (bot.credentials.app_id, bot.credentials.app_secret) == ("51700000", "protected")
    assert "С ботом @anna_coffee всё в порядке." in plain(
        (await anna.post(f"{PAGE}/vk/check", follow_redirects=True)).text
    )
    assert "забыт" in plain((await anna.post(f"{PAGE}/vk/disconnect", follow_redirects=True)).text)


async def test_a_second_bot_in_a_messenger_and_one_of_another_business_are_refused(
    anna: httpx.AsyncClient, eve: httpx.AsyncClient
) -> None:
    await anna.post(f"{PAGE}/telegram/connect", data=TOKEN)
    again = await anna.post(f"{PAGE}/telegram/connect", data=TOKEN)
    assert (again.status_code, (await eve.post(f"{PAGE}/telegram/connect", data=TOKEN)).status_code) == (
        422,
        422,
    )


async def test_a_bot_whose_token_was_taken_back_says_so(anna: httpx.AsyncClient, fake: FakeTelegram) -> None:
    await anna.post(f"{PAGE}/telegram/connect", data=TOKEN)
    del fake.bots[REGISTRATION.token]
    answer = plain((await anna.post(f"{PAGE}/telegram/check", follow_redirects=True)).text)
    assert "Что-то не так: Unauthorized" in answer


async def test_branches_let_members_agree_by_a_button(
    *, anna: httpx.AsyncClient, database: Database, clock: SetClock, cast: Cast
) -> None:
    async with database.transaction(cast.anna.tenant_id, actor="test:cast", at=clock.now()) as tx:
        (branch,) = await list_branches(tx)
    await anna.post(f"{PAGE}/confirming", data={"branch": str(branch.id)})
    async with database.transaction(cast.anna.tenant_id, actor="test:cast", at=clock.now()) as tx:
        assert await list_confirming(tx) == {branch.id}
    assert "Выбраны точки, где на списание соглашаются кнопкой" in plain(
        (await anna.get("/settings/audit")).text
    )
    await anna.post(f"{PAGE}/confirming", data={})
    async with database.transaction(cast.anna.tenant_id, actor="test:cast", at=clock.now()) as tx:
        assert await list_confirming(tx) == frozenset()


async def test_there_is_no_such_messenger(anna: httpx.AsyncClient) -> None:
    assert (await anna.post(f"{PAGE}/icq/connect", data=TOKEN)).status_code == 404
    assert (await anna.post(f"{PAGE}/telegram/check")).status_code == 404


async def test_under_another_key_the_page_says_what_to_do(
    anna: httpx.AsyncClient, database: Database, clock: SetClock, cast: Cast, tmp_path: Path
) -> None:
    await anna.post(f"{PAGE}/telegram/connect", data=TOKEN)
    assert (tmp_path / KEY_FILE).exists()
    async with database.transaction(cast.anna.tenant_id, actor="test:cast", at=clock.now()) as tx:
        await tx.execute("update bots set credentials = $1", Vault(b"x" * 32).seal("{}", place="elsewhere"))
    assert "Токен этого бота не открывается" in plain((await anna.get(PAGE)).text)
