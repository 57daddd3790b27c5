"""A member's whole way with the till's window beside the phone's: the bot, the app and the till tell one story."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect
from tests.bots.conftest import GLEB, Scene
from tests.bots.windows import Windows, enrol, open_windows, press

from plushka.domain.catalog.model import ProductEntry
from plushka.domain.catalog.operations import upsert_products
from plushka.platform.clock import SystemClock

CAKE = "Торт «Прага»"
TOLD = (
    ("За вступление", "50\u00a0бонусов: доступны с"),
    ("10\u00a0% от 1\u00a0000\u00a0₽\u00a0— 100\u00a0бонусов.",),
    (
        "Оплачено бонусами: 150\u00a0бонусов = 150\u00a0₽.",
        "10\u00a0% от 850\u00a0₽\u00a0— 85\u00a0бонусов.",
        "\u2212425,00\u00a0₽",
    ),
    ("Отозвано при возврате", "Возвращено на счёт", "Покупка, которую вернули"),
)
"""What the entries of the history open to, the oldest first."""


@pytest.fixture
def clock() -> SystemClock:
    """That on the wall: the phone signs by it, and the till's page tells by it when a sale was."""
    return SystemClock()


@pytest.fixture
async def windows(scene: Scene, clock: SystemClock, browser: Browser) -> AsyncIterator[Windows]:
    async with scene.shop.tx() as tx:
        await upsert_products(tx, [ProductEntry("cake", CAKE, price_minor=500_00)])
    async with open_windows(scene, clock, browser) as windows:
        yield windows


async def open_app(phone: Page) -> Page:
    """Open the app by the button beside the field for messages."""
    async with phone.expect_popup() as opened:
        await phone.locator("button.app").click()
    return await opened.value


async def test_from_the_bot_to_points_spent_and_a_return_that_the_history_explains(
    scene: Scene, windows: Windows
) -> None:
    till, phone = windows.till, windows.phone
    await windows.enrol()
    await expect(phone.get_by_text("На ней уже 50 бонусов")).to_be_visible()
    app = await open_app(phone)
    await expect(app.get_by_text("50\u00a0бонусов").first).to_be_visible()

    await windows.find("8 999 000-01-01")
    await add_cakes(till, 2)
    await till.locator("#main").click()
    await expect(till.locator("[data-slip]")).to_contain_text("Начислено 100 бонусов")
    await expect(phone.get_by_text("+100")).to_be_visible()
    await till.locator("#next").click()

    await app.reload()
    await expect(app.get_by_text("150\u00a0бонусов").first).to_be_visible()
    await windows.find(await app.locator("[data-code]").inner_text())
    await add_cakes(till, 2)
    await till.get_by_role("button", name="Максимум").click()
    await expect(till.locator("[data-payable]")).to_have_text("850\u00a0₽")
    await till.locator("#main").click()
    await expect(till.locator("[data-slip]")).to_contain_text("Списано 150 бонусов")
    await expect(phone.get_by_text("−150")).to_be_visible()

    await till.keyboard.press("F2")
    await till.locator("[data-receipts] button").first.click()
    await till.get_by_role("button", name="На один меньше").click()
    await expect(till.locator("[data-effects]")).to_contain_text("75")
    await till.locator("#give-back").click()
    await expect(till.get_by_text("Возврат проведён: 425\u00a0₽")).to_be_visible()
    await expect(phone.get_by_text("Возврат")).to_be_visible()

    await app.get_by_role("link", name="История").click()
    entries = app.locator(".opener")
    await expect(entries).to_have_count(4)
    for entry, told in zip((3, 2, 1, 0), TOLD, strict=True):
        await entries.nth(entry).click()
        for sentence in told:
            await expect(app.get_by_text(sentence).first).to_be_visible()
        await app.get_by_role("link", name="История").click()
        await expect(app.get_by_role("heading", name="История")).to_be_visible()
    await app.get_by_role("link", name="Карта").click()
    await expect(app.get_by_text("117\u00a0бонусов").first).to_be_visible()
    assert await scene.shop.differences() == ()


async def add_cakes(till: Page, count: int) -> None:
    for _ in range(count):
        await till.locator("[data-products] button").filter(has_text=CAKE).click()


async def test_a_friend_comes_by_the_link_and_both_see_it(windows: Windows) -> None:
    vera = windows.phone
    await windows.enrol()
    await press(vera, "Друзьям")
    link = vera.locator(".bubble a").last
    await expect(link).to_be_visible()

    gleb = await vera.context.new_page()
    await gleb.goto(str(await link.evaluate("each => each.href")))
    await gleb.get_by_role("link", name=GLEB.name).click()
    await enrol(gleb)
    await expect(vera.get_by_text("По вашей ссылке пришёл друг.")).to_be_visible()
    app = await open_app(vera)
    await app.get_by_role("link", name="Друзья").click()
    await expect(app.get_by_text("Пришли: 1, купили: 0")).to_be_visible()
    await expect(app.get_by_text(GLEB.name)).to_be_visible()

    theirs = await open_app(gleb)
    await expect(theirs.get_by_text("50\u00a0бонусов").first).to_be_visible()
