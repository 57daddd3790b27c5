"""The app in a real browser, on a phone: by day and by night, in both languages, with a network and without."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route, expect
from tests.app.conftest import NEW_PHONE
from tests.app.furnished import CODE, furnish, write_news
from tests.browsing import (
    ASKS_TO_SIGN_IN,
    NO_NETWORK,
    PHONE_SCREEN,
    SHIFTED,
    Browsing,
    check_nothing_moved,
    look,
)
from tests.conftest import SetClock
from tests.office.conftest import MEMBER, PHONE, Shop
from tests.pos.conftest import Cast

from plushka.platform.database import Database

LATE_SECONDS = 0.5
KEPT = """async () => {
  while (!(await caches.match(location.pathname))) await new Promise((next) => setTimeout(next, 50));
}"""
"""Waits until the page that is open has been kept."""
KEPT_SECONDS_MAX = 40
PAGES = (
    "",
    "/history",
    "/history/{receipt}",
    "/friends",
    "/branches",
    "/profile",
    "/profile/data",
    "/profile/deletion",
    "/chat",
    "/letters",
    "/letters/{letter}",
    f"/codes/{CODE}",
    "/certificates",
    "/rewards",
    "/rewards/{offer}",
    "/rate/{receipt}",
)


@dataclass(kw_only=True)
class Stage(Browsing):
    """A running product, and a phone with a browser."""

    screen = PHONE_SCREEN
    home: str
    shop: Shop

    async def sign_in(self, context: BrowserContext, phone: str = PHONE) -> Page:
        """Sign in as a person does, with the phone beside the browser."""
        page = await context.new_page()
        await page.goto(self.home)
        await page.locator("[name=phone]").fill(phone)
        await page.locator("[data-main]").click()
        await expect(page.locator("[name=code]")).to_be_focused()
        sms = await context.new_page()
        await sms.goto("/demo/phone")
        code = (await sms.locator("li").first.inner_text()).splitlines()[1][:6]
        await sms.close()
        await page.locator("[name=code]").fill(code)
        await page.locator("[data-main]").click()
        return page


@pytest.fixture
async def stage(running: str, cast: Cast, shop: Shop, browser: Browser) -> AsyncIterator[Stage]:
    async with Stage(
        address=running,
        browser=browser,
        usual=(*NO_NETWORK, ASKS_TO_SIGN_IN),
        home=f"/app/{cast.anna.tenant_id}",
        shop=shop,
    ) as stage:
        yield stage


async def test_a_stranger_becomes_a_member_with_a_phone_in_the_hand(stage: Stage) -> None:
    page = await stage.sign_in(await stage.context(), NEW_PHONE)
    await page.get_by_label("Имя").fill("Оля")
    await page.get_by_role("checkbox").first.check()
    await page.get_by_role("button", name="Получить карту").click()

    await expect(page.get_by_text("Карта ваша")).to_be_visible()
    await page.get_by_role("link", name="История").click()
    await expect(page.get_by_role("heading", name="Пока ничего не было")).to_be_visible()


async def test_a_code_held_to_a_scanner_is_as_large_as_the_screen(stage: Stage) -> None:
    page = await stage.sign_in(await stage.context())
    await page.locator("[data-enlarge]").click()

    box = await page.locator("[data-enlarge]").bounding_box()
    assert box is not None
    assert box["width"] == PHONE_SCREEN["width"]
    await page.keyboard.press("Escape")
    await expect(page.locator(".is-enlarged")).to_have_count(0)


async def test_an_aged_code_renews_itself(stage: Stage) -> None:
    context = await stage.context()
    page = await stage.sign_in(context)
    await page.clock.install()
    await page.goto(stage.home)
    before = await page.locator("[data-code]").inner_text()

    await page.clock.fast_forward("01:01")

    await expect(page.locator("[data-code]")).not_to_have_text(before)


async def test_without_a_network_the_card_is_as_it_was_and_says_so(stage: Stage) -> None:
    context = await stage.context()
    page = await stage.sign_in(context)
    await expect(page.get_by_text(MEMBER)).to_be_visible()
    await page.evaluate("navigator.serviceWorker.ready")
    await page.get_by_role("link", name="История").click()
    await expect(page.get_by_role("heading", name="История")).to_be_visible()
    await page.get_by_role("link", name="Карта").click()
    await expect(page.locator("[data-code]")).to_be_visible()

    await context.set_offline(True)
    await page.reload()
    await expect(page.get_by_text("Нет сети. Данные на")).to_be_visible()
    await expect(page.get_by_text(MEMBER)).to_be_visible()
    await expect(page.get_by_text(PHONE)).to_be_visible()
    await expect(page.locator("[data-code]")).to_be_hidden()
    await page.get_by_role("link", name="История").click()
    await expect(page.get_by_text("Нет сети. Данные на")).to_be_visible()

    await context.set_offline(False)
    await page.get_by_role("link", name="Карта").click()
    await expect(page.locator("[data-code]")).to_be_visible()
    await expect(page.get_by_text("Нет сети")).to_be_hidden()


async def test_a_card_that_was_opened_once_is_there_without_a_network(stage: Stage) -> None:
    context = await stage.context()
    # The worker is at work before the page has kept its files, as on a slow network.
    await context.route("**/static/**", _come_late)
    page = await stage.sign_in(context)
    await expect(page.get_by_text(MEMBER)).to_be_visible()
    await asyncio.wait_for(page.evaluate(KEPT), KEPT_SECONDS_MAX)

    await context.set_offline(True)
    await page.reload()
    await expect(page.get_by_text("Нет сети. Данные на")).to_be_visible()
    await expect(page.get_by_text(MEMBER)).to_be_visible()


@pytest.mark.parametrize(("language", "theme"), [("ru", "light"), ("en", "dark")])
async def test_pages_are_accessible(  # noqa: PLR0917
    stage: Stage, cast: Cast, database: Database, clock: SetClock, language: str, theme: str
) -> None:
    offer_id = await furnish(database, clock, cast, stage.shop)
    letter_id = await write_news(database, clock, cast, stage.shop)
    context = await stage.context(locale=language, color_scheme=theme)
    await context.add_cookies([{"name": "plushka_language", "value": language, "url": stage.address}])
    page = await context.new_page()
    await page.goto(f"{stage.home}/sign-in")
    await look(page)
    page = await stage.sign_in(context)
    await expect(page.locator("[data-code]")).to_be_visible()
    for path in PAGES:
        await page.goto(
            stage.home + path.format(receipt=stage.shop.receipt_id, offer=offer_id, letter=letter_id)
        )
        await check_nothing_moved(page)
        await look(page)


@pytest.mark.parametrize("is_mobile", [True, False], ids=["phone", "laptop"])
async def test_buttons_for_friends_push_nothing_down_when_the_script_comes_late(
    stage: Stage, *, is_mobile: bool
) -> None:
    context = await stage.context(is_mobile=is_mobile, has_touch=is_mobile, service_workers="block")
    await context.add_init_script("navigator.share = () => Promise.resolve();")
    page = await stage.sign_in(context)
    await expect(page.locator("[data-code]")).to_be_visible()

    await page.route("**/static/app.*.js", _come_late)
    await page.goto(f"{stage.home}/friends")

    await expect(page.locator("[data-copy]")).to_be_visible()
    await expect(page.locator("[data-share]")).to_be_visible(visible=is_mobile)
    assert await page.evaluate(SHIFTED) == []


async def _come_late(route: Route) -> None:
    await asyncio.sleep(LATE_SECONDS)
    await route.continue_()
