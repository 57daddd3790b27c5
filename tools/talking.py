"""Pictures of a member's talk with the coffee shop's bot, and of its till asking them by a button.

Begins with phones that have not written to the bot in Telegram yet, so with a demo that was just loaded.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page

from plushka.demo.cafe.business import TENANT_ID
from plushka.demo.cafe.cashiers import CASHIER_PIN, CASHIERS
from plushka.demo.messengers.people import PEOPLE
from plushka.demo.setup import BOTS
from plushka.domain.messages.wording import SHARE_PHONE
from plushka.domain.purchases.reference import TTL_SECONDS
from plushka.platform.i18n import Translator, translator

PHONE = {"width": 390, "height": 844}
BOT, _ = BOTS[TENANT_ID]
SETTLES_MS = 900
VERA, *_, EMMA = PEOPLE


async def take_talks(browser: Browser, address: str, phones: str, folder: Path) -> None:
    """Let somebody enrol, buy, and agree to spend, in both languages; ``phones`` is where those of the demo are."""
    async with _asking_members(browser, address):
        for person in (VERA, EMMA):
            words = translator(person.language)
            phone = await _open(
                browser, f"{phones}/phone/telegram/{BOT}/{person.id}", person.language, sharp=2
            )
            await _enrol(phone, words, folder / "bots")
            till = await _open(browser, f"{address}/till/demo", person.language)
            await _begin_shift(till)
            await _type_sale(till, person.phone, "740")
            await _book(till)
            await till.locator("#next").click()
            await _type_sale(till, person.phone, "320")
            await till.wait_for_timeout(SETTLES_MS)
            await till.get_by_role("button", name=words.gettext("The most")).click()
            ask = till.get_by_role("button", name=words.gettext("Ask in the messenger"))
            await ask.wait_for()
            await till.wait_for_timeout(SETTLES_MS)
            await till.screenshot(path=folder / "till" / f"ask-phone-{person.language}.png")
            await ask.click()
            await _press(phone, words.gettext("Agree to spend"))
            # Until the member's word has come another button has the focus.
            await till.locator("#main:focus").wait_for()
            await _book(till)
            await phone.get_by_role("button", name=words.gettext("It was not me")).wait_for()
            await _keep(phone, folder / "bots" / f"bought-{person.language}.png")


@asynccontextmanager
async def _asking_members(browser: Browser, address: str) -> AsyncIterator[None]:
    """Let points be spent with the member's word only, by a button too, while the block runs."""
    context = await browser.new_context(base_url=address, locale="ru")
    page = await context.new_page()
    await page.goto("/demo")
    await context.request.post(f"/businesses/{TENANT_ID}/enter", headers={"origin": address})
    await page.goto("/settings/messengers")
    for branch in await page.locator("[name=branch]").all():
        await branch.check()
    await _submit(page, "form[action$='/confirming'] button")
    await _let_spend(page, "code")
    # Web processes remember a business for so long.
    await page.wait_for_timeout((TTL_SECONDS + 1) * 1000)
    yield
    await _let_spend(page, "free")
    await context.close()


async def _let_spend(page: Page, how: str) -> None:
    await page.goto("/settings")
    await page.locator("[name=spending]").select_option(how)
    await _submit(page, "main form button.btn-primary")


async def _submit(page: Page, button: str) -> None:
    async with page.expect_navigation():
        await page.locator(button).click()


async def _open(browser: Browser, url: str, language: str, *, sharp: int = 1) -> Page:
    context = await browser.new_context(viewport=PHONE, locale=language, device_scale_factor=sharp)  # type: ignore[arg-type]
    await context.add_cookies([{"name": "plushka_language", "value": language, "url": url}])
    page = await context.new_page()
    await page.goto(url)
    return page


async def _enrol(phone: Page, words: Translator, folder: Path) -> None:
    agree = words.gettext("I agree")
    await phone.locator(".start button").click()
    await phone.get_by_role("button", name=agree, exact=True).wait_for()
    await _keep(phone, folder / f"consent-{words.language}.png")
    for label in (agree, words.gettext(SHARE_PHONE), words.gettext("No, thank you")):
        await _press(phone, label)
    await phone.get_by_text(
        words.gettext("No more offers. What happens to your points you are still told.")
    ).wait_for()
    await _press(phone, words.gettext("Card"))
    await phone.locator(".bubble img").wait_for()
    await _keep(phone, folder / f"card-{words.language}.png")


async def _begin_shift(till: Page) -> None:
    await till.get_by_role("button", name=next(iter(CASHIERS.values()))).click()
    await till.keyboard.type(CASHIER_PIN, delay=80)
    await till.keyboard.press("Enter")
    await till.locator("#find").wait_for()


async def _type_sale(till: Page, phone: str, amount: str) -> None:
    await till.locator("#find").fill(f"+{phone}")
    await till.locator("#find").press("Enter")
    await till.locator("[data-balance]").wait_for()
    await till.locator("#amount").fill(amount)


async def _book(till: Page) -> None:
    await till.locator("#main:enabled").click()
    await till.locator("[data-slip]").wait_for()


async def _press(phone: Page, label: str) -> None:
    """Press the latest button of the bot."""
    await phone.get_by_role("button", name=label, exact=True).last.click()


async def _keep(phone: Page, path: Path) -> None:
    await phone.wait_for_timeout(SETTLES_MS)
    await phone.locator(".phone").screenshot(path=path)
