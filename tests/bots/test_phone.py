"""The member's way, by hand on the demo's phone in a real browser: enrol, buy at a till, be told, stop spending."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qs

import httpx
import pytest
from aiogram.utils.web_app import safe_parse_webapp_init_data
from playwright.async_api import Browser, Page, expect
from tests.bots.conftest import REGISTRATION, VERA, Scene
from tests.browsing import PHONE_SCREEN, Browsing
from tests.conftest import SetClock
from tests.pos.conftest import client_of, started
from tests.serving import serving

from plushka.demo.messengers.phone import Phones
from plushka.domain.members.model import Identity
from plushka.domain.members.queries import find_member
from plushka.domain.staff.model import SCOPES
from plushka.domain.staff.operations import issue_key


@pytest.fixture
async def till(scene: Scene, clock: SetClock) -> AsyncIterator[httpx.AsyncClient]:
    """The till, through the door of the API."""
    async with scene.shop.tx() as tx:
        _, secret = await issue_key(tx, till_id=scene.shop.caller.till_id, scopes=SCOPES)
    async with started(scene.settings, clock) as app, client_of(app, secret) as client:
        yield client


@pytest.fixture
async def page(scene: Scene, browser: Browser) -> AsyncIterator[Page]:
    """Vera's phone; nothing may go wrong in its script."""
    async with (
        serving(Phones([scene.fake]).routes()) as address,
        Browsing(address=address, browser=browser) as phone,
    ):
        page = await (await phone.context(viewport=PHONE_SCREEN)).new_page()
        await page.goto(f"/phone/telegram/{REGISTRATION.username}/{VERA.id}")
        yield page


async def test_a_member_enrols_by_hand_buys_and_hears_of_it(
    scene: Scene, page: Page, till: httpx.AsyncClient
) -> None:
    async def press(name: str) -> None:
        await page.get_by_role("button", name=name, exact=True).last.click()

    async with scene.working():
        await press("Начать")
        await press("Соглашаюсь")
        await press("Поделиться телефоном")
        await press("Нет, спасибо")
        await expect(page.get_by_text("Предложений больше не будет.")).to_be_visible()
        await press("Карта")
        await expect(page.locator(".bubble img")).to_be_visible()

        sale = {
            "external_id": "1",
            "currency": "RUB",
            "member": {"phone": "+79990000101"},
            "redeem": "max",
            "lines": [{"sku": "coffee", "quantity_milli": 1000, "amount_minor": 100_00}],
        }
        assert (await till.post("/v1/purchases", json=sale)).status_code == 201
        await expect(page.get_by_text("−50")).to_be_visible()
        await press("Это не я")
        await expect(page.get_by_text("С вашей карты больше ничего не спишут.")).to_be_visible()
    async with scene.shop.tx() as tx:
        member = await find_member(tx, Identity("phone", "+79990000101"))
    assert member is not None
    assert member.spending_stopped_at is not None


async def test_the_app_is_opened_with_data_that_the_bots_token_has_signed(page: Page) -> None:
    where = f"{page.url}/app?url=http://127.0.0.1:1/app/x"
    async with httpx.AsyncClient() as browser:
        location = (await browser.get(where)).headers["location"]
    address, _, fragment = location.partition("#")
    assert address == "http://127.0.0.1:1/app/x"
    data = parse_qs(fragment)["tgWebAppData"][0]
    assert safe_parse_webapp_init_data(REGISTRATION.token, data).user.id == VERA.id  # type: ignore[union-attr]


async def test_the_phone_says_that_it_is_none_and_takes_no_orders_from_other_pages(
    scene: Scene, page: Page
) -> None:
    await expect(page.get_by_text("Ненастоящий Telegram")).to_be_visible()
    async with httpx.AsyncClient() as elsewhere:
        answer = await elsewhere.post(f"{page.url}/start", data={"start": "x"})
    assert answer.status_code == 415
    assert not scene.fake.chat(scene.fake_bot, VERA).was_begun
