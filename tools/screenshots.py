"""Takes the pictures of the documents from a running demo: ``.venv/bin/python -m tools.screenshots``.

Needs Chromium, and ``make run`` going on beside it, in which nobody has written to the bots yet. Pictures go to
``docs/office``, ``docs/till``, ``docs/app`` and ``docs/bots``, small enough for a repository.
"""

import asyncio
import re
from pathlib import Path
from typing import Annotated
from uuid import UUID

from cyclopts import Parameter, run
from playwright.async_api import Browser, Page, expect

from plushka.demo.business import TENANT_ID
from plushka.demo.cafe.business import TENANT_ID as CAFE_ID
from plushka.demo.cafe.cashiers import CASHIER_PIN, CASHIERS
from plushka.demo.cafe.guests import card
from plushka.demo.messengers.people import PEOPLE
from plushka.demo.setup import BOTS
from plushka.domain.messages.wording import APP, SHARE_PHONE
from plushka.platform.i18n import translator
from tools.chromium import chromium
from tools.member import HOME, enter_app
from tools.talking import take_talks

DOCUMENTS = Path(__file__).parent.parent / "docs"
FOLDER = DOCUMENTS / "office"
TILL_FOLDER = DOCUMENTS / "till"
LAPTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
TABLET = {"width": 1024, "height": 768}
SETTLES_MS = 700
GUESTS_TRIED = 60
VK_PEOPLE = PEOPLE[2:]
"""One who speaks Russian, one who speaks English; the others are left to whoever plays them."""
BEGINS_MS = 150_000
"""Longer than the minute after which a job takes a broadcast up."""
SOME = re.compile(r"[2-9]\d")
"""So many letters of a broadcast have gone out."""
LIVE_MS = 4000
"""Long enough for the list of receipts to be renewed once."""
ANSWER_MS = 120_000
"""Long enough for the worker to answer what the demo has asked."""


def main(
    *,
    address: Annotated[str, Parameter(help="Where Plushka serves.")] = "http://127.0.0.1:8000",
    phones: Annotated[str, Parameter(help="Where the demo's phones are.")] = "http://127.0.0.1:9000",
) -> None:
    """Replace all pictures."""
    asyncio.run(_take(address.rstrip("/"), phones.rstrip("/")))


async def _take(address: str, phones: str) -> None:
    async with chromium() as browser:
        for language in ("ru", "en"):
            laptop = await _enter(browser, address, language, theme="light", screen=LAPTOP)
            await _walk(laptop, language)
            await _serve(browser, address, language, theme="light", screen=PHONE, name="phone")
            await _serve(browser, address, language, theme="light", screen=TABLET, name="tablet")
        await _open_reports_otherwise(browser, address)
        phone = await _enter(browser, address, "ru", theme="dark", screen=PHONE)
        await _open_receipt(phone)
        await _keep(phone, "receipt-phone-dark-ru")
        await _serve(browser, address, "ru", theme="dark", screen=PHONE, name="dark")
        await _take_app(browser, address)
        await _take_vk(browser, address, phones)
        await take_talks(browser, address, phones, DOCUMENTS)


async def _enter(
    browser: Browser, address: str, language: str, *, theme: str, screen: dict[str, int]
) -> Page:
    context = await browser.new_context(base_url=address, viewport=screen, locale=language)  # type: ignore[arg-type]
    chosen = {"plushka_language": language, "plushka_theme": theme}
    await context.add_cookies(
        [{"name": name, "value": value, "url": address} for name, value in chosen.items()]
    )
    page = await context.new_page()
    await page.goto("/demo")
    return page


async def _walk(page: Page, language: str) -> None:
    await _keep(page, f"summary-{language}")
    await page.goto("/receipts")
    await page.wait_for_timeout(LIVE_MS)
    await _keep(page, f"receipts-{language}")
    await _open_receipt(page)
    await _keep(page, f"receipt-{language}")
    await page.locator("main a[href^='/members/']").click()
    await page.wait_for_url("**/members/*")
    await _keep(page, f"member-{language}")
    await page.goto("/members")
    await _keep(page, f"members-{language}")
    for name in ("calendar", "coupons"):
        await page.goto(f"/engagement/{name}")
        await _keep(page, f"{name}-{language}")
    await page.goto("/settings/branding")
    await _keep(page, f"look-{language}")
    await page.goto("/engagement/programs")
    await page.locator("article h2 a").first.click()
    await page.wait_for_url("**/programs/*-*")
    await _keep(page, f"program-{language}")
    await page.goto(f"{page.url}/draft/redemption")
    await page.locator("#outcome table").wait_for()
    await _keep(page, f"editor-{language}")
    await _open_journeys(page, language)
    await _open_segments(page, language)
    await _open_broadcasts(page, language)
    await _open_results(page, language)
    await _open_reports(page, language)
    await page.goto("/ledger")
    async with page.expect_response("**/ledger"):
        await page.get_by_role("main").get_by_role("button").click()
    await page.locator("button.checking:enabled").wait_for()
    await _keep(page, f"ledger-{language}")
    await _open_answer(page, language)


async def _open_answer(page: Page, language: str) -> None:
    """Take what the draft of the coffee shop would have come to; the worker has it ready soon after the start."""
    await _work_at(page, CAFE_ID)
    await page.goto("/engagement/programs")
    await page.locator("article h2 a").first.click()
    await page.wait_for_url("**/programs/*-*")
    await page.goto(f"{page.url}/what-if")
    await page.locator("section a.opener").first.click()
    await page.locator("#verdict-title").wait_for(timeout=ANSWER_MS)
    await _keep(page, f"what-if-{language}")
    # Who comes back is where they were last.
    await _work_at(page, TENANT_ID)


async def _work_at(page: Page, business_id: UUID) -> None:
    """Go over to another business, unless the page is there."""
    entry = page.locator(f"form[action='/businesses/{business_id}/enter']")
    if await entry.count():
        async with page.expect_navigation():
            await entry.first.evaluate("form => form.requestSubmit()")


async def _open_journeys(page: Page, language: str) -> None:
    """Take a journey of the coffee shop step by step, and the conditions of its choice."""
    await _work_at(page, CAFE_ID)
    await page.goto("/campaigns/journeys")
    await page.locator("a.opener", has_text="30 / 60 / 90").first.click()
    await page.wait_for_url("**/journeys/*-*")
    await _keep(page, f"journey-{language}")
    await (
        page.locator("li", has=page.locator("svg use[href$='#filter']"))
        .first.get_by_role("link")
        .first.click()
    )
    await page.locator("#outcome").wait_for()
    await _keep(page, f"condition-{language}")
    await _work_at(page, TENANT_ID)


async def _open_segments(page: Page, language: str) -> None:
    """Take nested conditions with those whom they find, the seven groups, and a template beside how it arrives."""
    await page.goto("/campaigns/segments")
    await page.locator("a.opener", has_text="Заходят редко").first.click()
    await page.wait_for_url("**/segments/*-*")
    await page.goto(f"{page.url}/edit")
    await page.locator("#outcome").wait_for()
    await _keep(page, f"segment-{language}")
    await page.goto("/campaigns/groups")
    await _keep(page, f"groups-{language}")
    await page.goto("/campaigns/templates/new?from=miss_you")
    await page.locator("#preview").wait_for()
    await _keep(page, f"template-{language}")


async def _open_broadcasts(page: Page, language: str) -> None:
    """Take a broadcast before it begins, while it runs (which it does by day alone), and what came of another."""
    await page.goto("/campaigns")
    await page.locator("a.opener", has_text="Черновик").last.click()
    await page.locator("form[action$='/copy'] button").click()
    await page.wait_for_url("**/edit")
    await page.locator("#per_minute").fill("60")
    await page.locator("#estimate dl").wait_for()
    await _keep(page, f"broadcast-edit-{language}")
    await page.locator("#broadcast button.btn-primary").last.click()
    await page.locator("a[href$='/start']").click()
    await page.locator("form[action$='/start']").wait_for()
    await _keep_part(page, "main .grid.max-w-4xl", f"broadcast-before-{language}")
    await page.locator("form[action$='/start'] button").click()
    await page.locator("#progress dl > div:nth-child(2) dd", has_text=SOME).wait_for(timeout=BEGINS_MS)
    await _keep_part(page, "#progress", f"broadcast-while-{language}")
    await page.locator("#cancel").click()
    await page.locator("form[action$='/cancel'] button").click()
    await page.locator("#progress").wait_for()
    await page.goto("/campaigns")
    await page.locator("a.opener", has_text="Два текста").first.click()
    await page.locator("#caused").wait_for()
    await _keep_part(page, "main .grid > div:has(#progress)", f"broadcast-after-{language}")


async def _open_results(page: Page, language: str) -> None:
    """Take what a broadcast has caused beside its control group: of one in the coffee shop that is known."""
    await _work_at(page, CAFE_ID)
    await page.goto("/campaigns")
    await page.locator("a.opener", has_text="Новинки месяца").first.click()
    await page.locator("#caused").wait_for()
    await _keep_part(page, "section[aria-labelledby='caused']", f"proof-{language}")
    await _work_at(page, TENANT_ID)


async def _open_reports(page: Page, language: str) -> None:
    """Take the dashboard, and the reports of the coffee shop, which has a year: their first screen, in the main."""
    await page.goto("/reports")
    await _wait_for_blocks(page)
    await _keep(page, f"dashboard-{language}")
    await _work_at(page, CAFE_ID)
    for name in ("sales", "buyers", "mechanics", "future", "points", "payback"):
        await page.goto(f"/reports/{name}")
        await _wait_for_blocks(page)
        await _keep(page, f"{name}-{language}")
    await page.goto("/reports/rfm")
    await _wait_for_blocks(page)
    await _keep_part(page, "#block-rfm_matrix", f"rfm-{language}")
    await page.goto(
        "/reports/constructor?source=receipts&row=month&column=branch&measure=revenue&view=pivot&span=all"
    )
    await page.locator("table").first.wait_for()
    await _keep(page, f"constructor-{language}")
    await _work_at(page, TENANT_ID)


async def _open_reports_otherwise(browser: Browser, address: str) -> None:
    """Take the branches at night, and birthday greetings on a phone: of the businesses that have some."""
    night = await _enter(browser, address, "ru", theme="dark", screen=LAPTOP)
    await night.goto("/reports/branches")
    await _wait_for_blocks(night)
    await _keep(night, "branches-dark-ru")
    phone = await _enter(browser, address, "ru", theme="light", screen=PHONE)
    await _work_at(phone, CAFE_ID)
    await phone.goto("/campaigns/birthdays")
    await _keep(phone, "birthdays-phone-ru")
    await _work_at(phone, TENANT_ID)


async def _wait_for_blocks(page: Page) -> None:
    """Wait until every block has come; those that cannot be seen draw no chart."""
    await expect(page.locator("[data-block]")).to_have_count(0, timeout=ANSWER_MS)


async def _serve(
    browser: Browser, address: str, language: str, *, theme: str, screen: dict[str, int], name: str
) -> None:
    """Serve a guest of the coffee shop at its till: points spent, the receipt, a sale without a network."""
    page = await _enter(browser, address, language, theme=theme, screen=screen)
    await page.goto("/till/demo")
    await page.get_by_role("button", name=next(iter(CASHIERS.values()))).click()
    await page.keyboard.type(CASHIER_PIN, delay=80)
    await page.keyboard.press("Enter")
    await _find_guest_with_points(page)
    await page.locator("#amount").fill("740")
    await page.locator("[data-spending] button").nth(1).click()
    await _keep_till(page, f"sale-{name}-{language}")
    await page.locator("#main").click()
    await page.locator("[data-slip]").wait_for()
    await _keep_till(page, f"done-{name}-{language}")
    await page.locator("#next ~ button").click()
    await page.locator("[data-effects] li").first.wait_for()
    await _keep_till(page, f"return-{name}-{language}")
    await page.keyboard.press("Escape")
    await page.context.set_offline(offline=True)
    await page.locator("#find").fill("+7 900 000-00-00")
    await page.locator("#find").press("Enter")
    await page.locator("#amount").fill("320")
    await _keep_till(page, f"offline-{name}-{language}")


async def _find_guest_with_points(page: Page) -> None:
    for number in range(GUESTS_TRIED):
        await page.locator("#find").fill(card(number))
        await page.locator("#find").press("Enter")
        await page.locator("[data-balance]").wait_for()
        if int("".join(filter(str.isdigit, await page.locator("[data-balance]").inner_text()))) > 0:
            return
        await page.keyboard.press("Escape")


async def _keep_till(page: Page, name: str) -> None:
    await page.wait_for_timeout(SETTLES_MS)
    await page.screenshot(path=TILL_FOLDER / f"{name}.png")


async def _open_receipt(page: Page) -> None:
    """Open the latest receipt that was paid with points in part: it has most to explain."""
    await page.goto("/receipts?member=with")
    rows = page.locator("tbody tr[data-id]")
    paid_with_points = rows.filter(has_text="\u2212")
    await (paid_with_points if await paid_with_points.count() else rows).first.get_by_role("link").click()
    await page.wait_for_url("**/receipts/*-*")


async def _take_app(browser: Browser, address: str) -> None:
    """Take the members' app on a phone: by day in Russian, by night in English."""
    session = await enter_app(browser, address)
    for language, theme in (("ru", "light"), ("en", "dark")):
        context = await browser.new_context(base_url=address, viewport=PHONE, locale=language)  # type: ignore[arg-type]
        chosen = {"plushka_language": language, "plushka_theme": theme}
        await context.add_cookies(
            [*session, *({"name": name, "value": value, "url": address} for name, value in chosen.items())]
        )
        page = await context.new_page()
        for name, path in (
            ("card", ""),
            ("history", "/history"),
            ("friends", "/friends"),
            ("profile", "/profile"),
        ):
            await page.goto(HOME + path)
            await page.screenshot(path=DOCUMENTS / "app" / f"{name}-{language}.png")
        await page.goto(f"{HOME}/history")
        await page.locator(".opener").first.click()
        await page.wait_for_url("**/history/*")
        await page.screenshot(path=DOCUMENTS / "app" / f"entry-{language}.png")
        await context.close()


async def _take_vk(browser: Browser, address: str, phones: str) -> None:
    """Take the way into the coffee shop's community in VK: the chat, VK's frame that shares the phone, the card."""
    username, _ = BOTS[CAFE_ID]
    for person in VK_PEOPLE:
        words = translator(person.language).gettext
        context = await browser.new_context(viewport=PHONE, locale=person.language)  # type: ignore[arg-type]
        await context.add_cookies([{"name": "plushka_language", "value": person.language, "url": address}])
        page = await context.new_page()
        await page.goto(f"{phones}/phone/vk/{username}/{person.id}")
        await page.locator(".start button").click()
        await _press(page, words("I agree"))
        await page.get_by_role("button", name=words(SHARE_PHONE)).wait_for()
        await _keep_bot(page, f"vk-phone-{person.language}")
        async with page.expect_popup() as opened:
            await _press(page, words(SHARE_PHONE))
        vk = await opened.value
        await vk.set_viewport_size(PHONE)  # type: ignore[arg-type]
        await vk.frame_locator("iframe").locator("[data-phone]").click()
        await _keep_bot(vk, f"vk-app-{person.language}")
        await vk.locator("dialog button").first.click()
        await vk.frame_locator("iframe").locator("[data-code]").wait_for()
        await vk.close()
        await _press(page, words(APP))
        await page.locator(".bubble img").wait_for()
        await _keep_bot(page, f"vk-card-{person.language}")
        await context.close()


async def _press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).last.click()


async def _keep_bot(page: Page, name: str) -> None:
    await page.wait_for_timeout(SETTLES_MS)
    await page.screenshot(path=DOCUMENTS / "bots" / f"{name}.png")


async def _keep_part(page: Page, selector: str, name: str) -> None:
    await page.locator(selector).screenshot(path=FOLDER / f"{name}.png")


async def _keep(page: Page, name: str) -> None:
    await page.screenshot(path=FOLDER / f"{name}.png")


if __name__ == "__main__":
    run(main)
