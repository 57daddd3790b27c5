"""The way into VK, by hand on the demo's phone in a real browser: the mini app in VK's frame shares the phone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from playwright.async_api import Browser, Page, expect
from tests.bots.conftest import VERA
from tests.bots.test_vk import REGISTRATION, VkScene, member_of, scene
from tests.browsing import ASKS_TO_SIGN_IN, PHONE_SCREEN, Browsing
from tests.pos.conftest import served
from tests.serving import serving

from plushka.demo.messengers.phone import Phones

__all__ = ["scene"]


@pytest.fixture
async def page(scene: VkScene, browser: Browser) -> AsyncIterator[Page]:
    """Vera's phone, with the app that VK frames; nothing may go wrong in its scripts."""
    async with (
        serving([*scene.fake.routes("/vk"), *Phones([scene.fake]).routes()]) as address,
        at_home(scene, address),
        Browsing(address=address, browser=browser, usual=(ASKS_TO_SIGN_IN,)) as phone,
    ):
        page = await (await phone.context(viewport=PHONE_SCREEN)).new_page()
        await page.goto(f"/phone/vk/{REGISTRATION.username}/{VERA.id}")
        yield page


@asynccontextmanager
async def at_home(scene: VkScene, phones: str) -> AsyncIterator[None]:
    """Serve the app, which knows where its VK is, and keep the bot at work."""
    settings = replace(scene.settings, vk_api=f"{phones}/vk")
    with served(settings, scene.shop.clock) as address:
        scene.fake_bot.app = f"{address}/app/{scene.shop.caller.tenant_id}"
        async with scene.working():
            yield


async def test_a_member_enrols_by_hand_in_vk(scene: VkScene, page: Page) -> None:
    async def press(name: str) -> None:
        await page.get_by_role("button", name=name, exact=True).last.click()

    await expect(page.get_by_text("Отправить чужой контакт")).to_have_count(0)
    await press("Начать")
    await press("Соглашаюсь")
    await expect(page.get_by_role("button", name="Поделиться телефоном")).to_be_visible()
    async with page.expect_popup() as opened:
        await press("Поделиться телефоном")
    vk = await opened.value
    app = vk.frame_locator("iframe")
    await app.get_by_role("button", name="Поделиться телефоном").click()
    await vk.get_by_role("button", name="Не сейчас").click()
    await app.get_by_role("button", name="Поделиться телефоном").click()
    await vk.get_by_role("button", name="Разрешить").click()
    await expect(app.get_by_text("50 бонусов").first).to_be_visible()
    await vk.close()

    await press("Нет, спасибо")
    await expect(page.get_by_text("Предложений больше не будет.")).to_be_visible()
    await press("Карта")
    await expect(page.locator(".bubble img")).to_be_visible()
    assert (await member_of(scene)).name == "Вера"
