"""The first run in a real browser: from an empty installation to the first receipt, in both languages."""

import re
from dataclasses import dataclass

import httpx
import pytest
from playwright.async_api import Browser, Page, expect
from tests.browsing import APPEARS_MS, LAPTOP, PHONE_SCREEN, look
from tests.conftest import SetClock
from tests.office.conftest import PASSWORD

from plushka.domain.founding.setups import show_key
from plushka.platform.database import Database


@dataclass(frozen=True)
class Journey:
    """What one founder sees and types."""

    locale: str
    screen: dict[str, int]
    theme: str
    country: str
    currency: str
    preset: str
    onward: str
    found: str
    title: str
    amount_minor: int
    points: int
    told: str


RUSSIAN = Journey(
    locale="ru-RU",
    screen=LAPTOP,
    theme="light",
    country="RU",
    currency="RUB",
    preset="Кофейня, пекарня",
    onward="Дальше",
    found="Создать компанию",
    title="Плюшки у Анны: всё готово",
    amount_minor=500_00,
    points=25,
    told="2 из 4",
)
ENGLISH = Journey(
    locale="en-US",
    screen=PHONE_SCREEN,
    theme="dark",
    country="US",
    currency="USD",
    preset="Any trade: levels of 10, 15 and 20 %",
    onward="Continue",
    found="Found the business",
    title="Плюшки у Анны: all is ready",
    amount_minor=10_00,
    points=100,
    told="2 of 4",
)


@pytest.fixture
async def link(running: str, database: Database, clock: SetClock) -> str:
    """The link to the set-up that the operator was shown."""
    async with database.global_transaction(actor="operator:cli", at=clock.now()) as tx:
        return f"{running}/welcome?key={await show_key(tx)}"


async def open_page(browser: Browser, address: str, journey: Journey, *, scripts: bool = True) -> Page:
    context = await browser.new_context(
        base_url=address,
        viewport=journey.screen,  # type: ignore[arg-type]
        locale=journey.locale,
        java_script_enabled=scripts,
        reduced_motion="reduce",
        color_scheme=journey.theme,  # type: ignore[arg-type]
    )
    context.set_default_timeout(APPEARS_MS)
    return await context.new_page()


async def walk(page: Page, link: str, journey: Journey, *, is_checked: bool = True) -> None:
    """Go from the operator's link to an empty installation to the page with the till's key."""

    async def look_over() -> None:
        if is_checked:
            await look(page)

    async def go_on() -> None:
        await look_over()
        await page.get_by_role("button", name=journey.onward).click()

    await page.goto(link)
    await page.wait_for_url("**/welcome/business")
    await expect(page.locator("#country")).to_have_value(journey.country)
    await expect(page.locator("#currency")).to_have_value(journey.currency)
    await page.locator("#name").fill("Плюшки у Анны")
    await go_on()
    await page.locator("#branch").fill("1")
    await go_on()
    await page.locator("#owner").fill("Анна")
    await page.locator("#email").fill("anna@example.com")
    await page.locator("#password").fill(PASSWORD)
    await go_on()
    await page.get_by_text(journey.preset, exact=True).click()
    await look_over()
    await page.get_by_role("button", name=journey.found).click()
    await expect(page.get_by_role("heading", name=journey.title)).to_be_visible()
    await look_over()


@pytest.mark.parametrize("journey", [RUSSIAN, ENGLISH], ids=["ru-laptop-day", "en-phone-night"])
async def test_from_nothing_to_the_first_receipt(
    running: str, link: str, browser: Browser, journey: Journey
) -> None:
    page = await open_page(browser, running, journey)
    await walk(page, link, journey)
    key = await page.locator("#till-key").inner_text()

    headers = {"Authorization": f"Bearer {key.strip()}"}
    async with httpx.AsyncClient(base_url=running, headers=headers) as till:
        await till.post("/v1/members", json={"email": "boris@example.com", "name": "Борис"})
        sold = await till.post(
            "/v1/purchases",
            json={
                "external_id": "A-1",
                "currency": journey.currency,
                "member": {"email": "boris@example.com"},
                "lines": [{"sku": "1", "quantity_milli": 1000, "amount_minor": journey.amount_minor}],
            },
        )
    assert sold.json()["decision"]["earned_points"] == journey.points, sold.text

    await page.locator("a[href='/']").last.click()
    await expect(page.get_by_text(journey.told, exact=True)).to_be_visible()
    await look(page)
    await page.goto("/receipts")
    await expect(page.get_by_text("Борис").first).to_be_visible()
    await page.locator("tbody tr[data-id] a").first.click()
    await expect(page.get_by_role("heading", name=re.compile("A-1"))).to_be_visible()


async def test_the_country_fills_in_the_rest_while_the_name_stays(
    running: str, link: str, browser: Browser
) -> None:
    page = await open_page(browser, running, RUSSIAN)
    await page.goto(link)
    await page.locator("#name").fill("Плюшки у Анны")
    await page.locator("#country").select_option("KZ")
    await expect(page.locator("#currency")).to_have_value("KZT")
    await expect(page.locator("#time_zone")).to_have_value("Asia/Almaty")
    await expect(page.locator("#name")).to_have_value("Плюшки у Анны")


async def test_the_password_is_shown_only_while_asked_for(running: str, link: str, browser: Browser) -> None:
    page = await open_page(browser, running, RUSSIAN)
    await page.goto(link)
    await page.locator("#name").fill("Плюшки у Анны")
    await page.get_by_role("button", name="Дальше").click()
    await page.locator("#branch").fill("1")
    await page.get_by_role("button", name="Дальше").click()
    field, button = page.locator("#password"), page.get_by_role("button", name="Показать пароль")
    await expect(field).to_have_attribute("type", "password")
    await button.click()
    await expect(field).to_have_attribute("type", "text")
    await expect(button).to_have_attribute("aria-pressed", "true")
    await button.click()
    await expect(field).to_have_attribute("type", "password")


async def test_it_works_without_scripts(running: str, link: str, browser: Browser) -> None:
    page = await open_page(browser, running, ENGLISH, scripts=False)
    await walk(page, link, ENGLISH, is_checked=False)
    assert re.fullmatch(r"plk_\S+", (await page.locator("#till-key").inner_text()).strip())


async def test_the_menu_of_businesses_is_walked_by_keyboard(
    running: str, link: str, browser: Browser
) -> None:
    page = await open_page(browser, running, RUSSIAN)
    await walk(page, link, RUSSIAN, is_checked=False)
    await page.goto("/")
    summary = page.locator("details[data-menu] > summary").first
    await summary.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("link", name="Создать ещё одну компанию").first).to_be_visible()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("link", name="Создать ещё одну компанию").first).to_be_hidden()
    await expect(summary).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/businesses/new/business")
    await look(page)
